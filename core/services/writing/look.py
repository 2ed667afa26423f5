"""Looking up units by name, code or id, with one query a kind however many rows ask."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.kinds import Look
from core.base.record import Record
from core.base.units import UnitKind
from core.estate.units import model_of
from core.services.permission import access
from core.services.photos import upload_use, uploads
from core.services.photos.uploads import Upload
from core.services.store import plain_reads

if TYPE_CHECKING:
    from core.base.facts import Facts
    from core.services.work import Work

NUMBER = re.compile(r"#?(\d{1,9})(?=\s|$)")
FEW = 8  # beyond so many single look-ups of a kind, all its names are read at once
MANY = 10_000  # values bound in one statement


class RegistryLook(Look):
    """``Look`` over the store. ``#12`` is an id; anything else a name or a code. ``work`` tells the day, settings, Catalog."""

    def __init__(self, session: Session, work: Work) -> None:
        self._session, self._work = session, work
        self._records: dict[tuple[type[Record], int], str] = {}
        self._hidden: set[tuple[type[Record], int]] = set()
        self._ids: dict[str, dict[str, int]] = {}
        self._names: dict[str, dict[int, str]] = {}
        self._asked: dict[str, int] = {}
        self._whole: set[str] = set()
        self._files: dict[str, Upload | None] = {}
        self._attachable: dict[str, bool] = {}

    def unit_id(self, unit: UnitKind, text: str) -> int | None:
        known = self._ids.setdefault(unit.name, {})
        if text not in known and unit.name not in self._whole:
            self._ask(unit, text=text)
        return known.get(text)

    def unit_name(self, unit: UnitKind, unit_id: int) -> str:
        names = self._names.setdefault(unit.name, {})
        if unit_id not in names and unit.name not in self._whole:
            self._ask(unit, unit_id=unit_id)
        return names.get(unit_id, f"#{unit_id}")

    def prime(self, unit: UnitKind, ids: Collection[int]) -> None:
        """Read the names of ``ids`` in one statement, for a list that is about to ask for each."""
        known = self._names.setdefault(unit.name, {})
        missing = {i for i in ids if i not in known}
        if missing and unit.name not in self._whole:
            if len(missing) > 500:
                self.names(unit)
            else:
                self._read(unit, model_of(unit).id.in_(missing))

    def names(self, unit: UnitKind) -> dict[int, str]:
        """Every unit's name by id."""
        if unit.name not in self._whole:
            self._read(unit, None)
            self._whole.add(unit.name)
        return self._names.setdefault(unit.name, {})

    def has_file(self, token: str) -> bool:
        """It is stored, and the actor may put it into a record."""
        if token not in self._attachable:
            self.know_files([token])
        return self._attachable[token]

    @property
    def today(self) -> date:
        return self._work.today

    def facts(self, slug: str) -> Facts:
        from core.services.reporting import reports  # noqa: PLC0415 - what it needs looks up names here

        found: Facts = next(f for f in reports.gather(self._work, self._work.today, slug) if f.action.slug == slug)
        return found

    def read(self, rows: Any) -> Sequence[Any]:
        return plain_reads.rows(self._session, rows)

    def setting(self, key: str) -> Any:
        return self._work.settings[key]

    def record_id(self, model: type[Record], text: str) -> int | None:
        if number := NUMBER.match(text):  # "#12", and "#12 示例小区01 · ..." as a sheet writes it
            return self._session.scalar(select(model.id).where(model.id == int(number[1])))
        head = text.partition(" · ")[0]
        unit_id = self.unit_id(model.unit, head)
        if unit_id is None:
            return None
        ids = self._session.scalars(select(model.id).where(getattr(model, model.unit.column) == unit_id)).all()
        self.prime_records(model, ids)
        named = [i for i in ids if self.record_name(model, i) == text]
        return named[0] if len(named) == 1 else None

    def record_name(self, model: type[Record], record_id: int) -> str:
        if (model, record_id) not in self._records:
            self.prime_records(model, [record_id])
        return self._records.get((model, record_id), f"#{record_id}")

    def prime_records(self, model: type[Record], ids: Collection[int]) -> None:
        """Read the names of these records in one statement: the unit, then what the class says names it; of one the actor
        may not see the number alone."""
        missing = [i for i in ids if (model, i) not in self._records]
        if not missing:
            return
        happened = model.happened()
        chosen = model.named_by or ((happened.name,) if happened else ())
        fields = [f for f in model.fields() if f.name in chosen and not f.personal]
        seen = access.visible(self._work.actor, self._work.catalog.key_of(model).partition(".")[0], model)
        rows = self._session.execute(select(model, seen).where(model.id.in_(missing))).all()
        self._hidden |= {(model, record.id) for record, visible in rows if not visible}
        found = [record for record, visible in rows if visible]
        self.prime(model.unit, {r.unit_id for r in found})
        for record in found:
            parts = [f.kind.show(getattr(record, f.name), self) for f in fields]
            name = " · ".join([self.unit_name(model.unit, record.unit_id), *filter(None, parts)])
            self._records[model, record.id] = name

    def hides(self, model: type[Record], record_id: int) -> bool:
        """It is there, and the actor may not see it."""
        self.prime_records(model, [record_id])
        return (model, record_id) in self._hidden

    def origin_name(self, text: str) -> str | None:
        key, _, number = text.partition("/")
        model = self._work.catalog.records.get(key)
        if model is None:
            return text  # its plugin is not installed: the reference stays as it is
        if self.record_id(model, number) is None:
            return None
        name = self.record_name(model, int(number))
        return f"{model.label} 第{int(number)}号" + ("" if name.startswith("#") else f" · {name}")

    def know_files(self, tokens: Collection[str]) -> None:
        """Look up many tokens at once, before each is asked for."""
        found = self.files(tokens)
        may = upload_use.attachable(self._work, list(found.values()))
        self._attachable.update((t, t in found and found[t].id in may) for t in tokens)

    def files(self, tokens: Collection[str]) -> dict[str, Upload]:
        """The stored uploads of ``tokens``, whoever may see them."""
        unknown = [t for t in tokens if t not in self._files]
        for start in range(0, len(unknown), MANY):
            part = unknown[start : start + MANY]
            self._files |= dict.fromkeys(part, None) | uploads.by_tokens(self._session, part)
        return {t: one for t in tokens if (one := self._files[t]) is not None}

    def _ask(self, unit: UnitKind, *, text: str = "", unit_id: int | None = None) -> None:
        self._asked[unit.name] = self._asked.get(unit.name, 0) + 1
        if self._asked[unit.name] > FEW:
            self.names(unit)
            return
        model: Any = model_of(unit)
        if unit_id is None and text.startswith("#") and text[1:].isdecimal():
            unit_id = int(text[1:]) if len(text) < 11 else -1
        self._read(unit, model.id == unit_id if unit_id is not None else (model.name == text) | (model.code == text))

    def _read(self, unit: UnitKind, where: Any) -> None:
        model: Any = model_of(unit)
        rows = select(model.id, model.name, model.code)
        ids, names = self._ids.setdefault(unit.name, {}), self._names.setdefault(unit.name, {})
        for key, name, code in self._session.execute(rows if where is None else rows.where(where)):
            ids[f"#{key}"] = ids[name] = key
            names[key] = name
            if code:
                ids[code] = key
