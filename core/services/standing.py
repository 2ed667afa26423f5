"""Annexes of the combined report: where each community stands, and what every figure counts."""

from __future__ import annotations

from datetime import date

from core.base.blocks import Column, Number, Ratio, Table, Text
from core.base.facts import Facts
from core.services import league
from core.services.work import Work


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
