"""Before the store is opened: is it there, and is it what it was? A database that is lost or damaged is named, with how to restore
it; it is never replaced by an empty one (reliability.md, F26)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from core.base.say import Say
from core.config import Config
from core.services.backups import backup_store
from core.services.backups.backup_manifest import refused

DAMAGED = ("malformed", "not a database", "disk image", "unsupported file format")
RESTORE = "请停止服务，把数据目录 {d} 改名留存，新建同名空目录并放回 secret.key，再执行：actions restore {b}"


@contextmanager
def opening(config: Config) -> Iterator[None]:
    """Around whatever opens the store. Raises ``Invalid`` where the embedded database is lost or damaged."""
    sqlite = config.database_url.startswith("sqlite")
    if sqlite:
        _there(config, backup_store.database_file(config.database_url))
    try:
        yield
    except DatabaseError as error:
        if sqlite and any(word in str(error.orig) for word in DAMAGED):
            raise refused(
                Say("数据库文件已损坏（{e}），没有改动它。" + RESTORE, e=error.orig, **_words(config))
            ) from None
        raise


def damage(config: Config) -> list[str]:
    """What SQLite finds wrong in the embedded database, reading all of it; empty when it is sound."""
    with backup_store.embedded(backup_store.database_file(config.database_url)).connect() as connection:
        try:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(5)")]
        except DatabaseError as error:
            found = [str(error.orig)]
    return [] if found == ["ok"] else found


def restore_words(config: Config) -> Say:
    return Say(RESTORE, **_words(config))


def _there(config: Config, file: Path) -> None:
    """A first start makes the file, for its owner alone; where other things of ours lie already, it was there before."""
    if file.exists() and file.stat().st_size:
        return
    left = [Path(f"{file}-wal"), config.uploads, *([config.backups] if config.backups is not None else [])]
    traces = [one for one in left if one.is_file() or (one.is_dir() and any(p.is_file() for p in one.rglob("*")))]
    if traces:
        text = "数据库文件 {f} 不见了或是空的，而 {t} 还在：没有新建空库。如确要从头开始，请先移走它；" + RESTORE
        raise refused(Say(text, f=file, t=traces[0], **_words(config)))
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def _words(config: Config) -> dict[str, str]:
    kept = sorted(config.backups.glob("actions-*.zip")) if config.backups is not None else []
    return {"d": str(config.data), "b": str(kept[-1]) if kept else "备份文件"}
