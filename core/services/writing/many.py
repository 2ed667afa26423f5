"""The one door for many rows at once: what ``records.save`` does to each, with rows, journal and receipts written in a few
statements. Each row is judged by itself; those that can't be taken come back as what was raised, the others are saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from core.base.errors import ActionsError, Invalid, KeyReused, NotFound, Problem, Stale
from core.base.react import Change
from core.base.record import Record
from core.base.say import Say
from core.services.audit import journal
from core.services.exchange import webhooks
from core.services.permission import access
from core.services.personal import blind_index
from core.services.photos import upload_use
from core.services.store.insertion import insert_rows
from core.services.work import Work
from core.services.writing import judging, receipts, records
from core.services.writing.receipts import Receipt

RECEIPT = ("key", "digest", "subject", "subject_id", "at")


@dataclass(frozen=True)
class Entry:
    """One row for the door, as ``records.save`` takes it."""

    raw: Mapping[str, Any]
    record_id: int | None = None
    version: int | None = None
    idempotency: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Done:
    record_id: int
    repeated: bool = False
    changed: bool = True


@dataclass
class _Batch:
    """What was judged good and waits to be written, by its place among the entries."""

    news: list[tuple[int, dict[str, Any]]]
    edits: list[tuple[int, Record, dict[str, Any], dict[str, Any]]]
    receipts: dict[str, str]  # idempotency key -> digest
    once: set[tuple[Any, ...]]  # what a class takes once only, of the entries before


def save_many(work: Work, key: str, entries: Sequence[Entry]) -> list[Done | ActionsError]:
    """One outcome for each entry, in order."""
    model, slug = work.catalog.records[key], key.partition(".")[0]
    answers, stored = _receipts(work, entries), _stored(work, slug, model, entries)
    batch = _Batch([], [], {}, set())
    outcomes: dict[int, Done | ActionsError] = {}
    for place, entry in enumerate(entries):
        try:
            if done := _judge(work, key, entry, place, answers, stored, batch):
                outcomes[place] = done
        except ActionsError as error:
            outcomes[place] = error
    outcomes.update(_insert(work, key, model, batch))
    outcomes.update(_correct(work, key, model, batch))
    rows = []
    for place, entry in enumerate(entries):
        outcome = outcomes[place]
        if entry.idempotency in batch.receipts and isinstance(outcome, Done) and not outcome.repeated:
            digest = receipts.keyed(batch.receipts[entry.idempotency])
            rows.append((entry.idempotency, digest, key, outcome.record_id, work.now))
    insert_rows(work.session.connection(), Receipt.__table__, RECEIPT, rows)
    return [outcomes[place] for place in range(len(entries))]


def _receipts(work: Work, entries: Sequence[Entry]) -> dict[str, Receipt]:
    keys = [e.idempotency for e in entries if e.idempotency]
    found = work.session.scalars(select(Receipt).where(Receipt.key.in_(keys))) if keys else ()
    return {r.key: r for r in found}


def _stored(work: Work, slug: str, model: type[Record], entries: Sequence[Entry]) -> dict[int, Record]:
    ids = [e.record_id for e in entries if e.record_id is not None]
    if not ids:
        return {}
    rows = select(model).where(model.id.in_(ids), access.visible(work.actor, slug, model)).order_by(model.id)
    return {r.id: r for r in work.session.scalars(records.for_change(rows))}


def _judge(
    work: Work,
    key: str,
    entry: Entry,
    place: int,
    answers: Mapping[str, Receipt],
    stored: Mapping[int, Record],
    batch: _Batch,
) -> Done | None:
    """Put one entry into the batch; an answer only if nothing is to be written."""
    model, slug = work.catalog.records[key], key.partition(".")[0]
    digest = ""
    if entry.idempotency:
        digest = receipts.digest_of(key, entry.record_id, entry.raw)
        if earlier := answers.get(entry.idempotency):
            return Done(receipts.answered(earlier, digest), repeated=True, changed=False)
        if entry.idempotency in batch.receipts:
            raise KeyReused(entry.idempotency)
    record = stored.get(entry.record_id) if entry.record_id is not None else None
    if entry.record_id is not None and record is None:
        raise NotFound(f"{key} {entry.record_id}")
    before = record.values() if record is not None else {}
    if record is not None and entry.version is not None and record.version != entry.version:
        raise Stale(before, entry.raw, record.version)
    values = judging.judged(
        work, slug, model, record, {**before, **judging.typed(work, model, before, entry.raw)}, entry.reason
    )
    once = tuple(values.get(n) for n in model.once_per)
    if once and None not in once:
        if once in batch.once:
            raise Invalid([Problem(model.once_per[-1], Say("与本次提交的另一行重复，只能填报一次"))])
        batch.once.add(once)
    if entry.idempotency:
        batch.receipts[entry.idempotency] = digest
    if record is None:
        batch.news.append((place, values))
        return None
    changed = records.altered(work, record, values)
    if not changed:
        return Done(record.id, changed=False)
    batch.edits.append((place, record, before, values))
    return None


def _insert(work: Work, key: str, model: type[Record], batch: _Batch) -> dict[int, Done]:
    if not batch.news:
        return {}
    fields, table = model.fields(), model.__table__
    rows = [{f.name: v.get(f.name) for f in fields} | records.opened(work, model) for _, v in batch.news]
    connection = work.session.connection()
    ids = _inserted(connection, table, rows, records.fresh_id(work, model))
    blind_index.keep(connection, model, zip(ids, rows, strict=True))
    lines = []
    for (_, values), record_id in zip(batch.news, ids, strict=True):
        unit = (model.unit.name, values[model.unit.column])
        changes = journal.difference(fields, {}, values)
        lines.append(journal.line(work, "create", key, record_id, changes, unit))
    journal.append(work.session, lines)
    records.touch_many(work, model, [({}, values) for _, values in batch.news])
    news = zip(ids, (values for _, values in batch.news), strict=True)
    upload_use.follow(work, key, model, [(record_id, {}, values) for record_id, values in news])
    if work.catalog.reactions_to(key) or webhooks.wanted(work, webhooks.SAVED, key):
        told: dict[str, Any] = {"key": key, "unit_kind": model.unit.name, "before": {}, "state": model.workflow.start}
        for row, record_id in zip(rows, ids, strict=True):
            unit_id: Any = row[model.unit.column]
            after = {f.name: row[f.name] for f in fields}
            records.happened(work, Change(**told, record_id=record_id, unit_id=unit_id, after=after))
    return {place: Done(record_id) for (place, _), record_id in zip(batch.news, ids, strict=True)}


def _inserted(connection: Connection, table: Any, rows: list[dict[str, Any]], first: int | None) -> list[int]:
    """The ids of the rows, in order. SQLite returns ids row by row only; as its one writer we number them, from ``first`` on."""
    if first is not None:
        ids = list(range(first, first + len(rows)))
        numbered = [(*row.values(), n) for n, row in zip(ids, rows, strict=True)]
        insert_rows(connection, table, (*rows[0], "id"), numbered)
        return ids
    return list(connection.execute(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows).scalars())


def _correct(work: Work, key: str, model: type[Record], batch: _Batch) -> dict[int, Done]:
    if not batch.edits:
        return {}
    work.session.flush()
    lines = []
    for _, record, before, values in batch.edits:
        changes = journal.difference(model.fields(), before, values)
        lines.append(journal.line(work, "edit", key, record.id, changes, (model.unit.name, record.unit_id)))
    journal.append(work.session, lines)
    records.touch_many(work, model, [(before, values) for _, _, before, values in batch.edits])
    upload_use.follow(work, key, model, [(record.id, before, record.values()) for _, record, before, _ in batch.edits])
    for _, record, before, _values in batch.edits:
        records.happened(work, records.change(key, record, before, record.values(), record.state), record.version)
    return {place: Done(record.id) for place, record, _, _ in batch.edits}
