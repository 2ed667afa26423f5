"""A file that is there whole or not at all, and lasts: written aside, synced, renamed, its folder synced. And lines at the end of
one that grows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write(file: Path, content: bytes) -> None:
    """Put ``content`` at ``file``. Raises ``OSError`` where there is no room: then what stood there is as it was."""
    with placing(file) as part:
        part.write_bytes(content)


@contextmanager
def placing(file: Path) -> Iterator[Path]:
    """Where to write what is to stand at ``file`` when the block ends; if it raises, nothing is left of it."""
    fresh = not file.parent.is_dir()
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)
    if fresh:
        sync_folder(file.parent.parent)


def append(file: Path, lines: str) -> None:
    """Add ``lines`` at the end of ``file``, for its owner only. Raises ``OSError`` where there is no room: then none of them is there, for
    half a line could be read by nobody."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        before = os.fstat(handle).st_size
        try:
            with os.fdopen(handle, "wb", closefd=False) as out:
                out.write(lines.encode())
                out.flush()
                os.fsync(handle)
        except OSError:
            os.ftruncate(handle, before)
            raise
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """A rename outlives a power cut only when its folder is synced."""
    if os.name == "nt":  # no handle of a folder there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
