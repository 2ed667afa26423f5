"""A workflow as a board: a column a state, its count, and the records in it that have waited longest. Next: bulk.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from core.base.record import Record
from core.base.units import COMMUNITY, COMPLEX
from core.base.window import day_of
from core.base.workflow import State
from core.estate.units import Complex
from core.services.lists import listing
from core.services.permission import access
from core.services.work import Work

CARDS = 12  # of each state; the count above is of all


@dataclass(frozen=True)
class Card:
    """A record, its unit, and since which day it has been in its state or was last worked on."""

    record: Record
    unit: str
    since: date

    def days(self, today: date) -> int:
        return (today - self.since).days


@dataclass(frozen=True)
class Column:
    state: State
    total: int
    cards: Sequence[Card]


def board(work: Work, key: str, community_id: int | None = None) -> Sequence[Column]:
    """The states in the workflow's order. Open ones show the longest waiting first, closed ones the latest."""
    model = work.catalog.records[key]
    where = [access.visible(work.actor, key.partition(".")[0], model)]
    if community_id is not None and model.unit in (COMPLEX, COMMUNITY):
        home = select(Complex.id).where(Complex.community_id == community_id)
        where.append(model.complex_id.in_(home) if model.unit == COMPLEX else model.community_id == community_id)
    totals = select(model.state, func.count()).where(*where).group_by(model.state)
    many = {row[0]: int(row[1]) for row in work.session.execute(totals)}
    oldest = func.row_number().over(partition_by=model.state, order_by=(model.updated_at, model.id))
    newest = func.row_number().over(partition_by=model.state, order_by=(model.updated_at.desc(), model.id.desc()))
    ranked = select(model.id, oldest.label("oldest"), newest.label("newest")).where(*where).subquery()
    ended = model.state.in_([s.key for s in model.workflow.states if s.closed or s.rest])
    rows = (
        select(model)
        .join(ranked, ranked.c.id == model.id)
        .where((~ended & (ranked.c.oldest <= CARDS)) | (ended & (ranked.c.newest <= CARDS)))
        .order_by(ranked.c.oldest)
    )
    found = work.session.scalars(rows).all()
    listing.prime(work, model, found)
    work.look.prime(model.unit, {r.unit_id for r in found})
    cards: dict[str, list[Card]] = {s.key: [] for s in model.workflow.states}
    for record in found:
        name = work.look.unit_name(model.unit, record.unit_id)
        cards[record.state].append(Card(record, name, day_of(record.updated_at)))
    closed = {s.key for s in model.workflow.states if s.closed or s.rest}
    return [
        Column(s, many.get(s.key, 0), cards[s.key][::-1] if s.key in closed else cards[s.key])
        for s in model.workflow.states
    ]
