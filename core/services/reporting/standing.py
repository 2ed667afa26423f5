"""Annexes of the combined report: where each community and each street stands, and what every figure counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.base import shown
from core.base.blocks import Cell, Column, Document, Heading, Number, Ratio, Table, Text
from core.base.describe import Shape
from core.base.facts import Facts, IndicatorFacts
from core.services.measuring import league
from core.services.measuring.league import Standing
from core.services.measuring.places import Place
from core.services.work import Work

Part = tuple[Place, tuple[Facts, ...]]  # a street, and what is counted there


def communities(work: Work, sections: tuple[Facts, ...], as_of: date) -> Table:
    """The league table (league.py) as the report prints it, each community's own n and d beside its place."""
    found = league.table(work, as_of, [i for s in sections for i in s.indicators])
    return Table(
        title="各社区指标达标情况",
        columns=(
            Column(label="名次", width=4, align="right"),
            Column(label="社区", width=12),
            Column(label="达标指标", width=12, align="right"),
            Column(label="逾期未办", width=6, align="right"),
            Column(label="小区", width=4, align="right"),
        ),
        rows=tuple(
            (
                Text(str(s.rank) if s.rank else "—"),
                Text(s.name),
                Ratio(s.met, s.judged),
                Number(s.late, "件"),
                Number(s.complexes, "个"),
            )
            for s in found
        ),
        note=f"{league.FORMULA}{league.UNRANKED}",
    )


def league_document(work: Work, found: Sequence[Standing], as_of: date, back: int) -> Document:
    """红黑榜 as a file: the page's columns with the movement over ``back`` days and what it came from."""
    head = (
        ("名次", 4),
        ("社区", 12),
        ("榜别", 5),
        (f"与{back}天前比", 7),
        ("达标指标", 12),
        ("逾期件数", 6),
        ("小区", 4),
    )
    rows = tuple(
        (
            Text(str(s.rank) if s.rank else "不排名"),
            Text(s.name),
            Text(s.listed or "—"),
            Text("—" if s.moved is None else f"升{s.moved}" if s.moved > 0 else f"降{-s.moved}" if s.moved else "持平"),
            Ratio(s.met, s.judged),
            Number(s.late, "件"),
            Number(s.complexes, "个"),
            Text("、".join(s.gained) or "—"),
            Text("、".join(s.lost) or "—"),
        )
        for s in found
    )
    columns = tuple(Column(label=t, width=w) for t, w in (*head, ("新达标", 24), ("不再达标", 24)))
    table = Table(title="各社区排名", columns=columns, rows=rows, note=f"{league.FORMULA}{league.UNRANKED}")
    title = "社区红黑榜"
    return Document(title=title, blocks=(Heading(title), table), as_of=as_of, demo=work.campaign.demo)


def meanings(sections: tuple[Facts, ...]) -> Table:
    """口径说明: what is counted over what, and the clause it stands on."""
    rows = tuple(
        (
            Text(i.indicator.code or "—"),
            Text(i.indicator.label),
            Text(i.indicator.numerator or "—"),
            Text(i.indicator.denominator or "—"),
            Text(i.indicator.clause or "—"),
        )
        for s in sections
        for i in s.indicators
    )
    head = (("编号", 6), ("指标", 12), ("分子", 16), ("分母", 14), ("依据", 7))
    return Table(title="统计口径", columns=tuple(Column(label=t, width=w) for t, w in head), rows=rows)


def areas(parts: Sequence[Part]) -> Table:
    """A row a street: how many of its ratio indicators with a target stand, what is late, what it holds. Streets add up to their
    county; no percents are averaged (decisions/0018)."""
    return Table(
        title="各街道指标达标情况",
        columns=(
            Column(label="街道", width=12),
            Column(label="达标指标", width=12, align="right"),
            Column(label="逾期未办", width=8, align="right"),
            Column(label="社区", width=6, align="right"),
        ),
        rows=tuple(
            (
                Text(place.name),
                Ratio(*_met(sections)),
                Number(sum(d.overdue for s in sections for d in s.deadlines), "件"),
                Number(len(place.communities), "个"),
            )
            for place, sections in parts
        ),
    )


def figures(parts: Sequence[Part], sections: tuple[Facts, ...]) -> Table:
    """Each figure of the whole by street, in the order of the report: what a street counts is what the whole adds up."""
    by_street = [(place, {i.indicator.key: i for s in found for i in s.indicators}) for place, found in parts]
    rows = tuple(
        (
            Text(one.indicator.code or "—"),
            Text(one.indicator.label),
            Text(place.name),
            shown.figure_cell(found[one.indicator.key], facts.as_of),
            _lamp(found[one.indicator.key]),
        )
        for facts in sections
        for one in facts.indicators
        for place, found in by_street
        if one.indicator.key in found
    )
    head = (("编号", 6), ("指标", 16), ("街道", 8), ("完成情况", 12), ("评价", 6))
    columns = tuple(Column(label=t, width=w) for t, w in head)
    return Table(
        title="各街道指标一览表",
        columns=columns,
        rows=rows,
        note="按个数定的目标是全部街道合计的，这里只列个数，不评价。",
    )


def _lamp(one: IndicatorFacts) -> Cell:
    """A number wanted is wanted of all streets together: a street's part of it is shown, not judged."""
    return Text("—") if one.indicator.shape is Shape.COUNT and not one.fault else shown.lamp(one)


def _met(sections: Sequence[Facts]) -> tuple[int, int]:
    """(met, judged) of the ratio indicators with a target that have data, as the league table counts them."""
    met = judged = 0
    for one in (i for s in sections for i in s.indicators if i.indicator.shape is Shape.RATIO):
        if one.target is not None and one.figure is not None:
            met, judged = met + one.target.met(one.figure), judged + 1
    return met, judged
