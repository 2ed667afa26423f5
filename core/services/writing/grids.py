"""One kind of record for many units at once (多个小区一次填报): which kinds fit a grid, what it asks, and how it is saved.

Every row goes through the one door like a form of its own: one wrong row never holds up the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.base.errors import Forbidden, Invalid, KeyReused, Problem
from core.base.fields import Field
from core.base.record import Record
from core.base.units import COMMUNITY, COMPLEX, GRID
from core.base.window import day_of
from core.services.owing.obligations import Obligation
from core.services.permission import filing
from core.services.work import Work
from core.services.writing import offered, records

MOST_FIELDS = 8
PAGE = 30
NEVER = ("link", "units", "origin")  # each needs a look-up a row


@dataclass(frozen=True)
class Row:
    """A unit, and when what it owes of this kind is due ("" if it owes nothing now)."""

    unit_id: int
    name: str
    owes: str = ""


@dataclass(frozen=True)
class Kept:
    """What became of the rows sent: unit to the record it became, and unit to what is wrong with it."""

    saved: Mapping[int, int]
    wrong: Mapping[int, Sequence[Problem]]


def fits(work: Work, key: str) -> bool:
    """A grid serves records of places, short, linked to nothing else, that the person may report."""
    model = work.catalog.records[key]
    asked = [f for f in model.fields() if f.filed and f.required and f.name != model.unit.column]
    return (
        model.unit in (COMPLEX, COMMUNITY, GRID)
        and not model.follows
        and len(asked) <= MOST_FIELDS
        and not any(f.kind.name in NEVER for f in asked)
        and filing.may_file_somewhere(work, key)
    )


def columns(model: type[Record]) -> tuple[Field, ...]:
    """What the grid asks: everything required, and as much of the rest as there is room for, in the form's order."""
    filed = [f for f in model.fields() if f.filed and f.name != model.unit.column and f.kind.name not in NEVER]
    room = MOST_FIELDS - sum(1 for f in filed if f.required)
    rest = [f for f in filed if not f.required][: max(room, 0)]
    return tuple(f for f in filed if f.required or f in rest)


def shared(model: type[Record]) -> tuple[Field, ...]:
    """The columns that may be typed once for all rows: a photo or a person's data is of one place."""
    return tuple(f for f in columns(model) if f.kind.name != "photos" and not f.personal)


def own(model: type[Record]) -> tuple[Field, ...]:
    """The columns of a unit's own row: several choices have no room in a cell and are made once for all."""
    return tuple(f for f in columns(model) if f.kind.name != "choices")


def units(work: Work, key: str, page: int = 1) -> tuple[Sequence[Row], int]:
    """One page of the units the person may report for, those that owe it first, and how many pages there are."""
    model = work.catalog.records[key]
    mine = offered.few(work, model.unit, of=model)
    owes = _owes(work, model)
    rows = sorted((Row(i, name, owes.get(i, "")) for i, name in mine), key=lambda r: (not r.owes, r.owes))
    return rows[(page - 1) * PAGE : page * PAGE], max(-(-len(rows) // PAGE), 1)


def save(work: Work, key: str, typed: Mapping[int, Mapping[str, Any]], token: str) -> Kept:
    """Report one record for each unit of ``typed`` (unit to field to what was typed). ``token`` guards against doubles."""
    model = work.catalog.records[key]
    saved: dict[int, int] = {}
    wrong: dict[int, Sequence[Problem]] = {}
    for unit_id, values in typed.items():
        told = {n: v for n, v in values.items() if v not in (None, "", [])}
        raw = {**model.known(work.look, unit_id), **told, model.unit.column: f"#{unit_id}"}
        try:
            one = records.save(work, key, raw, idempotency=f"grid/{work.actor.login}/{token}/{unit_id}")
            saved[unit_id] = one.record.id
        except Invalid as error:
            wrong[unit_id] = error.problems
        except Forbidden as error:
            wrong[unit_id] = [Problem("", error.args[0])]
        except KeyReused:
            wrong[unit_id] = [Problem("", "这一行刚才已保存过；要改请打开那条记录")]
    return Kept(saved, wrong)


def _owes(work: Work, model: type[Record]) -> dict[int, str]:
    """Unit to the earliest day on which something this record settles is due."""
    rules = [k for k, d in work.catalog.deadlines.items() if d.answers is model and d.of is None]
    o = Obligation
    rows = (
        select(o.unit_id, o.due_at)
        .where(o.rule.in_(rules), o.unit_kind == model.unit.name, o.done_at.is_(None), o.opened_at <= work.now)
        .order_by(o.due_at.desc())
    )
    return {unit_id: day_of(due_at).isoformat() for unit_id, due_at in work.session.execute(rows)}
