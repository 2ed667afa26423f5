"""Its section of the combined report: figures against targets, what is late, defects by type."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, func, or_, select

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
    """By type: found this month, and not yet closed on the day. Neither walks the defects closed long ago."""
    month = facts.as_of.replace(day=1)
    found = dict(_by_type(facts, Shortboard.found_on.between(month, facts.as_of)))
    still = or_(Shortboard.closed_on.is_(None), Shortboard.closed_on > facts.as_of)
    left = dict(_by_type(facts, and_(still, Shortboard.found_on <= facts.as_of)))
    return Table(
        title="红线内短板按类型",
        columns=(
            Column(label="短板类型", width=12),
            Column(label="本月发现", align="right"),
            Column(label="未销号", align="right"),
        ),
        rows=tuple(
            (Text(kind), Number(found.get(kind, 0)), Number(left.get(kind, 0)))
            for kind in DEFECTS
            if kind in found or kind in left
        ),
        empty="本月未发现短板，也没有未销号的短板。",
    )


def _by_type(facts: Facts, where: ColumnElement[bool]) -> list[tuple[str, int]]:
    rows = facts.read(
        select(Shortboard.defect, func.count()).where(where, counts(Shortboard)).group_by(Shortboard.defect)
    )
    return [(kind, many) for kind, many in rows]
