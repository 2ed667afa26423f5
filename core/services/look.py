"""Looking up units by name, code or id, with one query a kind however many rows ask."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.base.units import UnitKind
from core.estate.units import model_of
from core.services.uploads import Upload

FEW = 8  # beyond so many single look-ups of a kind, all its names are read at once
MANY = 10_000  # values bound in one statement


class RegistryLook:
    """``Look`` over the registry. ``#12`` is an id; anything else a name or a code."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ids: dict[str, dict[str, int]] = {}
        self._names: dict[str, dict[int, str]] = {}
        self._asked: dict[str, int] = {}
        self._whole: set[str] = set()
        self._files: dict[str, bool] = {}

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
        if token not in self._files:
            self._files[token] = self._session.scalar(select(Upload.id).where(Upload.token == token)) is not None
        return self._files[token]

    def know_files(self, tokens: Collection[str]) -> None:
        """Look up many tokens at once, before each is asked for."""
        unknown = [t for t in tokens if t not in self._files]
        for start in range(0, len(unknown), MANY):
            part = unknown[start : start + MANY]
            found = set(self._session.scalars(select(Upload.token).where(Upload.token.in_(part))))
            self._files.update((t, t in found) for t in part)

    def _ask(self, unit: UnitKind, *, text: str = "", unit_id: int | None = None) -> None:
        self._asked[unit.name] = self._asked.get(unit.name, 0) + 1
        if self._asked[unit.name] > FEW:
            self.names(unit)
            return
        model: Any = model_of(unit)
        if unit_id is None and text.startswith("#") and text[1:].isdigit():
            unit_id = int(text[1:]) if len(text) < 12 else -1
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
