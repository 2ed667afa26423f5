"""What a sheet would do, row by row, before anything is done: kept as JSON between the preview and the confirmation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NEW, CHANGED, UNCHANGED, WRONG, CONFLICT = "new", "changed", "unchanged", "wrong", "conflict"
KINDS = {NEW: "新增", CHANGED: "修改", UNCHANGED: "无变化", WRONG: "有误", CONFLICT: "有冲突"}


@dataclass(frozen=True)
class Change:
    """One field before and after, as shown (personal fields masked)."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Flaw:
    """What is wrong and where: the cell as the spreadsheet names it, or the row alone."""

    address: str
    label: str
    text: str


@dataclass(frozen=True)
class PlannedRow:
    """One row. ``raw``: what goes to the one door; ``version``: the stored one it was compared with; ``cells``: the row as
    uploaded, kept for wrong rows; ``note``: why nothing would happen."""

    number: int
    kind: str
    record_id: int | None = None
    version: int | None = None
    raw: Mapping[str, Any] | None = None
    changes: tuple[Change, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    cells: tuple[Any, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """``problems``: why the sheet as a whole can't be taken (then there are no rows); ``notes``: what was left aside."""

    key: str
    name: str
    digest: str
    headings: tuple[str, ...] = ()
    problems: tuple[Flaw, ...] = ()
    notes: tuple[str, ...] = ()
    rows: tuple[PlannedRow, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(r.kind for r in self.rows)
        return {kind: found[kind] for kind in KINDS}

    def of(self, kind: str) -> tuple[PlannedRow, ...]:
        return tuple(r for r in self.rows if r.kind == kind)

    def receipt(self, number: int) -> str:
        """The idempotency key of a row: the same file, the same row."""
        return f"sheet:{self.key}:{self.digest[:40]}:{number}"

    def to_json(self) -> str:
        """Holds personal data as typed until it is applied: keep it on the server, and not for long."""
        return json.dumps(self, default=vars, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        data = json.loads(text)
        rows = tuple(_row(r) for r in data.pop("rows"))
        problems = tuple(Flaw(**f) for f in data.pop("problems"))
        headings, notes = tuple(data.pop("headings")), tuple(data.pop("notes"))
        return cls(**data, headings=headings, notes=notes, problems=problems, rows=rows)


def _row(data: dict[str, Any]) -> PlannedRow:
    changes = tuple(Change(**c) for c in data.pop("changes"))
    flaws = tuple(Flaw(**f) for f in data.pop("flaws"))
    return PlannedRow(**data | {"changes": changes, "flaws": flaws, "cells": tuple(data["cells"])})
