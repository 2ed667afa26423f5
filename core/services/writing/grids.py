"""One kind of record for many units at once (多个小区一次填报): which kinds fit a grid, what it asks, and how it is saved.

Every row goes through the one door like a form of its own: one wrong row never holds up the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, func, select

from core.base.errors import Forbidden, Invalid, KeyReused, Problem
from core.base.fields import Field
from core.base.record import Record
from core.base.units import COMMUNITY, COMPLEX, GRID
from core.base.window import day_of, end_of
from core.services.owing.obligations import Obligation
from core.services.permission import filing
from core.services.work import Work
from core.services.writing import offered, records

MOST_FIELDS = 8
PAGE = 30
NEVER = ("link", "units", "origin")  # each needs a look-up a row


@dataclass(frozen=True)
class Row:
    """A unit, when what it owes of this kind is due ("" if it owes nothing now), and the day it reported what is due now."""

    unit_id: int
    name: str
    owes: str = ""
    reported: date | None = None


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
    """One page of the units the person may report for, those that owe it first and those that have reported last, and how many
    pages there are."""
    model = work.catalog.records[key]
    mine = offered.few(work, model.unit, of=model)
    owes, done = _owes(work, model), _reported(work, model)
    rows = [Row(i, name, "" if i in done else owes.get(i, ""), done.get(i)) for i, name in mine]
    rows.sort(key=lambda r: (not r.owes, r.owes, r.reported is not None))
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


def _reported(work: Work, model: type[Record]) -> dict[int, date]:
    """Unit to the day of its latest report that settled what is due now, or that was made today."""
    o, unit = Obligation, getattr(model, model.unit.column)
    settled = select(o.unit_id, func.max(o.done_at)).where(
        o.rule.in_(_rules(work, model)), o.unit_kind == model.unit.name, o.opened_at <= work.now, o.due_at >= work.now
    )
    begun = end_of(work.today - timedelta(days=1))
    made = select(unit, func.max(model.created_at)).where(model.created_at > begun)
    made = made.where(model.state.in_(model.workflow.counting))
    found = [*work.session.execute(settled.group_by(o.unit_id)), *work.session.execute(made.group_by(unit))]
    return {unit_id: day_of(at) for unit_id, at in found if at is not None}


def _rules(work: Work, model: type[Record]) -> list[str]:
    """The recurring duties the record settles."""
    return [k for k, d in work.catalog.deadlines.items() if d.answers is model and d.of is None]


def _owes(work: Work, model: type[Record]) -> dict[int, str]:
    """Unit to the day by which what this record settles is due: the period that is open, else the earliest missed."""
    o = Obligation
    rows = (
        select(o.unit_id, o.due_at)
        .where(o.rule.in_(_rules(work, model)), o.unit_kind == model.unit.name)
        .where(o.done_at.is_(None), o.opened_at <= work.now)
        .order_by(case((o.due_at >= work.now, 1), else_=0), o.due_at.desc())
    )
    return {
        unit_id: day_of(due_at).isoformat() for unit_id, due_at in work.session.execute(rows)
    }  # the last one stands
