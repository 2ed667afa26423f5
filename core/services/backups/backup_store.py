"""The store as one file and back: SQLite through its own backup interface, PostgreSQL through ``pg_dump`` and ``pg_restore``
(found on PATH), both taken while the store is in use. What is in the copy is counted and digested table by table.

A digest is the sum of its rows' digests: the order in which a store gives its rows, or sorts its texts, does not change it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    MetaData,
    NullPool,
    Table,
    create_engine,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError

from core.base.errors import Invalid
from core.base.say import Say
from core.services.backups import archive
from core.services.backups.backup_manifest import refused
from core.services.store.db import Database, sqlite_module

PIECE = 2_000
WHOLE = 2**256


@dataclass(frozen=True)
class Content:
    """Newest migration step by owner; rows and digest by table."""

    steps: Mapping[str, str]
    tables: Mapping[str, Mapping[str, Any]]


def take(db: Database, file: Path) -> Content:
    """Copy the store to ``file`` while it is in use: everything committed before the call is in it, nothing half."""
    return _from_sqlite(db, file) if db.sqlite else _from_postgresql(db, file)


def content(connection: Connection) -> Content:
    """Every table there is, those of plugins that are not installed among them."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith("sqlite_"))
    tables = {t.name: _digest(connection, t) for t in found.sorted_tables}
    return Content(archive.steps(connection), tables)


def is_empty(url: str) -> bool:
    """Nothing of ours is at ``url``: no database file, or a database without a table."""
    if url.startswith("sqlite"):
        file = database_file(url)
        return not any(one.exists() and one.stat().st_size for one in (file, Path(f"{file}-wal")))
    engine = create_engine(url, poolclass=NullPool)
    return not inspect(engine).get_table_names()


def database_file(url: str) -> Path:
    return Path(make_url(url).database or "")


def whole(file: Path) -> None:
    """Raises ``Invalid`` unless SQLite itself finds the file sound."""
    connection = sqlite_module().connect(str(file))
    try:
        connection.execute("PRAGMA journal_mode=DELETE")  # one file, no -wal beside it
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    except sqlite_module().DatabaseError as error:
        found = [str(error)]
    finally:
        connection.close()
    if found != ["ok"]:
        raise _unsound("；".join(found))


def _unsound(what: str) -> Invalid:
    return refused(Say("数据库副本没有通过完整性检查：{e}", e=what[:300]))


def embedded(file: Path) -> Engine:
    return create_engine(f"sqlite:///{file}", module=sqlite_module(), poolclass=NullPool)


def load(url: str, dump: Path) -> None:
    """Fill the empty PostgreSQL database at ``url`` from ``dump``, all of it or nothing."""
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    run_tool("pg_restore", make_url(url), *options, str(dump))


def run_tool(name: str, url: URL, *options: str) -> None:
    """``pg_dump`` or ``pg_restore`` on the database at ``url``; the password goes by the environment, where no process list
    shows it."""
    tool = shutil.which(name)
    if tool is None:
        raise refused(
            Say("这台机器上没有 {t}：请安装与数据库同版本的 PostgreSQL 客户端（如 postgresql-client）", t=name)
        )
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    words = {"PGPASSWORD": url.password} if url.password else {}
    command = [tool, f"--dbname={address}", *options]
    done = subprocess.run(command, env=os.environ | words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise refused(Say("{t} 没有成功：{e}", t=name, e=done.stderr.strip()[-400:]))


def _from_sqlite(db: Database, file: Path) -> Content:
    try:
        db.copy_to(file)
    except DatabaseError as error:  # damaged where a connection looks first
        if "malformed" not in str(error.orig):
            raise
        raise _unsound(str(error.orig)) from None
    whole(file)
    with embedded(file).connect() as connection:
        return content(connection)


def _from_postgresql(db: Database, file: Path) -> Content:
    """The dump and the digests are of one snapshot, exported by the transaction that reads the digests."""
    with db.engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        run_tool("pg_dump", db.engine.url, "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
        found = content(connection)
        connection.rollback()
    return found


def _digest(connection: Connection, table: Table) -> dict[str, Any]:
    rows, total = 0, 0
    for row in connection.execute(select(table).execution_options(yield_per=PIECE)):
        line = json.dumps([archive.plain(value) for value in row], ensure_ascii=False, default=str)
        total = (total + int.from_bytes(hashlib.sha256(line.encode()).digest())) % WHOLE
        rows += 1
    return {"rows": rows, "digest": f"{total:064x}"}
