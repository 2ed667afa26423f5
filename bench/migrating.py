"""``python -m bench.migrating``: a store is in its old shape or in its new one, under kill -9. A process brings an empty store to its
newest shape and is killed (SIGKILL) at random; of each owner, the core and every plugin, all tables are there then, or none; the next
process goes on, and what it ends with is what an undisturbed one does (G40; reliability.md, finding 8).

It prints counts and ends with 1 if there was something between. ``--weakened statement_by_statement`` commits each statement.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from bench import program
from bench.nth import WEAKENED
from bench.serve import ROOT
from core.kernel import plugins
from core.services import migrations
from core.services.store.db import Database

PROCESSES = multiprocessing.get_context("forkserver")
PLUGINS = sorted(f"plugins.{one.parent.name}.plugin" for one in (ROOT / "plugins").glob("*/plugin.py"))
PROCESSES.set_forkserver_preload(["bench.nth", "core.services.migrations", "core.kernel.plugins", *PLUGINS])
Shape = dict[str, tuple[tuple[str, str], ...]]


@dataclass
class Found:
    """``within``: kills that came while a store was neither empty nor finished."""

    kills: int = 0
    within: int = 0
    stores: int = 0
    half: list[str] = field(default_factory=list)
    unlike: int = 0

    @property
    def held(self) -> bool:
        return bool(self.kills) and not (self.half or self.unlike)


def run(folder: Path, kills: int, *, url: str = "", variant: str = program.PRODUCT, seed: int = 97) -> Found:
    chance, found, places = random.Random(seed), Found(), _places(folder, url)
    first = next(places)
    _, takes_s = _killed(first, program.PRODUCT, None)
    wanted = _shape(first)
    while found.kills < kills:
        place = next(places)
        found.stores += 1
        while not _killed(place, variant, chance.uniform(0, takes_s) if found.kills < kills else None)[0]:
            found.kills += 1
            there = _shape(place)
            found.within += bool(there) and there != wanted
            found.half += [f"kill {found.kills}: {owner}" for owner in _half(there, wanted)]
            if variant != program.PRODUCT and found.half:
                return found  # what is half can't be gone on with
        found.unlike += _shape(place) != wanted
    return found


def _places(folder: Path, url: str) -> Iterator[str]:
    """Addresses of empty stores."""
    for number in count():
        if url:
            from tests.postgres import empty_database  # noqa: PLC0415 - only where there is one

            yield empty_database(url, f"migrating_{number}")
        else:
            yield f"sqlite:///{folder / f'{number}.db'}"


def _killed(url: str, variant: str, after: float | None) -> tuple[bool, float]:
    """One process at work, killed ``after`` so many seconds: (did it come to its end before, how long it worked)."""
    up = PROCESSES.Event()
    one = PROCESSES.Process(target=_migrate, args=(url, variant, up), daemon=True)
    one.start()
    if not up.wait(120):
        raise RuntimeError("the process did not start")
    began = time.monotonic()
    one.join(after)
    ended = one.exitcode is not None
    one.kill()
    one.join()
    if ended and one.exitcode:
        raise RuntimeError("the migration failed by itself")
    return ended, time.monotonic() - began


def _migrate(url: str, variant: str, up: Any) -> None:
    catalog = plugins.load(strict=True)
    weaken: Callable[[], Any] = WEAKENED[variant]
    with closing(Database(url)) as db, weaken():
        up.set()
        migrations.upgrade(db, catalog, strict=True)


def _shape(url: str) -> Shape:
    """Every table with its columns and indexes, and of each owner the step it is at."""
    with closing(Database(url)) as db, db.engine.connect() as connection:
        found = inspect(connection)
        shape = {table: _columns(found, table) for table in found.get_table_names()}
        for table in shape:
            if table.startswith("version_"):
                step = migrations.current(connection, table.removeprefix("version_"))
                shape[table] += (("step", str(step)),)
        return shape


def _columns(found: Any, table: str) -> tuple[tuple[str, str], ...]:
    columns = [(c["name"], str(c["type"])) for c in found.get_columns(table)]
    return (*columns, *sorted((str(i["name"]), "index") for i in found.get_indexes(table)))


def _half(there: Shape, wanted: Shape) -> Iterator[str]:
    """Owners of whose tables only some are there, or some not as they ought to be."""
    slugs = {name.removeprefix("version_") for name in wanted if name.startswith("version_")}

    def owner(table: str) -> str:
        name = table.removeprefix("version_")
        return next((s for s in sorted(slugs, key=len, reverse=True) if name == s or name.startswith(f"{s}_")), "core")

    for slug in sorted(slugs):
        mine = {t: v for t, v in there.items() if owner(t) == slug}
        if mine and mine != {t: v for t, v in wanted.items() if owner(t) == slug}:
            yield slug


if __name__ == "__main__":
    program.main(__doc__, run, {v: w for v, w in WEAKENED.items() if v != "in_place"}, count=("kills", 100))
