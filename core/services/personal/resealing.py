"""Changing the secret key: what earlier keys sealed is sealed anew by the current one, column by column and in small
transactions, so that it may be killed and begun again at any time. When nothing needs an old key any more, it can be dropped.
What the current key sealed before values were bound to their column (sealed.py) is sealed anew too.

Nobody else may write meanwhile with the old key: stop the service, rotate, start it again (docs/personal-data.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Text, bindparam, func, inspect, select, type_coerce, update

from core.base import keys
from core.base.declared import Base
from core.base.sealed import BOUND, Sealed, unseal
from core.estate.units import UNITS
from core.services.audit import journal
from core.services.personal import blind_index
from core.services.personal.blind_index import BlindIndex
from core.services.platform import Platform
from core.services.writing import receipts

BATCH = 500


@dataclass
class Resealed:
    """``values`` were sealed anew, ``found`` entered to be found by; the rest could not be: by lost key, and damaged ones."""

    values: int = 0
    found: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    damaged: list[str] = field(default_factory=list)  # table.column #key


def begin(platform: Platform) -> None:
    """Journal that the key changed, and fix what stands in the journal so far for when the old key is dropped."""
    with platform.work(source="command", settle=False) as work:
        journal.checkpoint(work)
        journal.write(work, "rotate", "keys", None, {"value": [None, keys.current().name]})


def reseal(platform: Platform) -> Resealed:
    """Seal every value of every column anew that another key sealed or that is not bound to it yet, and enter what is
    searched by exact value anew."""
    told = Resealed()
    with platform.reading() as work:
        columns = list(_columns(work.session.connection()))
    for column in columns:
        last = None
        while (last := _batch(platform, column, last, told)) is not None:
            pass
    keyed = 1
    while keyed:
        with platform.work(source="command", settle=False) as work:
            keyed = receipts.key_bare(work.session)
    models = [*platform.catalog.records.values(), *UNITS.values()]
    for model in models:
        with platform.work(source="command", settle=False) as work:
            told.found += blind_index.rebuild(work.session, [model])
    return told


def names(connection: Connection) -> Counter[str]:
    """How many values each key, by its name, is needed for."""
    found: Counter[str] = Counter()
    for column in (*_columns(connection), BlindIndex.__table__.c.digest):
        name = func.substr(type_coerce(column, Text), 1, keys.NAME_LENGTH)
        rows = select(name, func.count()).where(column.is_not(None)).group_by(name)
        found.update({row[0]: row[1] for row in connection.execute(rows)})
    return found


def unbound(connection: Connection) -> int:
    """How many values are of before they were bound to their column: who can write the database could still move them."""
    marked = "_" * keys.NAME_LENGTH + BOUND + "%"
    many = 0
    for column in _columns(connection):
        raw = type_coerce(column, Text)
        loose = select(func.count()).select_from(column.table).where(column.is_not(None), ~raw.like(marked))
        many += connection.scalar(loose) or 0
    return many


def closed(connection: Connection) -> Iterator[str]:
    """Every value that does not open where it stands, as ``table.column #key``: damaged, moved, or its key is lost."""
    for column in _columns(connection):
        (key,) = column.table.primary_key.columns
        rows = select(key, type_coerce(column, Text)).where(column.is_not(None)).order_by(key)
        for row in connection.execute(rows.execution_options(yield_per=BATCH)):
            try:
                unseal(row[1], _place(column))
            except (KeyError, ValueError):
                yield f"{_place(column)} #{row[0]}"


def _place(column: Column[str]) -> str:
    return f"{column.table.name}.{column.name}"


def _columns(connection: Connection) -> Iterator[Column[str]]:
    """Every sealed column of the core and of the plugins there are."""
    there = set(inspect(connection).get_table_names())
    for table in Base.metadata.sorted_tables:
        if table.name in there:
            yield from (c for c in table.columns if isinstance(c.type, Sealed))


def _batch(platform: Platform, column: Column[str], last: object, told: Resealed) -> object:
    """Some rows behind the key ``last``; the last one looked at, None when there are no more."""
    table, raw = column.table, type_coerce(column, Text)
    (key,) = table.primary_key.columns
    stale = select(key, raw).where(column.is_not(None), ~raw.startswith(keys.current().name + BOUND))
    if last is not None:
        stale = stale.where(key > last)
    with platform.work(source="command", settle=False) as work:
        rows = work.session.execute(stale.order_by(key).limit(BATCH)).all()
        fresh = []
        for row in rows:
            try:
                fresh.append({"at": row[0], "value": unseal(row[1], _place(column))})
            except KeyError as error:
                told.lost[error.args[0]] += 1
            except ValueError:
                told.damaged.append(f"{_place(column)} #{row[0]}")
        if fresh:
            one = (
                update(table).where(key == bindparam("at")).values({column.name: bindparam("value", type_=column.type)})
            )  # type: ignore[arg-type]
            work.session.connection().execute(one, fresh)
    told.values += len(fresh)
    return rows[-1][0] if rows else None
