"""What it adds to the card of a complex: the stage it is in, and who governs, without names."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import case, func, select

from core.api import Block, Column, Day, Number, Paragraph, Ref, Rows, Table, Text, counts
from plugins.self_governance.records import Committee, Formation, Member, TemporaryCommittee


def governing(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    cards = select(Formation.id, Formation.state, Formation.stage_on).where(Formation.complex_id == complex_id)
    for number, state, stage_on in read(cards):
        label = Formation.workflow.state(state).label
        yield Paragraph(
            "业委会组建：",
            Text(label, ref=Ref(kind="record", key=f"self_governance.formation/{number}")),
            "，自",
            Day(stage_on),
            "起。",
        )
    bodies = [*_committees(complex_id, read), *_temporary(complex_id, read)]
    if bodies:
        yield Table(
            title="自治组织",
            columns=tuple(Column(label=label) for label in ("组织", "自", "至", "登记成员", "其中党员")),
            rows=tuple(bodies),
        )


def _committees(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    party = func.sum(case((Member.politics.in_(("中共党员", "预备党员")), 1), else_=0))
    members = (
        select(Member.committee_id, func.count().label("many"), party.label("party"))
        .where(Member.complex_id == complex_id, Member.until_on.is_(None), counts(Member), Member.post != "候补")
        .group_by(Member.committee_id)
        .subquery()
    )
    rows = (
        select(
            Committee.id,
            Committee.term,
            Committee.started_on,
            Committee.ended_on,
            Committee.ends_on,
            members.c.many,
            members.c.party,
        )
        .outerjoin(members, members.c.committee_id == Committee.id)
        .where(Committee.complex_id == complex_id, counts(Committee))
        .order_by(Committee.started_on.desc())
        .limit(3)
    )
    for number, term, started_on, ended_on, ends_on, many, party_members in read(rows):
        ref = Ref(kind="record", key=f"self_governance.committee/{number}")
        last = Day(ended_on or ends_on)
        yield Text(f"第{term}届业委会", ref=ref), Day(started_on), last, Number(many or 0), Number(party_members or 0)


def _temporary(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    t = TemporaryCommittee
    rows = select(t.id, t.founded_on, t.ended_on, t.ends_on).where(
        t.complex_id == complex_id, counts(t), t.ended_on.is_(None)
    )
    for number, founded_on, ended_on, ends_on in read(rows):
        ref = Ref(kind="record", key=f"self_governance.temporary_committee/{number}")
        yield Text("临时物管会", ref=ref), Day(founded_on), Day(ended_on or ends_on), Number(None), Number(None)
