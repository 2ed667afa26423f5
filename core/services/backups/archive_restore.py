"""An open archive (archive.py) read back into an empty store: everything is checked before anything is written, and all of it is
written in one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, DateTime, Table, bindparam, func, select, text

from core.base.errors import Invalid, Problem
from core.base.say import Say
from core.services.backups import archive
from core.services.photos import uploads
from core.services.store.db import Database

PIECE = 500
DAMAGED = Say("归档文件不完整或被改动，没有导入任何数据")


@dataclass(frozen=True)
class Restored:
    """Rows by table; ``left``: tables whose plugin is not installed here; ``missing``: files that were not in the archive."""

    rows: Mapping[str, int]
    left: tuple[str, ...] = ()
    missing: int = 0


def check(file: Path) -> dict[str, Any]:
    """The archive's schema, once every part of it is what the schema says. Raises ``Invalid``."""
    try:
        with zipfile.ZipFile(file) as found:
            schema: dict[str, Any] = json.loads(found.read("schema.json"))
            if schema.get("format") != archive.FORMAT:
                raise refused(Say("归档格式 {n} 不认识，请用同一版本或更新的平台导入", n=schema.get("format")))
            members = {f"tables/{name}.jsonl": one["sha256"] for name, one in schema["tables"].items()}
            members |= {f"files/{token}": digest for token, digest in schema["files"].items() if digest}
            for name, digest in members.items():
                if _digest(found, name) != digest:
                    raise refused(Say("归档中的 {f} 与清单不一致，没有导入任何数据", f=name))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        raise refused(DAMAGED) from None
    return schema


def restore(db: Database, folder: Path, file: Path) -> Restored:
    """Fill the empty store ``db`` and the uploads' ``folder`` from ``file``. Raises ``Invalid`` and writes nothing where the
    archive is damaged, the store holds a campaign already, or it is of another step than the archive."""
    schema = check(file)
    if schema.get("plugin"):
        raise refused(Say("这是插件 {p} 的归档：请用 actions plugin restore 恢复", p=schema["plugin"]))
    with db.engine.begin() as connection, zipfile.ZipFile(file) as found:
        tables = archive.stored(connection)
        fits(connection, tables, schema)
        if db.sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        rows = {t.name: fill(connection, t, found) for t in tables if t.name in schema["tables"]}
        if not db.sqlite:
            sequences(connection, tables)
        for token, digest in schema["files"].items():
            if digest:
                target = uploads.path_of(folder, token)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(found.read(f"files/{token}"))
    left = tuple(sorted(name for name, one in schema["tables"].items() if name not in rows and one["rows"]))
    return Restored(rows, left, sum(1 for digest in schema["files"].values() if not digest))


def fits(connection: Connection, tables: list[Table], schema: Mapping[str, Any]) -> None:
    for table in tables:
        if connection.execute(select(func.count()).select_from(table)).scalar():
            raise refused(Say("本系统已有数据（{t}），只能导入空系统。请换一个空的数据目录或数据库", t=table.name))
    here = archive.steps(connection)
    for owner, step in schema["steps"].items():
        if owner in here and here[owner] != step:
            raise refused(Say("归档在 {a}，本系统在 {b}：请用同一版本的平台导入，再升级", a=step, b=here[owner]))


def fill(connection: Connection, table: Table, found: zipfile.ZipFile) -> int:
    """Insert every row; what points within the same table is set once all of them are there."""
    own = [c.name for c in table.columns if any(k.column.table is table for k in c.foreign_keys) and c.nullable]
    later, count = [], 0
    for rows in archive.pieces(_read(found, table), PIECE):
        for row in rows:
            if any(row.get(name) is not None for name in own):
                later.append({f"own_{k}": row[k] for k in (*own, *(c.name for c in table.primary_key.columns))})
                row.update(dict.fromkeys(own))
        connection.execute(table.insert(), rows)
        count += len(rows)
    if later:
        key = [c == bindparam(f"own_{c.name}") for c in table.primary_key.columns]
        connection.execute(table.update().where(*key).values({n: bindparam(f"own_{n}") for n in own}), later)
    return count


def _read(found: zipfile.ZipFile, table: Table) -> Iterator[dict[str, Any]]:
    readers: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, DateTime):
            readers[column.name] = dt.datetime.fromisoformat
        elif isinstance(column.type, Date):
            readers[column.name] = dt.date.fromisoformat
    with found.open(f"tables/{table.name}.jsonl") as lines:
        for line in lines:
            row = json.loads(line)
            for name, read in readers.items():
                if row.get(name) is not None:
                    row[name] = read(row[name])
            yield row


def sequences(connection: Connection, tables: list[Table]) -> None:
    """PostgreSQL numbers further rows after the ones that came in."""
    for table in tables:
        for column in table.primary_key.columns:
            named = connection.scalar(
                text("select pg_get_serial_sequence(:t, :c)"), {"t": f'"{table.name}"', "c": column.name}
            )
            if named and (last := connection.scalar(select(func.max(column)))):
                connection.execute(text("select setval(:s, :n)"), {"s": named, "n": last})


def _digest(found: zipfile.ZipFile, name: str) -> str:
    out = hashlib.sha256()
    with found.open(name) as content:
        while piece := content.read(1 << 20):
            out.update(piece)
    return out.hexdigest()


def refused(said: Say) -> Invalid:
    return Invalid([Problem("", said)])
