"""What a measure is computed over, as SQL: the window's days are bind parameters, so one statement serves every day.

The same statement filtered to the touched units keeps the ledger fresh inside the saving transaction (law 3).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
)

from core.base.record import Record
from core.base.units import UnitKind
from core.base.window import TZ, Moment, Window

Rows = Select[*tuple[Any, ...]]


class Scope(ABC):
    """``start`` and ``end`` of the period, ``day``: its last day that counts (its end, or today while it is open).

    ``name`` keeps the bind parameters of several scopes in one statement apart. ``only``: the kind of
    unit that is restricted to the touched ones.
    """

    def __init__(self, settings: Mapping[str, Any], *, name: str = "scope", only: str = "") -> None:
        self.settings, self.name, self.only = settings, name, only
        self.start: BindParameter[date] = bindparam(f"{name}_start", type_=Date)
        self.end: BindParameter[date] = bindparam(f"{name}_end", type_=Date)
        self.day: BindParameter[date] = bindparam(f"{name}_day", type_=Date)
        self.days: BindParameter[int] = bindparam(f"{name}_days", type_=Integer)  # from start to day, both included
        self._from: BindParameter[datetime] = bindparam(f"{name}_from", type_=Moment)
        self._next: BindParameter[datetime] = bindparam(f"{name}_next", type_=Moment)  # when the day is over

    def binds(self, window: Window) -> dict[str, Any]:
        """The values of this scope's bind parameters for ``window``."""
        values = {
            "start": window.start,
            "end": window.end,
            "day": window.day,
            "days": max((window.day - window.start).days + 1, 0),
            "from": datetime.combine(window.start, time(0, 0), TZ),
            "next": datetime.combine(window.day + timedelta(days=1), time(0, 0), TZ),
        }
        return {f"{self.name}_{k}": v for k, v in values.items()}

    @abstractmethod
    def units(self, unit: UnitKind) -> Rows:
        """The units in scope on ``day``: a select of one column ``unit_id``; add ``where`` as you need."""

    @abstractmethod
    def complexes(self, *, at: str = "day") -> Rows:
        """Complexes with the ``ComplexTerm`` in force on ``at`` ("day" or "start" of the window) to filter by."""

    @abstractmethod
    def managed(self) -> Rows:
        """Complexes with a property service in force when the period began: a newly served complex enters the managed
        set the next month (plan 1.6)."""

    @abstractmethod
    def listed(self, name: str) -> Rows:
        """Complexes on the campaign's named list (plan Q21), e.g. the 40 to get charging places."""

    @abstractmethod
    def measure_of(self, key: str) -> Subquery:
        """Another indicator's (unit_id, numerator, denominator) in the same window; ``NoData`` if its plugin is missing."""

    @abstractmethod
    def offered(self, key: str) -> Subquery:
        """Another plugin's offered rows (``Offer``); ``NoData`` if that plugin is missing."""

    @abstractmethod
    def ask(self, hook: str, **given: Any) -> list[tuple[str, Any]]:
        """What the plugins that implement a plugin-defined ``hook`` answer: (slug, answer), None left out."""

    @abstractmethod
    def street(self) -> Rows:
        """The street whose campaign this is."""

    @abstractmethod
    def departments(self, names: Sequence[str]) -> Rows:
        """Departments by name or by an alias of theirs (plan Q26)."""

    @abstractmethod
    def organs(self) -> Rows:
        """市直单位 linked with the street."""

    @abstractmethod
    def companies(self) -> Rows:
        """Companies that serve at least one complex on ``day``."""

    @abstractmethod
    def answering(self, role: str, unit: UnitKind) -> Rows:
        """Units somebody answers for in ``role`` on ``day``: "linked" complexes, "first_grid" communities, "lead" actions."""

    def setting(self, key: str) -> Any:
        return self.settings[key]

    def within(self, record: type[Record], on: str = "") -> ColumnElement[bool]:
        """Records that count and happened inside the window."""
        column = _day_column(record, on)
        if isinstance(column.type, Moment):
            return and_(column >= self._from, column < self._next, counts(record))
        return and_(column >= self.start, column <= self.day, counts(record))

    def until(self, record: type[Record], on: str = "") -> ColumnElement[bool]:
        """Records that count and happened by the window's last day, since ever."""
        column = _day_column(record, on)
        passed = column < self._next if isinstance(column.type, Moment) else column <= self.day
        return and_(passed, counts(record))

    def by_day(self, column: Any) -> ColumnElement[bool]:
        """The day or moment in ``column`` is there and not after the window's last day."""
        passed: ColumnElement[bool] = column < self._next if isinstance(column.type, Moment) else column <= self.day
        return passed


def counts(record: type[Record]) -> ColumnElement[bool]:
    """Not sent back: in a state that counts."""
    return record.state.in_(record.workflow.counting)


def _day_column(record: type[Record], on: str) -> Any:
    field = record.happened()
    if not on and field is None:
        raise ValueError(f"{record.__name__} has no field with happened=True: name one by on=")
    return getattr(record, on or field.name)  # type: ignore[union-attr]


def has(column: Any, *options: str) -> ColumnElement[bool]:
    """Every one of ``options`` is among the choices of ``column``."""
    return and_(*(column.like(f"%|{option}|%") for option in options))


def holds(column: Any, unit_id: Any) -> ColumnElement[bool]:
    """The unit is among those of a ``references`` column; ``unit_id`` is a number or a column."""
    found: ColumnElement[bool] = column.like(literal("%|").concat(cast(unit_id, String)).concat("|%"))
    return found


def whole(of: Rows, n: Any, d: Any) -> Rows:
    """Per unit of ``of`` the same numerator and denominator: a figure of the whole street."""
    base = of.subquery("base")
    return select(base.c[0].label("unit_id"), _value(n).label("n"), _value(d).label("d"))


def _value(part: Any) -> Any:
    """A select of one number as a scalar subquery; an expression or a plain number as it is."""
    if isinstance(part, Select):
        return part.scalar_subquery()
    return literal(part) if isinstance(part, int) else part


def coverage(of: Rows, by: Rows) -> Rows:
    """Per unit of ``of``: 1 of 1 if ``by`` (a select of unit ids) holds it, else 0 of 1. A point look-up a unit."""
    base = of.subquery("base")
    found = by.where(by.selected_columns[0] == base.c[0]).correlate(base).exists()
    return select(base.c[0].label("unit_id"), case((found, 1), else_=0).label("n"), literal(1).label("d"))


def share(of: Rows, having: ColumnElement[bool]) -> Rows:
    """Per unit of ``of``: 1 of 1 where ``having`` (a condition on the columns ``of`` selects from) holds."""
    unit = of.selected_columns[0]
    return of.with_only_columns(unit.label("unit_id"), case((having, 1), else_=0).label("n"), literal(1).label("d"))


def tally(records: Rows, of: Rows | None = None) -> Rows:
    """Sums per unit: ``records`` selects (unit_id, n, d) per row; with ``of``, only its units."""
    rows = records.subquery("rows")
    sums = select(rows.c[0].label("unit_id"), func.sum(rows.c[1]).label("n"), func.sum(rows.c[2]).label("d")).group_by(
        rows.c[0]
    )
    if of is not None:
        sums = sums.where(rows.c[0].in_(of))
    return sums


def count(of: Rows, records: Rows) -> Rows:
    """Per unit of ``of``: how many rows ``records`` (a select of unit ids) has for it; d is 1, "counted"."""
    base = of.subquery("base")
    many = (
        records.with_only_columns(func.count())
        .where(records.selected_columns[0] == base.c[0])
        .correlate(base)
        .scalar_subquery()
    )
    return select(base.c[0].label("unit_id"), many.label("n"), literal(1).label("d"))
