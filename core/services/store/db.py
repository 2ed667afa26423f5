"""The store: embedded SQLite or PostgreSQL. Writers take the write lock when they begin (SQLite ``BEGIN IMMEDIATE``), so
nobody loses an update or meets "database is locked" half-way (reliability.md, findings 2-4)."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import ORMExecuteState, Session

from core.base.record import Record
from core.services.store.turns import next_in_turn

SAFE_SQLITE = (
    (3, 51, 3),
    (3, 50, 7),
    (3, 44, 6),
)  # free of the WAL-reset bug: this or newer, or a backport of its line


class Writer(Session):
    """A session that may write; what the journal waits for hangs on this class (journal_chain.py)."""


class Database:
    """One engine, two ways to begin: ``reading`` never writes, ``writing`` commits at its end or keeps nothing."""

    def __init__(self, url: str, *, durable: bool = True, busy_s: float = 10) -> None:
        """``durable``: what is committed outlives a power cut; only a throw-away copy may do without. ``busy_s``: how long a
        writer waits for another before it is told that the store is busy."""
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url, durable, busy_s) if self.sqlite else _postgresql(url, busy_s)
        self._readers = self.engine.execution_options(actions_readonly=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self._readers, autoflush=False) as session:
            if not self.sqlite:
                session.connection(
                    execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                )
            yield session
            session.rollback()

    @contextmanager
    def writing(self, *, patience_ms: int | None = None) -> Iterator[Session]:
        """``patience_ms``: wait so long for others who write (default: ten seconds on SQLite), then ``OperationalError``."""
        with Writer(self.engine, expire_on_commit=False) as session:
            event.listen(session, "do_orm_execute", _refuse_bulk)
            session.connection(execution_options={"actions_patience_ms": patience_ms} if patience_ms else None)
            try:
                if patience_ms and not self.sqlite:
                    session.execute(text(f"SET LOCAL lock_timeout = {patience_ms}"))
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    def copy_to(self, file: Path) -> None:
        """A consistent copy of the embedded database, taken while it is in use."""
        target = sqlite_module().connect(str(file))
        try:
            with self._readers.connect() as connection:
                connection.connection.driver_connection.backup(target)  # type: ignore[union-attr]
        finally:
            target.close()

    def close(self) -> None:
        self.engine.dispose()


def _refuse_bulk(state: ORMExecuteState) -> None:
    """Everything written passes services.records: bulk updates and deletes of records would bypass the journal (law 2)."""
    if (
        (state.is_update or state.is_delete)
        and state.bind_mapper is not None
        and issubclass(state.bind_mapper.class_, Record)
    ):
        raise RuntimeError("bulk update/delete of records bypasses the one door: use services.records")


def sqlite_module() -> Any:
    """The newest SQLite at hand: the ``pysqlite3`` wheel brings one without the WAL-reset bug; else Python's own."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3")


def sqlite_is_safe(version: tuple[int, ...]) -> bool:
    return version >= SAFE_SQLITE[0] or any(version[:2] == s[:2] and version >= s for s in SAFE_SQLITE[1:])


def pragmas(*, durable: bool = True, busy_s: float = 10) -> tuple[str, ...]:
    """What every SQLite connection is told first. In WAL only ``FULL`` keeps the last commits through a power cut."""
    return (
        "journal_mode=WAL",
        f"synchronous={'FULL' if durable else 'OFF'}",
        "foreign_keys=ON",
        f"busy_timeout={int(busy_s * 1000)}",
        "cache_size=-32000",
    )


def _postgresql(url: str, busy_s: float) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=16, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.autocommit = True  # what is set in a transaction goes with it
        connection.execute(f"SET lock_timeout = {int(busy_s * 1000)}")
        connection.autocommit = False

    return engine


def _sqlite(url: str, durable: bool, busy_s: float) -> Engine:
    file = Path(make_url(url).database or "")
    driver = {"timeout": busy_s, "check_same_thread": False}
    # no parameters in errors: what people typed must not stand in a log
    engine = create_engine(url, module=sqlite_module(), connect_args=driver, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin by itself: we say when and how
        cursor = connection.cursor()
        for pragma in pragmas(durable=durable, busy_s=busy_s):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        options = connection.get_execution_options()
        reader = bool(options.get("actions_readonly"))
        connection.exec_driver_sql(f"PRAGMA query_only={int(reader)}")  # as PostgreSQL has it: who reads writes nothing
        if reader:
            connection.exec_driver_sql("BEGIN")
            return
        asked_s = options.get("actions_patience_ms", 0) / 1000
        with next_in_turn(file, asked_s or busy_s) as left_s:
            waits = asked_s or left_s < busy_s - 0.1
            if waits:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={int(left_s * 1000)}")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            finally:
                if waits:
                    connection.exec_driver_sql(f"PRAGMA busy_timeout={int(busy_s * 1000)}")

    return engine
