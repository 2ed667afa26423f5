"""Many rows into one table in one statement, their values made ready column by column: SQLAlchemy's own way looks every
value of every row up by its name, which costs more than the store takes to write it (docs/decisions/0023)."""

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
    dialect = connection.dialect
    compiled: Any = insert(table).compile(dialect=dialect, column_keys=list(given), for_executemany=True)  # type: ignore[arg-type]
    ready = {name: _bound(table.c[name].type, values, dialect) for name, values in given.items()}
    if compiled.positiontup is not None:
        ordered: Any = list(zip(*(ready[name] for name in compiled.positiontup), strict=True))
    else:
        ordered = [dict(zip(ready, row, strict=True)) for row in zip(*ready.values(), strict=True)]
    connection.exec_driver_sql(str(compiled), ordered)


def _bound(kind: TypeEngine[Any], values: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
    """The values as the driver takes them."""
    process: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    if isinstance(kind, TIMES):
        process = lru_cache(maxsize=None)(process)
    return [process(value) for value in values]
