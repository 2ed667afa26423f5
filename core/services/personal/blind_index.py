"""Finding a person by an exact number although it is sealed: a keyed hash of each value that is marked searchable, beside its
row's number. Who reads the database learns from it only that two rows hold the same value; without the key no list of all
numbers can be tried against it (plan 3.6).

It is kept by the flush itself, so that no way of writing a record or a unit can forget it; rows written beside the ORM
(many.py) say so by ``keep``. One table for all, so that no plugin needs a step of its own (docs/decisions/0019).
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Index,
    Integer,
    String,
    bindparam,
    delete,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column

from core.base import keys
from core.base.declared import Base, Declared
from core.services.store.db import Writer

SHORTEST = 7  # characters of what can be looked for: nothing that could be told by trying


class BlindIndex(Base):
    """The keyed hash of one searchable value of one row."""

    __tablename__ = "blind_index"
    table_name: Mapped[str] = mapped_column(String(63), primary_key=True)
    row_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str] = mapped_column(String(63), primary_key=True)
    digest: Mapped[str] = mapped_column(String(60))
    __table_args__ = (Index(None, "digest"),)


_one = delete(BlindIndex).where(
    BlindIndex.table_name == bindparam("t"), BlindIndex.row_id == bindparam("i"), BlindIndex.field == bindparam("f")
)


def searchable(model: type[Any]) -> tuple[str, ...]:
    """The names of the fields of ``model`` that can be found by their exact value."""
    return tuple(f.name for f in model.fields() if f.searchable) if issubclass(model, Declared) else ()


def plain(value: str) -> str:
    """What counts of a number: 138 0000-0000 and １３８００００００００ are the same."""
    folded = unicodedata.normalize("NFKC", value).upper().removeprefix("+86")
    return "".join(c for c in folded if c.isalnum())


def digest(value: str, key: keys.Key | None = None) -> str:
    key = key or keys.current()
    return f"{key.name}:{hmac.digest(key.finding, plain(value).encode(), 'sha256').hex()[:48]}"


def holds(model: type[Any], value: str) -> ColumnElement[bool] | None:
    """The rows of ``model`` that hold exactly ``value`` in a searchable field; None if it can't be looked for."""
    if not searchable(model) or len(plain(value)) < SHORTEST:
        return None
    wanted = [digest(value, key) for key in keys.known()]
    mine = (BlindIndex.table_name == model.__tablename__, BlindIndex.digest.in_(wanted))
    found: ColumnElement[bool] = model.id.in_(select(BlindIndex.row_id).where(*mine))
    return found


def keep(connection: Connection, model: type[Any], rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Enter new ``rows`` (number, values)."""
    names = searchable(model)
    lines = [_line(model, i, name, values[name]) for i, values in rows for name in names if values.get(name)]
    if lines:
        connection.execute(insert(BlindIndex), lines)


def rebuild(session: Session, models: Iterable[type[Any]]) -> int:
    """Enter every row anew, by the key of now; how many values."""
    many = 0
    for model in models:
        if names := searchable(model):
            session.execute(delete(BlindIndex).where(BlindIndex.table_name == model.__tablename__))
            columns = [model.id, *(getattr(model, name) for name in names)]
            rows = session.execute(select(*columns)).all()
            keep(session.connection(), model, [(row[0], dict(zip(names, row[1:], strict=True))) for row in rows])
            many += sum(1 for row in rows for value in row[1:] if value)
    return many


def _line(model: type[Any], row_id: int, name: str, value: str) -> dict[str, Any]:
    return {"table_name": model.__tablename__, "row_id": row_id, "field": name, "digest": digest(value)}


@event.listens_for(Writer, "after_flush")
def _flushed(session: Session, _context: UOWTransaction) -> None:
    stale, fresh = [], []
    for row in (*session.new, *session.dirty, *session.deleted):
        for name in searchable(type(row)):
            moved = row in session.new or row in session.deleted or inspect(row).attrs[name].history.has_changes()
            if moved and row not in session.new:
                stale.append({"t": type(row).__tablename__, "i": row.id, "f": name})
            if moved and row not in session.deleted and getattr(row, name):
                fresh.append(_line(type(row), row.id, name, getattr(row, name)))
    if stale:
        session.connection().execute(_one, stale)
    if fresh:
        session.connection().execute(insert(BlindIndex), fresh)
