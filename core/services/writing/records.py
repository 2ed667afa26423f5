"""The one door in: how a form post, a sheet's row, an API call or a demo sample becomes a row, a journal line and moved
numbers. Validation, permission, journal, measures and obligations all happen here, in the caller's one transaction.

Next: measures.py, obligations.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Select, func, select

from core.base.errors import Invalid, NotFound, Problem, Stale
from core.base.fields import as_day
from core.base.kinds import LARGEST, LongTextKind
from core.base.react import Change
from core.base.record import Record
from core.base.workflow import Transition
from core.services.audit import journal
from core.services.audit.journal_row import JournalEntry
from core.services.exchange import webhooks
from core.services.messaging import at_once
from core.services.permission import access
from core.services.photos import upload_use
from core.services.store import prepared
from core.services.work import Work
from core.services.writing import judging, receipts
from core.services.writing.receipts import Receipt

R = TypeVar("R", bound=Record)
LONGEST_REMARK = 500
FEW = 8  # beyond so many single look-ups the community of every complex is read at once


@dataclass(frozen=True)
class Saved:
    """What the door answers: the row, and whether it was there already (a repeated submission) or unchanged."""

    record: Record
    repeated: bool = False
    changed: bool = True


def save(
    work: Work,
    key: str,
    raw: Mapping[str, Any],
    *,
    record_id: int | None = None,
    version: int | None = None,
    idempotency: str | None = None,
    said: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Saved:
    """Report a new record of class ``key``, or correct the one with ``record_id``.

    ``raw``: field name to what was typed, picked or read (for a correction only what changes). ``said``: what the
    idempotency key stands for, where the caller added to it. ``reason``: why what is unusual is right. Raises ``Invalid``
    with every problem at once, ``Forbidden``, ``NotFound``, ``Stale`` with both versions, ``KeyReused``.
    """
    model, slug = work.catalog.records[key], key.partition(".")[0]
    reason = _worded(work, "reason", reason[:LONGEST_REMARK])
    digest = receipts.digest_of(key, record_id, raw if said is None else said) if idempotency else ""
    if idempotency:
        receipts.one_at_a_time(work.session, idempotency)
        if earlier := work.session.get(Receipt, idempotency):
            return Saved(get(work, key, receipts.answered(earlier, digest)), repeated=True, changed=False)
    record = get(work, key, record_id, change=True) if record_id is not None else None
    before = record.values() if record is not None else {}
    if record is not None and version is not None and record.version != version:
        raise Stale(before, raw, record.version)
    values = judging.judged(work, slug, model, record, {**before, **judging.typed(work, model, before, raw)}, reason)
    saved = _create(work, model, values) if record is None else _correct(work, record, values)
    if saved.changed:
        unit = (model.unit.name, saved.record.unit_id)
        verb = "create" if record is None else "edit"
        changes = journal.difference(model.fields(), before, values)
        if reason.strip() and work.actor.role != access.SYSTEM:
            saved.record.remark = reason.strip()[:500]
            changes["remark"] = [None, saved.record.remark]
        journal.write(work, verb, key, saved.record.id, changes, unit)
        touch_many(work, model, [(before, values)])
        told = saved.record.values()  # all of its fields, given or not
        upload_use.follow(work, key, model, [(saved.record.id, before, told)])
        was = "" if record is None else saved.record.state
        happened(work, change(key, saved.record, before, told, was), saved.record.version)
    if idempotency:
        kept = {"key": idempotency, "digest": receipts.keyed(digest), "subject": key, "subject_id": saved.record.id}
        work.session.add(Receipt(**kept, at=work.now))
    return saved


def hand_in(work: Work, key: str, raw: Mapping[str, Any], *, reason: str = "", **more: Any) -> Saved:
    """``save``, and in the same unit of work the step by which a reporter hands in what was a draft or sent back."""
    saved = save(work, key, raw, reason=reason, **more)
    step = saved.record.workflow.handing_in(saved.record.state)
    if step is not None:
        take(work, key, saved.record, step.key, remark=reason)
    return saved


def move(
    work: Work,
    key: str,
    record_id: int,
    step: str,
    raw: Mapping[str, Any] | None = None,
    *,
    remark: str = "",
    version: int | None = None,
) -> Record:
    """Take a record one workflow step further. The step's own fields are required and read like any other."""
    return take(work, key, get(work, key, record_id, change=True), step, raw, remark=remark, version=version)


def take(
    work: Work,
    key: str,
    record: Record,
    step: str,
    raw: Mapping[str, Any] | None = None,
    *,
    remark: str = "",
    version: int | None = None,
) -> Record:
    """``move`` of a record at hand, selected ``for_change``. What it raises, it raises before anything is written."""
    model, slug = work.catalog.records[key], key.partition(".")[0]
    before = record.values()
    if version is not None and record.version != version:
        raise Stale(before, raw or {}, record.version)
    remark = _worded(work, "remark", remark)
    transition = judging.allowed(work, slug, record, step, remark)
    values = judging.step_values(work, model, transition, record, raw or {}, remark)
    for name, value in values.items():
        setattr(record, name, value)
    was, worked, record.state = record.state, (record.created_by, record.moved_by), transition.target
    record.remark = remark.strip() or record.remark
    record.moved_by, record.updated_at, record.version = work.actor.login, work.now, record.version + 1
    work.session.flush()
    changes = journal.difference(model.fields(), before, record.values()) | {"state": [was, record.state]}
    if remark:
        changes["remark"] = [None, remark]
    journal.write(work, f"move:{step}", key, record.id, changes, (model.unit.name, record.unit_id))
    touch_many(work, model, [(before, record.values())])
    upload_use.follow(work, key, model, [(record.id, before, record.values())])
    happened(work, change(key, record, before, record.values(), was, step), record.version)
    at_once.moved(work, key, record, transition, was, worked, remark)
    return record


def remove(work: Work, key: str, record_id: int, *, version: int | None = None) -> None:
    """Take a record out; the journal keeps every value it had."""
    model, slug = work.catalog.records[key], key.partition(".")[0]
    record = get(work, key, record_id, change=True)
    before = record.values()
    if version is not None and record.version != version:
        raise Stale(before, {}, record.version)
    judging.permit(work, slug, model, record, before)
    judging.removable(work, slug, record)
    work.session.delete(record)
    work.session.flush()
    journal.write(
        work,
        "remove",
        key,
        record_id,
        journal.difference(model.fields(), before, {}),
        (model.unit.name, record.unit_id),
    )
    touch_many(work, model, [(before, {})])
    upload_use.follow(work, key, model, [(record_id, before, {})])
    was, record.state = record.state, ""
    happened(work, change(key, record, before, {}, was, "remove"), record.version)


def for_change(rows: Select[R]) -> Select[R]:
    """``rows`` as they are once nobody else is changing them, and kept so to the end: of two who change one at the same moment the
    second sees what the first made of it, and its version. SQLite has one writer as it is."""
    return rows.with_for_update().execution_options(populate_existing=True)


def get(work: Work, key: str, record_id: int, *, change: bool = False) -> Record:
    """One record the actor may see; ``NotFound`` alike for a missing and a hidden one. ``change``: it is going to be changed."""
    model = work.catalog.records.get(key)
    if model is None or record_id > LARGEST:
        raise NotFound(key)
    rows = select(model).where(model.id == record_id, access.visible(work.actor, key.partition(".")[0], model))
    found = work.session.scalars(for_change(rows) if change else rows).first()
    if found is None:
        there = work.session.scalar(select(model.id).where(model.id == record_id)) is not None
        raise NotFound(f"{key} {record_id}", hidden=there)
    return found


def steps(work: Work, key: str, record: Record) -> tuple[Transition, ...]:
    """The steps the actor may take now."""
    return tuple(
        t
        for t in record.workflow.steps_from(record.state)
        if judging.refusal(work, key.partition(".")[0], record, t) is None
    )


def opened(work: Work, model: type[Record]) -> dict[str, Any]:
    """What every new record has besides its fields."""
    return {
        "state": model.workflow.start,
        "version": 1,
        "created_at": work.now,
        "updated_at": work.now,
        "created_by": work.actor.login,
    }


def fresh_id(work: Work, model: type[Record]) -> int | None:
    """A number no record of the class has had: SQLite gives that of the last one, once it is removed, to the next, and with it
    what was said of it, its receipts and its clocks. None where the store counts on by itself."""
    if work.session.get_bind().dialect.name != "sqlite":
        return None
    key = work.catalog.key_of(model)
    highest = prepared.run(work, ("highest", key), lambda: _highest(key, model)).scalar()
    return (highest or 0) + 1


def _highest(key: str, model: type[Record]) -> Any:
    had = select(func.max(JournalEntry.subject_id)).where(JournalEntry.subject == key).scalar_subquery()
    there = select(func.max(model.id)).scalar_subquery()
    return select(func.max(func.coalesce(there, 0), func.coalesce(had, 0)))


def _create(work: Work, model: type[Record], values: dict[str, Any]) -> Saved:
    record = model(**values, **opened(work, model), id=fresh_id(work, model))
    work.session.add(record)
    work.session.flush()
    return Saved(record)


def altered(work: Work, record: Record, values: Mapping[str, Any]) -> bool:
    """Set what differs; the caller flushes."""
    changed = {n: v for n, v in values.items() if getattr(record, n) != v}
    for name, value in changed.items():
        setattr(record, name, value)
    if changed:
        record.version += 1
        record.updated_at = work.now
    return bool(changed)


def _correct(work: Work, record: Record, values: dict[str, Any]) -> Saved:
    changed = altered(work, record, values)
    if changed:
        work.session.flush()
    return Saved(record, changed=changed)


def change(
    key: str, record: Record, before: Mapping[str, Any], after: Mapping[str, Any], was: str, step: str = ""
) -> Change:
    """What has become of ``record``."""
    return Change(
        key=key,
        record_id=record.id,
        unit_kind=record.unit.name,
        unit_id=record.unit_id,
        before=before,
        after=dict(after),
        was=was,
        state=record.state,
        step=step,
    )


def happened(work: Work, told: Change, version: int = 1) -> None:
    """Tell other systems (webhooks.py), and who reacts to it, when the unit of work ends (reactions.py)."""
    webhooks.changed(work, told, version)
    if work.catalog.reactions_to(told.key):
        work.changes.append(told)


def touch_many(work: Work, model: type[Record], pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    """The units before and after, from the earliest day on which a record says or said anything."""
    sides = [v for pair in pairs for v in pair if v]
    told = [f.name for f in model.fields() if f.kind.name in ("day", "month", "moment") and not f.planned]
    days: list[date] = [as_day(v[n]) for v in sides for n in told if v.get(n) is not None]
    ids = frozenset(v[model.unit.column] for v in sides)
    work.touch(model.unit, ids, min(min(days, default=work.today), work.today), model.__tablename__)


def _worded(work: Work, name: str, text: str) -> str:
    """What a person says besides the fields, fit to be kept. Raises ``Invalid``."""
    try:
        return LongTextKind(longest=LONGEST_REMARK).read(text, work.look)
    except ValueError as error:
        raise Invalid([Problem(name, error.args[0])]) from None
