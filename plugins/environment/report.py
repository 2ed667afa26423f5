"""Its section of the combined report: figures against targets, what is late, defects by type."""

from collections.abc import Iterator

from sqlalchemy import case, func, select

from core.api import Block, Column, Facts, Number, Paragraph, Table, Text, counts
from plugins.environment.records import DEFECTS, Cleanup, Shortboard


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield cleanups(facts)
    yield defects(facts)


def cleanups(facts: Facts) -> Paragraph:
    """What was done this month, in one sentence."""
    month = facts.as_of.replace(day=1)
    held = Cleanup.held_on.between(month, facts.as_of) & counts(Cleanup)
    ((times, people),) = facts.read(select(func.count(), func.coalesce(func.sum(Cleanup.people), 0)).where(held))
    return Paragraph(f"{month.month}月以来开展集中大扫除", Number(times, "次"), "，参加", Number(people, "人次"), "。")


def defects(facts: Facts) -> Table:
    closed = case((Shortboard.closed_on <= facts.as_of, 1), else_=0)
    rows = facts.read(
        select(Shortboard.defect, func.count(), func.sum(closed))
        .where(Shortboard.found_on <= facts.as_of, counts(Shortboard))
        .group_by(Shortboard.defect)
    )
    found = {kind: (count, done) for kind, count, done in rows}
    return Table(
        title="红线内短板按类型",
        columns=(
            Column(label="短板类型", width=12),
            Column(label="发现", align="right"),
            Column(label="已销号", align="right"),
            Column(label="未销号", align="right"),
        ),
        rows=tuple(
            (Text(kind), Number(found[kind][0]), Number(found[kind][1]), Number(found[kind][0] - found[kind][1]))
            for kind in DEFECTS
            if kind in found
        ),
        empty="尚未发现短板。",
    )
