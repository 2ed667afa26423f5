"""Taking a plugin out and putting it back: its tables leave the store for an open archive and come back from it.

What others keep about it stays: the journal, links, photos, issued editions, the ledgers with the delays that were granted.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import MetaData, text

from core.base.say import Say
from core.services.audit import journal
from core.services.backups import archive, archive_restore
from core.services.measuring import measures
from core.services.owing import obligations
from core.services.platform import Platform


def remove(platform: Platform, slug: str, file: Path) -> dict[str, int]:
    """Write the records of ``slug`` to ``file``, read them back, then drop its tables; rows by table.

    Works for a plugin that can't be loaded any more. Raises ``Invalid`` and drops nothing where there is nothing to take out
    or the archive does not hold."""
    with platform.work(source="command", settle=False) as work:
        connection = work.session.connection()
        names = archive.own_tables(connection, platform.catalog, slug)
        if not names:
            raise archive_restore.refused(Say("库里没有插件“{p}”的数据", p=slug))
        rows = archive.write(work, platform.config.uploads, file, plugin=slug)
        archive_restore.check(file)
        gone = {*names, f"version_{slug}"}
        found = MetaData()
        found.reflect(connection, only=list(gone))
        for table in reversed(found.sorted_tables):
            if table.name in gone:  # what it refers to was read along with it
                table.drop(connection)
        journal.write(work, "remove", "plugin", None, {"login": [slug, None], "count": [sum(rows.values()), None]})
    return rows


def restore(platform: Platform, file: Path) -> Mapping[str, int]:
    """Fill the empty tables of the archive's plugin, which must be installed again; both ledgers are computed anew. Raises
    ``Invalid`` and changes nothing where it is not, holds records already, or is at another step."""
    schema = archive_restore.check(file)
    slug = schema.get("plugin", "")
    if not slug:
        raise archive_restore.refused(Say("这是全部数据的归档：请用 actions import 导入空系统"))
    if slug not in platform.catalog.plugins:
        raise archive_restore.refused(Say("插件“{p}”没有安装，或已被隔离：请先安装它", p=slug))
    with platform.work(source="command", settle=False) as work, zipfile.ZipFile(file) as found:
        connection = work.session.connection()
        names = archive.own_tables(connection, platform.catalog, slug)
        tables = [t for t in archive.stored(connection) if t.name in names]
        steps = {slug: schema["steps"][slug]} if slug in schema["steps"] else {}
        archive_restore.fits(connection, tables, schema | {"steps": steps})
        if platform.db.sqlite:
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        rows = {t.name: archive_restore.fill(connection, t, found) for t in tables if t.name in schema["tables"]}
        if not platform.db.sqlite:
            archive_restore.sequences(connection, tables)
        measures.rebuild(work)
        obligations.rebuild(work)
        journal.write(work, "create", "plugin", None, {"login": [None, slug], "count": [None, sum(rows.values())]})
    return rows
