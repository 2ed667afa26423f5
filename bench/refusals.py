"""The store and the disk refuse one call: the N-th that writes. What asks for it is told what a full disk tells: the driver's own
error for a statement or a commit, ENOSPC for a file that is made, written, synced or renamed; of a write, half is written."""

from __future__ import annotations

import builtins
import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from core.services.store.db import Database, sqlite_module

READS = ("SELECT", "PRAGMA", "WITH", "SHOW", "SET")
FULL = "database or disk is full"


def writes(statement: str) -> bool:
    """A plain ``BEGIN`` is a reader's; a writer's is ``BEGIN IMMEDIATE``."""
    return statement != "BEGIN" and statement.split(None, 1)[0].upper() not in READS


class Calls:
    """Counts what writes. ``refused``: what the ``refuse_at``-th call was; "" if it was never reached."""

    def __init__(self, refuse_at: int) -> None:
        self.refuse_at, self.made, self.refused = refuse_at, 0, ""

    def refuses(self, what: str) -> bool:
        self.made += 1
        if self.made != self.refuse_at:
            return False
        self.refused = what
        return True

    def file(self, what: str) -> None:
        if self.refuses(what):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def store(self, what: str, dialect: Any) -> None:
        if self.refuses(what):
            module = dialect.loaded_dbapi
            raise (module.OperationalError if dialect.name == "sqlite" else module.errors.DiskFull)(FULL)


@contextmanager
def refusing(at: int) -> Iterator[Calls]:
    """Within, the call number ``at`` is refused, in every thread of this process."""
    calls = Calls(at)
    with ExitStack() as stack:
        stack.enter_context(_statements(calls))
        stack.enter_context(_files(calls))
        yield calls


@contextmanager
def _statements(calls: Calls) -> Iterator[None]:
    real_commit, real_copy = DefaultDialect.do_commit, Database.copy_to

    def asked(_cursor: Any, statement: str, *more: Any) -> None:
        if writes(statement):
            calls.store(statement[:50], more[-1].dialect)

    def commit(self: DefaultDialect, connection: Any) -> None:
        calls.store("COMMIT", self)
        real_commit(self, connection)

    def copy_to(self: Database, file: Path) -> None:
        if calls.refuses("copy of the store"):
            file.write_bytes(b"SQLite format 3\0")  # it got as far as that
            raise sqlite_module().OperationalError(FULL)
        real_copy(self, file)

    kinds = ("do_execute", "do_executemany", "do_execute_no_params")
    for kind in kinds:
        event.listen(Engine, kind, asked)
    try:
        with patch.object(DefaultDialect, "do_commit", commit), patch.object(Database, "copy_to", copy_to):
            yield
    finally:
        for kind in kinds:
            event.remove(Engine, kind, asked)


@contextmanager
def _files(calls: Calls) -> Iterator[None]:
    real_open = io.open

    def written(kind: Any) -> Any:
        class Written(kind):  # type: ignore[misc]
            def write(self, content: Any) -> int:
                try:
                    calls.file(f"write {len(content)} bytes")
                except OSError:
                    super().write(bytes(content)[: len(content) // 2])
                    raise
                return int(super().write(content))

        return Written

    one_way, both_ways = written(io.BufferedWriter), written(io.BufferedRandom)

    def opened(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
        pipe = isinstance(file, int) and not stat.S_ISREG(os.fstat(file).st_mode)
        if pipe or not set(mode) & set("wxa+"):
            return real_open(file, mode, *more, **named)
        if not isinstance(file, int):
            calls.file(f"open {Path(file).name}")
        raw = (both_ways if "+" in mode else one_way)(
            io.FileIO(file, mode.replace("b", "").replace("t", ""), named.get("closefd", True))
        )
        return raw if "b" in mode else io.TextIOWrapper(raw, named.get("encoding"))

    def counted(name: str) -> Any:
        real = getattr(os, name)

        def call(*given: Any, **named: Any) -> Any:
            if name != "open" or given[1] & os.O_CREAT:
                calls.file(name)
            return real(*given, **named)

        return patch.object(os, name, call)

    with ExitStack() as stack:
        for name in ("open", "fsync", "replace", "rename"):
            stack.enter_context(counted(name))
        stack.enter_context(patch.object(io, "open", opened))
        stack.enter_context(patch.object(builtins, "open", opened))
        yield
