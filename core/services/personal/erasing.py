"""Personal values that are over: cleared when their time is up (a nightly job), or because the person they are about asks for
it (PIPL arts. 19, 44-50). The record stays, and with it what it counts for; the journal says when, which fields, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, or_, select

from core.base.declared import Declared
from core.base.errors import Invalid, Problem
from core.base.record import Record
from core.base.retention import CLEARED, days_of
from core.base.say import Say
from core.estate.units import UNITS
from core.services.audit import journal
from core.services.audit.journal_row import JournalEntry
from core.services.personal import blind_index
from core.services.personal.reveal import reasoned
from core.services.sheets.kept import SheetUpload
from core.services.store import whole_file
from core.services.work import Work
from core.services.writing import records

EXPIRE, ERASE = CLEARING = ("expire", "erase")  # verbs of the journal
UPLOADS = timedelta(days=1)  # a sheet that was looked at and never confirmed
LATER = "erasures.jsonl"  # in the data folder: what must be cleared again in a backup of before


@dataclass(frozen=True)
class Held:
    """A row that holds personal values of somebody. ``key``: of its record class or kind of unit."""

    key: str
    label: str
    row: Any

    @property
    def unit(self) -> tuple[str, int]:
        return (self.row.unit.name, self.row.unit_id) if isinstance(self.row, Record) else (self.key, self.row.id)


def models(work: Work) -> dict[str, type[Any]]:
    """Everything with personal fields: record classes and kinds of unit."""
    found: dict[str, type[Any]] = {**work.catalog.records, **UNITS}
    return {key: model for key, model in found.items() if any(f.personal for f in model.fields())}


def clear(work: Work, held: Held, verb: str, reason: str) -> bool:
    """Clear every personal field of a row, through the journal; False if there is nothing left to clear."""
    row: Declared = held.row
    before = row.values()
    fields = [f for f in row.fields() if f.personal and before[f.name] not in (None, "", CLEARED)]
    if not fields:
        return False
    table = type(held.row).__table__
    for field in fields:
        setattr(row, field.name, None if table.c[field.name].nullable else CLEARED)
    held.row.version += 1
    told = {"reason": [None, reason], "fields": [None, "、".join(f.label for f in fields)]}
    journal.write(work, verb, held.key, held.row.id, told, held.unit)
    if isinstance(held.row, Record):
        records.touch_many(work, type(held.row), [(before, row.values())])
    return True


def expire(work: Work) -> int:
    """Clear what is overdue by the rules in force; how many records that were."""
    many = 0
    for key in models(work):
        for held in _overdue(work, key):
            many += clear(work, held, EXPIRE, "保存期届满")
    work.session.execute(delete(SheetUpload).where(SheetUpload.created_at < work.now - UPLOADS))
    return many


def _overdue(work: Work, key: str) -> Iterator[Held]:
    model = work.catalog.records.get(key)
    days = days_of(key.partition(".")[0], model, work.settings) if model is not None else None
    if model is None or days is None:
        return
    closed = [s.key for s in model.workflow.states if s.closed]
    filled = or_(*(getattr(model, f.name).is_not(None) for f in model.fields() if f.personal))
    done = select(JournalEntry.id).where(
        JournalEntry.subject == key,
        JournalEntry.subject_id == model.id,
        JournalEntry.verb.in_(CLEARING),
        JournalEntry.at >= model.updated_at,
    )
    old = (model.state.in_(closed), model.updated_at < work.now - timedelta(days=days), filled, ~done.exists())
    for row in work.session.scalars(select(model).where(*old).order_by(model.id)):
        yield Held(key, model.label, row)


def held_by(work: Work, value: str) -> Sequence[Held]:
    """Every row that holds exactly ``value`` (an ID number, a phone). ``Invalid`` for what can't be looked for."""
    if len(blind_index.plain(value)) < blind_index.SHORTEST:
        raise Invalid([Problem("value", Say("请给出完整的证件号或电话"))])
    out = []
    for key, model in models(work).items():
        if (holds := blind_index.holds(model, value)) is not None:
            out += [Held(key, model.label, row) for row in work.session.scalars(select(model).where(holds))]
    return out


def copy(work: Work, value: str) -> list[dict[str, Any]]:
    """What is held about the person with this number, in clear, for that person; each row is journalled as given out."""
    out = []
    for held in held_by(work, value):
        fields = {f.label: _clear_text(work, f, getattr(held.row, f.name)) for f in held.row.fields()}
        out.append({"kind": held.label, "number": held.row.id, "fields": {k: v for k, v in fields.items() if v}})
        told = {"fields": [None, "、".join(f.label for f in held.row.fields() if f.personal)]}
        journal.write(work, "copy", held.key, held.row.id, told, held.unit)
    return out


def erase(work: Work, value: str, reason: str, data: Path) -> list[Held]:
    """Clear the personal values of every row that holds ``value``; the rows, which are also noted outside the database."""
    why = reasoned(reason)
    found = [held for held in held_by(work, value) if clear(work, held, ERASE, why)]
    if found:
        _note(data / LATER, work.now, found)
    return found


def erase_again(work: Work, data: Path) -> int:
    """After a backup of before was restored: clear what was erased since; how many rows."""
    known, many = models(work), 0
    file = data / LATER
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        told = json.loads(line)
        row = work.session.get(known[told["key"]], told["row"]) if told["key"] in known else None
        if row is not None:
            many += clear(
                work, Held(told["key"], type(row).label, row), ERASE, f"恢复备份后重新清除（{told['at'][:10]}）"
            )
    return many


def _clear_text(work: Work, field: Any, value: Any) -> str:
    if field.personal:
        return str(value or "")
    return str(field.kind.show(value, work.look))


def _note(file: Path, at: datetime, found: Sequence[Held]) -> None:
    """Which rows, never what stood in them. Written before the commit: clearing once too often harms nothing."""
    told = ({"at": at.isoformat(timespec="seconds"), "key": held.key, "row": held.row.id} for held in found)
    whole_file.append(file, "".join(json.dumps(one) + "\n" for one in told))
