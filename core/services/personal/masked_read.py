"""What the words of a plugin may read (a section, a document compiled of many records, a card): rows as they are, personal values as
they are shown everywhere, masked. So none of them can carry a name or a secret opinion to whoever may read reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause
from sqlalchemy.engine import Row, result_tuple
from sqlalchemy.orm import Session

from core.base.fields import Field
from core.base.sealed import Sealed, masked
from core.services.store import plain_reads


def read(session: Session, rows: Any) -> Sequence[Any]:
    """The rows of a select of columns. ``TypeError`` for one of whole records with personal fields: name the columns."""
    for one in rows.column_descriptions if isinstance(rows, Select) else ():
        whole = one.get("entity") is not None and one["expr"] is one["entity"]
        if whole and any(f.personal for f in getattr(one["entity"], "fields", tuple)()):
            raise TypeError(f"a select of whole {one['name']} would bring its personal fields: name the columns")
    found = plain_reads.rows(session, rows)
    hidden = {place: c for place, c in enumerate(_columns(rows)) if isinstance(c.type, Sealed)}
    return [_hidden(row, hidden) for row in found] if hidden else found


def _columns(rows: Any) -> Sequence[Any]:
    """A select's columns; a text of SQL reads what is sealed as it is sealed."""
    return () if isinstance(rows, TextClause) else tuple(rows.selected_columns)


def _hidden(row: Row[Any], hidden: dict[int, ColumnElement[Any]]) -> Any:
    told = (_shown(hidden[n], value) if n in hidden else value for n, value in enumerate(row))
    return result_tuple(row._fields)(tuple(told))


def _shown(column: ColumnElement[Any], value: str | None) -> str | None:
    for base in column.base_columns:
        field = getattr(base, "info", {}).get("field")
        if isinstance(field, Field):
            shown: str | None = field.kind.dump(value)
            return shown
    return masked(value) if value else value
