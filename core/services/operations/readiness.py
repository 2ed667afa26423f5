"""Can this process serve people now? Asked by a load balancer or a watch program (``/readyz``); each reason is a short word that
names no path and no address."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from sqlalchemy import text

from core.services import migrations
from core.services.backups import archive
from core.services.platform import Platform
from core.services.store.db import sqlite_module

LEAST_FREE = 200 * 1024 * 1024  # bytes below which nothing should be written any more
PATIENCE_S = 1.0


def reasons(platform: Platform) -> list[str]:
    """Why not, each by a word; empty when all is well."""
    try:
        return list(_reasons(platform))
    except Exception:  # whatever a store that is away raises
        return ["store"]


def _reasons(platform: Platform) -> Iterator[str]:
    with platform.db.reading() as session:
        session.execute(text("SELECT 1"))
        here = archive.steps(session.connection())
    if any(here.get(owner) != step for owner, step in _newest(platform).items()):
        yield "migrations"
    if shutil.disk_usage(platform.config.data).free < LEAST_FREE:
        yield "disk"
    if not _writable(platform):
        yield "write_lock"


def _newest(platform: Platform) -> dict[str, str | None]:
    """The steps this program was started with."""
    key = "newest migration steps"
    if key not in platform.prepared:
        platform.prepared[key] = {o: migrations.newest(folder) for o, folder in migrations.owners(platform.catalog)}
    found: dict[str, str | None] = platform.prepared[key]
    return found


def _writable(platform: Platform) -> bool:
    """A writer could begin, without waiting as long as a person would."""
    if not platform.db.sqlite:
        with platform.db.engine.connect() as connection:
            return not connection.scalar(text("SELECT pg_is_in_recovery()"))
    module = sqlite_module()
    connection = module.connect(platform.db.engine.url.database, timeout=PATIENCE_S, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except module.OperationalError:
        return False
    finally:
        connection.close()
    return True
