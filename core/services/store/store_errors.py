"""What the store refuses without anybody's fault: no room is left, or another writer holds it too long. Nothing was saved then, and
the same request may be sent again. Everything else is a defect."""

from __future__ import annotations

import enum
import errno

from sqlalchemy.exc import DBAPIError

from core.services.store.db import sqlite_module

NO_ROOM = ("database or disk is full", "disk I/O error: no space", "No space left on device")
HELD = ("database is locked", "database table is locked")


class Trouble(enum.IntEnum):
    """The HTTP status it is answered with."""

    BUSY = 503
    FULL = 507

    @property
    def retry_after_s(self) -> int:
        return 5 if self is Trouble.BUSY else 60


def trouble(error: BaseException) -> Trouble | None:
    """What ``error``, as a driver or the file system raised it, comes to; None for a defect."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Trouble.FULL
    orig = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(error, DBAPIError | sqlite_module().Error):  # a backup speaks to SQLite itself
        return None
    said, state = str(orig), getattr(orig, "sqlstate", None) or ""
    if state == "53100" or any(text in said for text in NO_ROOM):
        return Trouble.FULL
    waited = state in ("55P03", "53300") or state.startswith(
        ("57P", "08")
    )  # lock, connections, server going down or away
    cut = getattr(error, "connection_invalidated", False)
    gone = cut or "connection failed" in said or "server closed the connection" in said
    return Trouble.BUSY if waited or gone or any(text in said for text in HELD) else None
