"""``python -m bench.corrupt``: a damaged database is recognised and never replaced. A store is damaged in one way after the other, as bad
disks, half copies and mistaken hands do it; then it is opened as a start opens it, and looked through as a start and the doctor do (G39).

It prints counts and ends with 1 if one was taken for sound, refused without words, or changed. Damage that changes no row, as in a
page nobody uses, is counted apart. ``--weakened opens_only`` leaves out the looking through.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench import program
from core.base.errors import Invalid
from core.services import migrations
from core.services.backups import backup_store
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.store import preflight, whole_file
from core.services.store.db import Database
from core.services.writing import records

PAGE, SECTOR = 4096, 512  # bytes
Damage = Callable[[bytes, random.Random], bytes | None]


@dataclass
class Found:
    """``harmless``: every row was read as it was; ``missed``: taken for sound although it is not; ``unclean``: refused without words;
    ``changed``: the file is not what it was before it was opened."""

    damaged: int
    recognised: int = 0
    harmless: int = 0
    missed: list[str] = field(default_factory=list)
    unclean: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return bool(self.recognised) and not (self.missed or self.unclean or self.changed)


def _over(whole: bytes, at: int, content: bytes) -> bytes:
    return whole[:at] + content + whole[at + len(content) :]


def _page(whole: bytes, chance: random.Random) -> int:
    return chance.randrange(len(whole) // PAGE) * PAGE


def gone(_whole: bytes, _chance: random.Random) -> None:
    """Deleted."""


def emptied(_whole: bytes, _chance: random.Random) -> bytes:
    return b""


def another(whole: bytes, _chance: random.Random) -> bytes:
    return b"this is no database " * (len(whole) // 20)


def cut(whole: bytes, chance: random.Random) -> bytes:
    """A copy that broke off."""
    return whole[: chance.randrange(1, len(whole))]


def cut_at_a_page(whole: bytes, chance: random.Random) -> bytes:
    return whole[: chance.randrange(PAGE, len(whole), PAGE)]


def page_zeroed(whole: bytes, chance: random.Random) -> bytes:
    return _over(whole, _page(whole, chance), bytes(PAGE))


def page_garbled(whole: bytes, chance: random.Random) -> bytes:
    return _over(whole, _page(whole, chance), chance.randbytes(PAGE))


def page_misplaced(whole: bytes, chance: random.Random) -> bytes:
    """What belongs elsewhere."""
    source = _page(whole, chance)
    return _over(whole, _page(whole, chance), whole[source : source + PAGE])


def sector_zeroed(whole: bytes, chance: random.Random) -> bytes:
    return _over(whole, chance.randrange(len(whole) // SECTOR) * SECTOR, bytes(SECTOR))


def head_garbled(whole: bytes, chance: random.Random) -> bytes:
    return _over(whole, chance.randrange(16), chance.randbytes(16))


WAYS: tuple[Damage, ...] = (
    gone, emptied, another, cut, cut_at_a_page, page_zeroed, page_garbled, page_misplaced, sector_zeroed, head_garbled,
)  # fmt: skip


def opens_only() -> AbstractContextManager[Any]:
    """Weakened: whatever can be opened is served."""
    return patch.object(preflight, "damage", lambda _config: [])


WEAKENED: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    program.PRODUCT: nullcontext,
    "opens_only": opens_only,
}


def run(folder: Path, databases: int, *, url: str = "", variant: str = program.PRODUCT, seed: int = 97) -> Found:
    platform, chance, found = program.small(folder), random.Random(seed), Found(databases)
    with platform.work(SYSTEM_ACTOR) as work:
        for number in range(100):
            records.save(work, program.KEY, program.report(number))
    whole_file.write(platform.config.uploads / "ab" / "abcdef", b"a photo")
    file = backup_store.database_file(platform.config.database_url)
    platform.db.copy_to(folder / "copy.db")
    platform.close()
    whole, rows = (folder / "copy.db").read_bytes(), _rows(folder / "copy.db")
    with WEAKENED[variant]():
        for number in range(databases):
            way = WAYS[number % len(WAYS)]
            _put(file, way(whole, chance))
            _judge(found, f"{number} {way.__name__}", platform, file, rows)
    return found


def _put(file: Path, content: bytes | None) -> None:
    for one in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        one.unlink(missing_ok=True)
    if content is not None:
        file.write_bytes(content)


def _judge(found: Found, name: str, platform: Platform, file: Path, rows: object) -> None:
    before = file.read_bytes() if file.exists() else None
    try:
        recognised = _recognised(platform)
    except Exception as error:
        found.unclean.append(f"{name}: {type(error).__name__}: {error}"[:120])
        return
    if recognised:
        found.recognised += 1
        if (file.read_bytes() if file.exists() else None) != before:
            found.changed.append(name)
    elif _rows(file) == rows:
        found.harmless += 1
    else:
        found.missed.append(name)


def _recognised(platform: Platform) -> bool:
    db = Database(platform.config.database_url)
    try:
        with preflight.opening(platform.config):
            migrations.upgrade(db, platform.catalog)
    except Invalid:
        return True
    finally:
        db.close()
    return bool(preflight.damage(platform.config))


def _rows(file: Path) -> object:
    """Every row of every table; None if they can't be read."""
    try:
        with backup_store.embedded(file).connect() as connection:
            return backup_store.content(connection).tables
    except Exception:  # whatever a damaged file makes SQLite say
        return None


if __name__ == "__main__":
    program.main(__doc__, run, WEAKENED, count=("databases", 100), postgres=False)
