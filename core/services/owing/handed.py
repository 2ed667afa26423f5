"""What was handed to a person and comes before everything else they owe: what they reported and was sent back (退回), with the
reason; papers issued to them (督办单). The same is told at once (messaging/at_once.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, literal, or_, select, true, union_all

from core.base.record import Record
from core.services.audit.journal_row import JournalEntry
from core.services.messaging import at_once
from core.services.permission import access
from core.services.permission.access import LINKED, Actor
from core.services.work import Work

MOST = 50  # the newest; the list of the kind holds them all


@dataclass(frozen=True, kw_only=True)
class Handed:
    """One record: the step that brought it, who took it, when and why. ``corrects``: its form is open and hands it in again.
    ``limit``: the day a paper is to be answered by."""

    key: str
    record_id: int
    label: str
    name: str
    step: str
    by: str
    at: datetime
    reason: str
    corrects: bool
    limit: date | None = None


def sent_back(work: Work, me: Actor) -> list[Handed]:
    """What was sent back and is not answered yet, the latest first."""
    flows = {key: model.workflow for key, model in work.catalog.records.items()}
    states = {key: {t.target for t in flow.transitions if flow.sends_back(t)} for key, flow in flows.items()}
    out = [_handed(work, *found) for found in _brought(work, me, states) if _sends_back(*found[1:])]
    return sorted(out, key=lambda one: one.at, reverse=True)


def papers(work: Work, me: Actor) -> list[Handed]:
    """Papers issued to the person's unit that are to be answered, the earliest limit first; without those sent back."""
    classes = at_once.papers(work)
    states = {
        key: {s.key for s in model.workflow.states if s.counts and model.workflow.awaits_reporter(s.key)}
        for key, model in work.catalog.records.items()
        if model in classes
    }
    out = [_handed(work, *found) for found in _brought(work, me, states) if not _sends_back(*found[1:])]
    return sorted(out, key=lambda one: (one.limit or date.max, one.record_id))


def _sends_back(record: Record, entry: JournalEntry) -> bool:
    step = record.workflow.transition(entry.verb.removeprefix("move:"))
    return step is not None and record.workflow.sends_back(step)


def _brought(work: Work, me: Actor, states: Mapping[str, set[str]]) -> Iterator[tuple[str, Record, JournalEntry]]:
    """The records in those states that are the person's to answer, each with the step that brought it there."""
    parts = [_theirs(work, me, key, wanted) for key, wanted in states.items() if wanted]
    if not parts or me.role == LINKED:  # who sees to what others settle answers nothing
        return
    rows = union_all(*parts).subquery()
    newest = select(rows.c.key, rows.c.id).order_by(rows.c.at.desc()).limit(MOST)
    by_key: dict[str, list[int]] = {}
    for key, number in work.session.execute(newest):
        by_key.setdefault(key, []).append(number)
    steps = select(JournalEntry).where(JournalEntry.verb.like("move:%")).order_by(JournalEntry.id)
    for key, numbers in by_key.items():
        model = work.catalog.records[key]
        work.look.prime_records(model, numbers)
        of_these = steps.where(JournalEntry.subject == key, JournalEntry.subject_id.in_(numbers))
        last = {entry.subject_id: entry for entry in work.session.scalars(of_these)}  # the last one stands
        for record in work.session.scalars(select(model).where(model.id.in_(numbers))):
            if record.id in last:
                yield key, record, last[record.id]


def _theirs(work: Work, me: Actor, key: str, states: set[str]) -> Select[*tuple[str, int, datetime]]:
    """Of an action led or shared only what the person reported: the rest is for its own unit to answer."""
    model, slug = work.catalog.records[key], key.partition(".")[0]
    wide = slug in me.leads | me.shares
    own = or_(model.created_by == me.login, access.own(me, model)) if wide else true()
    return select(literal(key).label("key"), model.id.label("id"), model.updated_at.label("at")).where(
        model.state.in_(sorted(states)), access.answerable(me, slug, model), own
    )


def _handed(work: Work, key: str, record: Record, entry: JournalEntry) -> Handed:
    model = type(record)
    flow, remark = model.workflow, entry.changes.get("remark")
    planned = [f.name for f in model.fields() if f.planned and f.kind.name == "day"]
    step = flow.transition(entry.verb.removeprefix("move:"))
    return Handed(
        key=key,
        record_id=record.id,
        label=model.label,
        name=work.look.record_name(model, record.id),
        step=step.label if step is not None else "",
        by=entry.actor,
        at=entry.at,
        reason=str(remark[1]) if remark else "",
        corrects=flow.handing_in(record.state) is not None and record.state in flow.editable,
        limit=next((getattr(record, name) for name in planned), None),
    )
