"""Many rows into one table in one statement, their values made ready column by column: SQLAlchemy's own way looks every
value of every row up by its name, which costs more than the store takes to write it (docs/decisions/0026)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Date, FromClause, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from core.base.window import Moment

TIMES = (Moment, Date)  # of which few differ; anything else is made anew each time, as what is sealed must be


def insert_rows(connection: Connection, table: FromClause, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert ``rows``, each the values of ``names``; a column left out gets its default, if that is a plain value."""
    if not rows:
        return
    given: dict[str, Sequence[Any]] = dict(zip(names, zip(*rows, strict=True), strict=True))
    for column in table.c:
        default = getattr(column, "default", None)
        if column.name not in given and default is not None and default.is_scalar:
            given[column.name] = (default.arg,) * len(rows)
    sql, order = _compiled(table, tuple(given), connection.dialect)
    ready = {name: _bound(table.c[name].type, values, connection.dialect) for name, values in given.items()}
    if order is not None:
        ordered: Any = list(zip(*(ready[name] for name in order), strict=True))
    else:
        ordered = [dict(zip(ready, row, strict=True)) for row in zip(*ready.values(), strict=True)]
    connection.exec_driver_sql(sql, ordered)


@lru_cache(maxsize=256)
def _compiled(table: FromClause, names: tuple[str, ...], dialect: Dialect) -> tuple[str, Sequence[str] | None]:
    """The statement, and in which order it takes the columns; None if by their names."""
    made: Any = insert(table).compile(dialect=dialect, column_keys=list(names), for_executemany=True)  # type: ignore[arg-type]
    return str(made), made.positiontup


def _bound(kind: TypeEngine[Any], values: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
    """The values as the driver takes them."""
    process: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    if isinstance(kind, TIMES):
        process = lru_cache(maxsize=None)(process)
    return [process(value) for value in values]
