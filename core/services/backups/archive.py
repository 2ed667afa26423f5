"""The open archive: everything the store holds in one .zip that needs none of our software to be read.

``schema.json`` describes it, ``tables/<name>.jsonl`` holds every table as it stands (a row a line), ``sheets/<name>.xlsx`` the
same for people in Excel and WPS, ``files/<token>`` what was uploaded. Tables of a plugin that is taken out are in it too. Personal
fields stay sealed: whoever restores them needs the key, which is not in the archive. Next: archive_restore.py.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import Connection, MetaData, Table, inspect, select

from core.base.record import Record
from core.kernel.catalog import Catalog
from core.services import migrations
from core.services.photos import uploads
from core.services.store import whole_file
from core.services.work import Work

FORMAT = 1
SIGNS = ("sign_in", "sign_in_failure")  # live sessions, tokens and locks: no archive carries them
LONGEST_CELL, LONGEST_SHEET = 32_767, 1_000_000
PIECE = 2_000


def write(work: Work, folder: Path, file: Path, plugin: str = "") -> dict[str, int]:
    """Write the archive of one snapshot to ``file``; rows by table. ``folder``: where uploads are kept. ``plugin``: the records
    of this one alone; its photos stay where they are."""
    connection = work.session.connection()
    tables = stored(connection)
    if plugin:
        own = own_tables(connection, work.catalog, plugin)
        tables = [t for t in tables if t.name in own]
    told: dict[str, Any] = {}
    with (
        whole_file.placing(file) as part,
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
    ):
        for table in tables:
            told[table.name] = _table(archive, connection, table) | {"label": _labels(work).get(table.name, "")}
            _sheet(archive, connection, table, _headings(work, table))
        files = {} if plugin else _files(archive, connection, tables, folder)
        schema = {
            "format": FORMAT,
            "plugin": plugin,
            "product": "special-actions",
            "written_at": work.now.isoformat(timespec="seconds"),
            "campaign": work.campaign.number,
            "demo": work.campaign.demo,
            "steps": steps(connection),
            "tables": told,
            "files": files,
        }
        archive.writestr("schema.json", json.dumps(schema, ensure_ascii=False, indent=1))
    return {name: one["rows"] for name, one in told.items()}


def stored(connection: Connection) -> list[Table]:
    """Every table there is, as the store itself describes it, those others lean on first."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith(("version_", "sqlite_")) and name not in SIGNS)
    return list(found.sorted_tables)


def own_tables(connection: Connection, catalog: Catalog, plugin: str) -> set[str]:
    """The tables of a plugin by the rule that its name begins theirs; another plugin may have the longer name."""
    longer = [p for p in catalog.plugins if p.startswith(f"{plugin}_")]
    names = set(inspect(connection).get_table_names())
    others = {n for n in names for p in longer if n.startswith(f"{p}_")}
    core = {n for n in names if migrations.owner_of(n, catalog) == migrations.CORE}
    return {n for n in names if n.startswith(f"{plugin}_")} - others - core


def steps(connection: Connection) -> dict[str, str]:
    """The newest migration step of each owner."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name.startswith("version_"))
    out = {}
    for table in found.sorted_tables:
        number = connection.execute(select(table.c.version_num)).scalar()
        if number is not None:
            out[table.name.removeprefix("version_")] = number
    return out


def pieces(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """``items`` in lists of ``size``, the last one shorter."""
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    ordered = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=PIECE)
    yield from connection.execute(ordered)


def _table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> dict[str, Any]:
    names = [c.name for c in table.columns]
    digest, count = hashlib.sha256(), 0
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as out:
        for rows in pieces(_rows(connection, table), PIECE):
            lines = "".join(
                json.dumps(dict(zip(names, map(plain, row), strict=True)), ensure_ascii=False) + "\n" for row in rows
            )
            content = lines.encode()
            digest.update(content)
            out.write(content)
            count += len(rows)
    columns = {
        c.name: {"type": str(c.type), "needed": not c.nullable} | ({"refers": _target(c)} if c.foreign_keys else {})
        for c in table.columns
    }
    return {
        "rows": count,
        "sha256": digest.hexdigest(),
        "key": [c.name for c in table.primary_key.columns],
        "columns": columns,
    }


def _target(column: Any) -> str:
    return str(next(iter(column.foreign_keys)).target_fullname)


def plain(value: Any) -> Any:
    """A stored value in JSON: days and moments (UTC) in ISO form, everything else as it is."""
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value


def _sheet(archive: zipfile.ZipFile, connection: Connection, table: Table, headings: dict[str, str]) -> None:
    """The table as a workbook, row by row; a very long one goes on in further sheets."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "bg_color": "EEF2F6"})
    sheet, number = None, LONGEST_SHEET
    for row in _rows(connection, table):
        if number >= LONGEST_SHEET:
            sheet, number = _begun(book, table, headings, bold), 1
        assert sheet is not None
        for column, value in enumerate(row):
            shown = plain(value)
            if isinstance(shown, str):
                sheet.write_string(number, column, shown[:LONGEST_CELL])
            elif shown is not None:
                sheet.write(number, column, shown)
        number += 1
    if sheet is None:
        _begun(book, table, headings, bold)
    book.close()
    archive.writestr(f"sheets/{table.name}.xlsx", out.getvalue(), zipfile.ZIP_STORED)


def _begun(book: xlsxwriter.Workbook, table: Table, headings: dict[str, str], bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, one in enumerate(table.columns):
        sheet.write_string(0, column, headings.get(one.name, one.name), bold)
    return sheet


def _labels(work: Work) -> dict[str, str]:
    return {model.__tablename__: model.label for model in work.catalog.records.values()}


def _headings(work: Work, table: Table) -> dict[str, str]:
    model: type[Record] | None = next((m for m in work.catalog.records.values() if m.__tablename__ == table.name), None)
    return {f.name: f.label for f in model.fields()} if model else {}


def _files(archive: zipfile.ZipFile, connection: Connection, tables: list[Table], folder: Path) -> dict[str, Any]:
    """Every upload that is still on the disk; the digest of one that is missing is None."""
    upload = next(t for t in tables if t.name == uploads.Upload.__tablename__)
    out: dict[str, Any] = {}
    for token in connection.scalars(select(upload.c.token).order_by(upload.c.id)).all():
        file = uploads.path_of(folder, token)
        if not file.is_file():
            out[token] = None
            continue
        content = file.read_bytes()
        out[token] = hashlib.sha256(content).hexdigest()
        archive.writestr(f"files/{token}", content, zipfile.ZIP_STORED)
    return out
