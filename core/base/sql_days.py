"""Arithmetic of days in SQL, the same on SQLite and PostgreSQL: a plugin never writes a dialect's own date functions."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class plus_days(GenericFunction[date]):
    """``plus_days(column, n)``: the day n days later (n may be negative, a number or a column)."""

    type = Date()
    inherit_cache = True
    name = "plus_days"


class days_between(GenericFunction[int]):
    """``days_between(later, earlier)``: whole days from ``earlier`` to ``later``."""

    type = Integer()
    inherit_cache = True
    name = "days_between"


class local_day(GenericFunction[date]):
    """``local_day(moment)``: the calendar day in Asia/Shanghai (UTC+8, no summer time) of a stored moment."""

    type = Date()
    inherit_cache = True
    name = "local_day"


class month_of(GenericFunction[date]):
    """``month_of(day)``: the first day of its month."""

    type = Date()
    inherit_cache = True
    name = "month_of"


def _arguments(element: Any, compiler: Any, **kw: Any) -> list[str]:
    return [compiler.process(clause, **kw) for clause in element.clauses]


@compiles(plus_days, "sqlite")
def _plus_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    day, n = _arguments(element, compiler, **kw)
    return f"date({day}, ({n}) || ' days')"


@compiles(plus_days, "postgresql")
def _plus_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    day, n = _arguments(element, compiler, **kw)
    return f"(CAST({day} AS DATE) + CAST({n} AS INTEGER))"


@compiles(days_between, "sqlite")
def _between_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    later, earlier = _arguments(element, compiler, **kw)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(days_between, "postgresql")
def _between_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    later, earlier = _arguments(element, compiler, **kw)
    return f"(CAST({later} AS DATE) - CAST({earlier} AS DATE))"


@compiles(local_day, "sqlite")
def _local_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"date({_arguments(element, compiler, **kw)[0]}, '+8 hours')"


@compiles(local_day, "postgresql")
def _local_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST({_arguments(element, compiler, **kw)[0]} + INTERVAL '8 hours' AS DATE)"


@compiles(month_of, "sqlite")
def _month_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"date({_arguments(element, compiler, **kw)[0]}, 'start of month')"


@compiles(month_of, "postgresql")
def _month_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(date_trunc('month', {_arguments(element, compiler, **kw)[0]}) AS DATE)"
