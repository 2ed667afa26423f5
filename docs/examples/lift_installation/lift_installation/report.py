"""Its section of the combined report: the standard part, then the postings that are over and not built yet."""

from collections.abc import Iterator

from sqlalchemy import select

from core.api import Block, Column, Complex, Day, Facts, Ref, Table, Text, counts
from lift_installation.records import Application


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield posted(facts)


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
