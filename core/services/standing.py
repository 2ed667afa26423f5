"""Annexes of the combined report: where each community stands, and what every figure counts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import func, select, union_all

from core.base.blocks import Column, Number, Ratio, Table, Text
from core.base.describe import Shape
from core.base.facts import Facts
from core.base.units import COMMUNITY, COMPLEX
from core.estate.units import Complex
from core.services import duties
from core.services.obligations import Obligation
from core.services.work import Work


def communities(work: Work, sections: tuple[Facts, ...], as_of: date) -> Table:
    """Communities by the share of their ratio indicators met (d > 0), each community's own n and d beside it."""
    met: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in (i for s in sections for i in s.indicators if i.target is not None and i.indicator.shape is Shape.RATIO):
        for part in one.by_community:
            figure = one.indicator.figure(part.n, part.d)
            if figure is not None and one.target is not None:
                met[part.group][0] += one.target.met(figure)
                met[part.group][1] += 1
    late = late_by_community(work, as_of)
    rows = sorted(met.items(), key=lambda kv: (-kv[1][0] / max(kv[1][1], 1), late.get(kv[0], 0), kv[0]))
    return Table(
        title="各社区指标达标情况",
        columns=(
            Column(label="社区", width=12),
            Column(label="达标指标", width=12, align="right"),
            Column(label="逾期未办", width=6, align="right"),
        ),
        rows=tuple((Text(name), Ratio(m, d), Number(late.get(name, 0), "件")) for name, (m, d) in rows),
        note="达标指标＝该社区达到目标值的指标数÷有数据的指标数；按达标率、逾期件数排序。",
    )


def late_by_community(work: Work, as_of: date) -> dict[str, int]:
    """What is past due on ``as_of`` by community: its own and its complexes'."""
    late = union_all(*duties.still_open(work, as_of)).subquery("late")
    open_ones = select(Obligation.unit_kind, Obligation.unit_id).where(
        Obligation.id.in_(select(late.c.id)),
        ~func.coalesce(Obligation.waived_until >= as_of, False),
    )
    ones = open_ones.subquery("ones")
    homes = select(Complex.community_id.label("home")).join(
        ones, (ones.c.unit_kind == COMPLEX.name) & (ones.c.unit_id == Complex.id)
    )
    own = select(ones.c.unit_id).where(ones.c.unit_kind == COMMUNITY.name)
    both = union_all(homes, own).subquery("both")
    rows = work.session.execute(select(both.c.home, func.count()).group_by(both.c.home)).all()
    names = work.look.names(COMMUNITY)
    return {names.get(home, f"#{home}"): many for home, many in rows}


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
