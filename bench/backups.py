"""``python -m bench.backups``: a backup made while three programs write holds every record that was acknowledged before it began. Each is
restored into an empty place, which must have them all and agree with itself: ledgers, journal (G37).

It prints counts and ends with 1 if one is missing, or a backup does not restore. ``--weakened copies_the_file`` copies the
database file as it lies there, as one would by hand.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import select

from bench import program
from bench.program import KEY
from core.base import keys
from core.base.errors import Invalid
from core.config import Config
from core.kernel import plugins
from core.services.backups import backup, backup_restore, backup_store
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.store.db import Database
from core.services.writing import records

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["bench.program", "plugins.environment.records"])
WRITERS = 3


@dataclass
class Found:
    """``acknowledged``: before the last backup began; ``meanwhile``: while backups were made; ``refused``: backups that could not be
    made or restored; ``unlike``: program.unlike."""

    rounds: int
    acknowledged: int = 0
    meanwhile: int = 0
    missing: int = 0
    refused: list[str] = field(default_factory=list)
    unlike: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return self.meanwhile > 0 and not (self.missing or self.refused or self.unlike)


def copies_the_file() -> AbstractContextManager[Any]:
    """Weakened: the file without what still stands in the log beside it."""

    def copy_to(self: Database, file: Path) -> None:
        shutil.copyfile(backup_store.database_file(self.url), file)

    return patch.object(Database, "copy_to", copy_to)


WEAKENED: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    program.PRODUCT: nullcontext,
    "copies_the_file": copies_the_file,
}


def run(folder: Path, rounds: int, *, url: str = "", variant: str = program.PRODUCT, seed: int = 97) -> Found:
    (here := folder / "here").mkdir()
    platform, chance, found = program.small(here, url), random.Random(seed), Found(rounds)
    told = [folder / f"acknowledged-{n}" for n in range(WRITERS)]
    writers = [PROCESSES.Process(target=_write, args=(platform.config, file), daemon=True) for file in told]
    for file, one in zip(told, writers, strict=True):
        file.touch()
        one.start()
    try:
        while not all(_acknowledged([file]) for file in told):
            time.sleep(0.05)
        for number in range(rounds):
            time.sleep(chance.uniform(0, 0.5))
            with WEAKENED[variant]():
                _round(platform, folder / f"there-{number}", told, found)
    finally:
        for one in writers:
            one.kill()
            one.join()
    platform.close()
    return found


def _round(platform: Platform, there: Path, told: list[Path], found: Found) -> None:
    there.mkdir()
    before = _acknowledged(told)
    url = f"sqlite:///{there}/test.db"
    if not platform.db.sqlite:
        from tests.postgres import empty_database  # noqa: PLC0415 - only where there is one

        url = empty_database(platform.config.database_url, there.name.replace("-", "_"))
    place = replace(platform.config, data=there, database_url=url)
    try:
        backup.write(platform, there.with_suffix(".zip"))
        found.meanwhile += len(_acknowledged(told)) - len(before)
        backup_restore.restore(place, platform.catalog, there.with_suffix(".zip"))
    except Invalid as error:
        found.refused.append(str(error))
        return
    restored = Platform(place, Database(url), platform.catalog)
    with restored.reading() as work:
        kept = set(work.session.scalars(select(work.catalog.records[KEY].note)))  # type: ignore[attr-defined]
    found.acknowledged = len(before)
    found.missing += len(before - kept)
    found.unlike += program.unlike(restored)
    restored.close()
    shutil.rmtree(there)


def _acknowledged(told: list[Path]) -> set[str]:
    """What the writers know to be stored; a line they are just writing is none yet."""
    return {line for file in told for line in file.read_text().split("\n")[:-1]}


def _write(config: Config, told: Path) -> None:
    keys.use(config.secret_key)
    platform = Platform(config, Database(config.database_url), plugins.load(only=["environment"], strict=True))
    number = 0
    with told.open("a", buffering=1) as out:
        while True:
            number += 1
            note = f"{told.name}/{number}"
            with platform.work(SYSTEM_ACTOR) as work:
                records.save(work, KEY, program.report(number) | {"note": note})
            out.write(f"{note}\n")


if __name__ == "__main__":
    program.main(__doc__, run, WEAKENED, count=("rounds", 20))
