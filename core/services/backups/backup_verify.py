"""A backup counts only after a restore (reliability.md, anchor 15): it is restored into a scratch folder, or a scratch database
beside the one in use, and what came back is looked at. Nothing of the platform in use is touched."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import DBAPIError

from core.base.say import Say
from core.base.window import TZ
from core.config import Config
from core.estate.campaign import Campaign
from core.kernel.catalog import Catalog
from core.services import migrations
from core.services.audit import journal_verify
from core.services.backups import sealed_archive
from core.services.backups.backup_manifest import Manifest, read, refused
from core.services.backups.backup_restore import restore
from core.services.measuring import days, reckoned
from core.services.platform import Platform
from core.services.store.db import Database


@dataclass(frozen=True)
class Verified:
    """``wrong``: what does not hold although every byte came back, in words."""

    manifest: Manifest
    wrong: tuple[str, ...] = ()


def verify(config: Config, catalog: Catalog, file: Path, *, ledgers: bool = True, room: Path | None = None) -> Verified:
    """Restore ``file`` somewhere else: integrity, digests, rows; with ``ledgers`` also whether both equal what the records
    come to and the journal's chain holds.
    ``room``: a folder with room for it (default: the data folder, for the system's temporary one may be small, or
    memory). Raises ``Invalid`` where it would not restore."""
    ours, beside = (config.secret_key, *config.old_keys), room or config.data
    with sealed_archive.opened(file, ours, beside) as archive:
        manifest = read(archive, ours)
        with _elsewhere(config, manifest, beside) as scratch:
            restore(scratch, catalog, archive)
            return Verified(manifest, tuple(_wrong(scratch, catalog, manifest)) if ledgers else ())


def _wrong(scratch: Config, catalog: Catalog, manifest: Manifest) -> Iterator[str]:
    """The ledgers as of the day of the backup, begun as its first job would have it."""
    db = Database(scratch.database_url, durable=False)
    try:
        platform = Platform(scratch, db, migrations.upgrade(db, catalog))
        now = datetime.combine(date.fromisoformat(manifest.today), time(23, 59), TZ)
        with db.reading() as session:
            if session.scalar(select(Campaign.id).limit(1)) is None:
                return
        with platform.work(now=now) as work:
            days.begin(work)
        with platform.work(now=now, settle=False) as work:
            yield from reckoned.differences(work)
            chain = journal_verify.verify(work.session.connection())
            yield from (f"操作日志第 {one.line} 条：{one.what}" for one in chain.findings[:3])
    finally:
        db.close()


@contextmanager
def _elsewhere(config: Config, manifest: Manifest, room: Path) -> Iterator[Config]:
    with tempfile.TemporaryDirectory(prefix=".verify-", dir=room) as folder:
        place = replace(config, data=Path(folder), clock="")
        if manifest.kind == "sqlite":
            yield replace(place, database_url=f"sqlite:///{folder}/actions.db")
            return
        with _database(config.database_url) as url:
            yield replace(place, database_url=url)


@contextmanager
def _database(url: str) -> Iterator[str]:
    """A database of its own beside the one at ``url``, dropped afterwards."""
    if url.startswith("sqlite"):
        raise refused(Say("这是 PostgreSQL 的备份：请设置 ACTIONS_DATABASE_URL，核验时会在同一服务器上临时建一个库"))
    name = f"actions_verify_{secrets.token_hex(4)}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            with server.connect() as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    except DBAPIError as error:
        if "permission denied to create database" in str(error):
            role = "数据库账号没有建库权限，无法试恢复：请执行 ALTER ROLE … CREATEDB，或在另一台机器上核验"
            raise refused(Say(role)) from None
        raise
    finally:
        server.dispose()
