"""``python -m bench.power``: what was committed outlives a power cut. A store with the product's own settings is written
on a disk that loses what was not synced (disk.py); the power is cut at random, thirty times on one store; after each
cut it is opened, checked, and every acknowledged transaction is looked for.

It prints counts and ends with 1 if one was lost or is there by half, or the store is damaged. ``--weakened NORMAL`` syncs as most
advice on the web says, and must lose (reliability.md, finding 2).
"""

from __future__ import annotations

import argparse
import random
import sys
from contextlib import closing
from dataclasses import dataclass

import apsw

from bench.disk import Disk
from core.services.store.db import pragmas

ROWS = 3  # written by each transaction: all are there or none
CUTS_A_STORE = 30  # then a new one: reading a grown store again takes all the time
STORE = "/store.db"


@dataclass
class Found:
    cuts: int = 0
    acknowledged: int = 0
    lost: int = 0
    partial: int = 0
    damaged: int = 0

    @property
    def held(self) -> bool:
        return not (self.lost or self.partial or self.damaged)


def run(cuts: int, *, synchronous: str = "", seed: int = 97) -> Found:
    """``synchronous``: another setting in place of the product's. A damaged store is put aside, and a new one begun."""
    chance, found = random.Random(seed), Found(cuts)
    settings = [*pragmas(), *([f"synchronous={synchronous}"] if synchronous else [])]
    number, files, there = 0, dict[str, bytes](), set[int]()
    for cut in range(cuts):
        if cut % CUTS_A_STORE == 0:
            files, there = {}, set()
        disk = Disk(files, chance, cut_at=chance.randint(20, 900))
        acknowledged = _write_until_the_cut(disk, settings, chance, number)
        number = acknowledged[-1] + 2 if acknowledged else number + 1  # one may have been under way
        found.acknowledged += len(acknowledged)
        files = disk.left or {}
        held = _read(files, settings, chance)
        if held is None:
            found.damaged += 1
            files, there = {}, set()
            continue
        found.lost += len((there | set(acknowledged)) - held.keys())
        found.partial += sum(many != ROWS for many in held.values())
        there = set(held)
    return found


def _write_until_the_cut(disk: Disk, settings: list[str], chance: random.Random, number: int) -> list[int]:
    """The numbers of the transactions that were acknowledged while there was power."""
    acknowledged: list[int] = []
    store = _opened(disk, settings)
    store.execute("CREATE TABLE IF NOT EXISTS line (number INTEGER, words BLOB)")
    while disk.left is None:
        store.execute("BEGIN IMMEDIATE")
        for _ in range(ROWS):
            store.execute("INSERT INTO line VALUES (?, ?)", (number, chance.randbytes(chance.randint(10, 1500))))
        store.execute("COMMIT")
        if disk.left is None:
            acknowledged.append(number)
        number += 1
    store.close()
    return acknowledged


def _read(files: dict[str, bytes], settings: list[str], chance: random.Random) -> dict[int, int] | None:
    """How many rows each transaction has after the power is back; None if the store is damaged."""
    disk = Disk(files, chance)
    try:
        with closing(_opened(disk, settings)) as store:
            return _counted(store)
    except (apsw.CorruptError, apsw.NotADBError):
        return None


def _counted(store: apsw.Connection) -> dict[int, int] | None:
    if store.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        return None
    if not store.execute("SELECT 1 FROM sqlite_schema").fetchall():
        return {}  # cut before the table was there
    return dict(store.execute("SELECT number, count(*) FROM line GROUP BY number").fetchall())


def _opened(disk: Disk, settings: list[str]) -> apsw.Connection:
    store = apsw.Connection(STORE, vfs=disk.name)
    # the first is what this disk needs; the last brings checkpoints, else one in a thousand pages, into the short run
    for one in ("locking_mode=EXCLUSIVE", *settings, "wal_autocheckpoint=50"):
        store.execute(f"PRAGMA {one}").fetchall()
    return store


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.power", description=__doc__)
    parser.add_argument("--cuts", type=int, default=300)
    parser.add_argument("--weakened", default="", choices=("", "NORMAL", "OFF"), help="how to sync instead")
    parser.add_argument("--seed", type=int, default=97)
    asked = parser.parse_args()
    found = run(asked.cuts, synchronous=asked.weakened, seed=asked.seed)
    print(found)
    sys.exit(0 if found.held else 1)


if __name__ == "__main__":
    main()
