"""Its section of the combined report: the standard part, a chart by community, then the postings that are not built
yet."""

from collections.abc import Iterator

from sqlalchemy import select

from core.api import Block, Chart, Column, Complex, Day, Facts, Ref, Series, Table, Text, counts
from lift_installation.records import Application


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield by_community(facts)
    yield posted(facts)


# [chart]
def by_community(facts: Facts) -> Chart:
    """Bars over the communities. With unit "%" values and target are shares: 0.85 is drawn as 85%; None is a gap."""
    found = facts.indicator("lift_installation.accepted")
    target = found.target.value if found.target is not None else None
    groups = found.by_community
    return Chart(
        title="各社区加装电梯完成率",
        labels=tuple(one.group for one in groups),
        series=(Series(label="完成率", values=tuple(one.n / one.d if one.d else None for one in groups)),),
        shape="bar",
        unit="%",
        target=None if target is None else float(target),
        over="社区",
    )


# [/chart]


def posted(facts: Facts) -> Table:
    rows = facts.read(
        select(Application.id, Complex.name, Application.staircase, Application.posted_on)
        .join(Complex, Complex.id == Application.complex_id)
        .where(counts(Application), Application.state == "posted", Application.posted_on <= facts.as_of)
        .order_by(Application.posted_on, Application.id)
        .limit(15)
    )
    return Table(
        title="正在公示的申请",
        columns=(Column(label="小区", width=14), Column(label="梯号", width=14), Column(label="公示日期", width=10)),
        rows=tuple(
            (Text(name, ref=Ref(kind="record", key=f"lift_installation.application/{key}")), Text(stair), Day(on))
            for key, name, stair, on in rows
        ),
        empty="没有正在公示的申请。",
    )
