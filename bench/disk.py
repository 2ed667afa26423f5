"""A disk in memory that keeps nothing it was not told to sync: when its power is cut, every sector written since the last
sync is kept, lost or garbled, whatever the order (what SQLite's own crash tests do; reliability.md, F04).

SQLite reaches it through APSW, whose files have no shared memory: a WAL store must be opened with
``locking_mode=EXCLUSIVE``. The directory is trusted: a file that was made or deleted stays so.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import apsw

NUMBERS = count()  # two disks of one name would be mistaken for each other
SECTOR = 512  # bytes that reach the disk together
KEPT, LOST, GARBLED = 5, 4, 1  # how often each befalls an unsynced sector


@dataclass
class Content:
    """``seen``: what a program reads back; ``synced``: what is on the platter; ``written``: (where, what) since then."""

    seen: bytearray = field(default_factory=bytearray)
    synced: bytearray = field(default_factory=bytearray)
    written: list[tuple[int, bytes]] = field(default_factory=list)


class Disk(apsw.VFS):  # type: ignore[misc]
    """A file system that SQLite knows by ``name``. At its ``cut_at``-th write or sync the power goes: ``left`` is then what the platter
    holds, and whatever a program still does happens to nobody."""

    def __init__(self, files: dict[str, bytes], chance: random.Random, cut_at: int = 0) -> None:
        """``cut_at``: 0 for power for ever."""
        self.name = f"disk-{next(NUMBERS)}"
        super().__init__(self.name, "")
        self.files = {path: Content(bytearray(held), bytearray(held)) for path, held in files.items()}
        self.chance, self.to_go = chance, cut_at
        self.left: dict[str, bytes] | None = None

    def touched(self) -> None:
        self.to_go -= 1
        if self.to_go == 0:
            self.left = {path: _after_a_cut(content, self.chance) for path, content in self.files.items()}

    def xOpen(self, name: Any, flags: list[int]) -> File:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        flags[1] = flags[0]
        return File(self, Content() if path is None else self.files.setdefault(path, Content()))

    def xDelete(self, path: str, _sync_directory: bool) -> None:
        self.files.pop(path, None)

    def xAccess(self, path: str, _flags: int) -> bool:
        return path in self.files

    def xFullPathname(self, path: str) -> str:
        return path


class File:
    """One open file, in the words SQLite calls it by."""

    def __init__(self, disk: Disk, content: Content) -> None:
        self.disk, self.content = disk, content

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self.content.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        _put(self.content.seen, offset, data)
        self.content.written.append((offset, bytes(data)))
        self.disk.touched()

    def xTruncate(self, size: int) -> None:
        del self.content.seen[size:]
        del self.content.synced[size:]
        self.content.written = [(at, data[: size - at]) for at, data in self.content.written if at < size]

    def xSync(self, _flags: int) -> None:
        self.disk.touched()  # a cut now comes before the sync has done anything
        for offset, data in self.content.written:
            _put(self.content.synced, offset, data)
        self.content.written.clear()

    def xFileSize(self) -> int:
        return len(self.content.seen)

    def xDeviceCharacteristics(self) -> int:
        return int(apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE)  # as SQLite takes every disk under Unix

    def xSectorSize(self) -> int:
        return SECTOR

    def xLock(self, _level: int) -> None: ...

    def xUnlock(self, _level: int) -> None: ...

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, _operation: int, _pointer: int) -> bool:
        return False

    def xClose(self) -> None: ...


def _put(held: bytearray, offset: int, data: bytes) -> None:
    held.extend(bytes(max(0, offset - len(held))))
    held[offset : offset + len(data)] = data


def _after_a_cut(content: Content, chance: random.Random) -> bytes:
    held = bytearray(content.synced)
    for offset, data in content.written:
        begun = 0
        while begun < len(data):
            ends = min(len(data), begun + SECTOR - (offset + begun) % SECTOR)
            match chance.choices(("kept", "lost", "garbled"), (KEPT, LOST, GARBLED))[0]:
                case "kept":
                    _put(held, offset + begun, data[begun:ends])
                case "garbled":
                    _put(held, offset + begun, chance.randbytes(ends - begun))
            begun = ends
    return bytes(held)
