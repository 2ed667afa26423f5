"""What it adds to the card of a complex: its party organisations, members registered, posts held in both. No names."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import case, func, select

from core.api import Block, Column, Day, Number, Paragraph, Ref, Rows, Table, Text, counts
from plugins.party_coverage.records import CensusEntry, CrossPost, Organisation
from plugins.party_coverage.records_complex import PROBATIONARY


def party(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    early = func.coalesce(func.sum(case((CensusEntry.category == PROBATIONARY, 1), else_=0)), 0)
    ((many, probationary),) = read(
        select(func.count(), early).where(CensusEntry.complex_id == complex_id, counts(CensusEntry))
    )
    if many:
        yield Paragraph("摸底登记党员", Number(many, "人"), "，其中预备党员", Number(probationary, "人"), "。")
    o = Organisation
    rows = read(
        select(o.id, o.name, o.form, o.founded_on, o.members)
        .where(o.complex_id == complex_id, counts(o), o.ended_on.is_(None))
        .order_by(o.founded_on)
    )
    if rows:
        yield Table(
            title="小区党组织",
            columns=tuple(Column(label=label) for label in ("名称", "形式", "成立日期", "党员数")),
            rows=tuple(
                (
                    Text(name, ref=Ref(kind="record", key=f"party_coverage.organisation/{number}")),
                    Text(form),
                    Day(founded_on),
                    Number(members, "人"),
                )
                for number, name, form, founded_on, members in rows
            ),
        )
    x = CrossPost
    posts = read(
        select(x.id, x.party_post, x.committee_post, x.from_on, x.until_on)
        .where(x.complex_id == complex_id, counts(x))
        .order_by(x.from_on.desc())
        .limit(5)
    )
    if posts:
        yield Table(
            title="交叉任职",
            columns=tuple(Column(label=label) for label in ("党内职务", "业委会职务", "自", "至")),
            rows=tuple(
                (
                    Text(party_post, ref=Ref(kind="record", key=f"party_coverage.cross_post/{number}")),
                    Text(committee_post),
                    Day(from_on),
                    Day(until_on),
                )
                for number, party_post, committee_post, from_on, until_on in posts
            ),
        )
