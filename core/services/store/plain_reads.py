"""What a plugin asks of the store: a select, that ends. Anything else (a COMMIT, a PRAGMA, an UPDATE) would reach into the unit of
work it is part of; one without end would hold a web thread, or everybody's writing, for ever (reliability.md, F20, F21)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, TextClause, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import SelectBase

LONGEST_S = 10.0  # what a healthy statement never takes, on a busy machine either; others who write wait as long
MOST = 200_000  # rows
STEPS = 20_000  # of SQLite's machine between two looks at the clock: under a millisecond
LIMITED = "actions_limited"  # in Session.info: the whole transaction has a limit already


def rows(session: Session, statement: Any) -> Sequence[Any]:
    """The rows of a plugin's select. Raises ``TypeError`` for anything else, ``ValueError`` for too many."""
    if not _reads(statement):
        raise TypeError("read() takes a select: what is written goes through save()")
    with hurried(session):
        found = session.execute(statement).fetchmany(MOST + 1)
    if len(found) > MOST:
        raise ValueError(f"more than {MOST} rows: let the store count, or read less")
    return found


def _reads(statement: Any) -> bool:
    if isinstance(statement, TextClause):
        return statement.text.lstrip().lower().startswith(("select", "with"))
    return isinstance(statement, Select | SelectBase)


@contextmanager
def hurried(session: Session) -> Iterator[None]:
    """The store itself ends what takes longer than ``LONGEST_S``: it raises ``OperationalError``, and the transaction goes on."""
    if session.get_bind().dialect.name == "sqlite":
        with _sqlite(session):
            yield
    elif session.info.get(LIMITED):
        yield
    else:
        with session.begin_nested():  # a statement that is ended dooms what it stands in
            session.execute(text(f"SET LOCAL statement_timeout = {int(LONGEST_S * 1000)}"))
            yield
            session.execute(text("SET LOCAL statement_timeout TO DEFAULT"))


@contextmanager
def _sqlite(session: Session) -> Iterator[None]:
    connection: Any = session.connection().connection.driver_connection
    end = time.monotonic() + LONGEST_S
    connection.set_progress_handler(lambda: time.monotonic() > end, STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)
