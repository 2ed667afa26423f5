"""Ledger rows that are valid from a day to a day. A change closes the old row yesterday and opens a new one today, so
every kept day can be read back as it was known, and history grows with change only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.orm import Session

from core.base.window import FAR
from core.services.store.insertion import insert_rows

Key = tuple[Any, ...]


def write(
    session: Session,
    table: Table,
    names: tuple[str, ...],
    current: Mapping[Key, tuple[int, date, tuple[Any, ...]]],
    wanted: Mapping[Key, tuple[Any, ...]],
    today: date,
    values: tuple[str, ...],
) -> list[Key]:
    """Make ``wanted`` (key -> values) the state from ``today`` on, given ``current`` (key -> (row id, since, values)).

    Keys of ``current`` that ``wanted`` lacks end. Returns the keys that changed. Three statements at most.
    """
    changed = [k for k, v in wanted.items() if k not in current or current[k][2] != v]
    gone = [k for k in current if k not in wanted]
    same_day = [k for k in changed if k in current and current[k][1] >= today]
    closed = [current[k][0] for k in changed if k in current and current[k][1] < today]
    closed += [current[k][0] for k in gone if current[k][1] < today]
    dropped = [current[k][0] for k in gone if current[k][1] >= today]
    connection = session.connection()
    if closed:
        connection.execute(
            update(table).where(table.c.id == bindparam("row")).values(until=today - timedelta(days=1)),
            [{"row": i} for i in closed],
        )
    if same_day:
        connection.execute(
            update(table).where(table.c.id == bindparam("row")).values({v: bindparam(f"v_{v}") for v in values}),
            [{"row": current[k][0], **{f"v_{n}": x for n, x in zip(values, wanted[k], strict=True)}} for k in same_day],
        )
    if dropped:
        connection.execute(delete(table).where(table.c.id == bindparam("row")), [{"row": i} for i in dropped])
    fresh = [k for k in changed if k not in current or current[k][1] < today]
    insert_rows(connection, table, (*names, *values, "since", "until"), [(*k, *wanted[k], today, FAR) for k in fresh])
    return [*changed, *gone]
