"""``python -m bench.imports``: a sheet is in as a whole or not at all, or piece by piece and gone on with where it ended, under kill -9.
A process brings in one sheet after the other, by turns as a whole and by pieces; it is killed (SIGKILL) and started again at random;
after each kill the rows of the sheet at hand are counted (G3).

It prints counts and ends with 1 if a sheet is in by half, a row is in twice, or what a sheet says of its progress is not so.
``--weakened`` runs a build that must fail.
"""

from __future__ import annotations

import multiprocessing
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench import program
from bench.program import KEY
from core.base import keys
from core.config import Config
from core.kernel import plugins
from core.services import sheets
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.sheets import stepwise
from core.services.sheets.kept import SheetUpload
from core.services.store.db import Database

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["bench.program", "core.services.sheets", "plugins.environment.records"])
SHORT_S = 0.2
ROWS, PIECE = 200, 10  # of a sheet; of a transaction where it goes in by pieces


@dataclass
class Found:
    """``within``: kills that came while a sheet was on its way; ``half``: sheets in by half; ``doubled``: rows in twice;
    ``unlike``: program.unlike."""

    kills: int = 0
    within: int = 0
    sheets: int = 0
    half: int = 0
    doubled: int = 0
    unlike: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return bool(self.sheets and self.within) and not (self.half or self.doubled or self.unlike)


def whole(platform: Platform, token: str) -> bool:
    """As the page does it: everything and the sheet's result in one transaction. True when there is nothing left to do."""
    with platform.work(SYSTEM_ACTOR, source="sheet") as work:
        kept = work.session.get_one(SheetUpload, token)
        if kept.result is None:
            plan = sheets.Plan.from_json(kept.plan)
            sheets.apply(work, work.catalog.records[KEY], KEY, plan, whole=True)
            kept.result = "done"
    return True


def piece(platform: Platform, token: str) -> bool:
    with platform.work(SYSTEM_ACTOR, source="sheet") as work:
        kept = work.session.get_one(SheetUpload, token)
        return stepwise.step(work, work.catalog.records[KEY], kept, sheets.Plan.from_json(kept.plan), PIECE).done


def progress_first(platform: Platform, token: str) -> bool:
    """Weakened: how far it is, is stored before the rows are."""
    with platform.work(SYSTEM_ACTOR, source="sheet") as work:
        kept = work.session.get_one(SheetUpload, token)
        before = stepwise.read(kept)
        rows = before.chosen[before.at : before.at + PIECE]
        now = stepwise.Progress(before.chosen, before.at + len(rows))
        stepwise._keep(kept, now)
        plan = sheets.Plan.from_json(kept.plan)
    with platform.work(SYSTEM_ACTOR, source="sheet") as work:
        sheets.apply(work, work.catalog.records[KEY], KEY, plan, set(rows))
    return now.done


def row_by_row(platform: Platform, token: str) -> bool:
    """Weakened: each row is a transaction of its own."""
    with platform.reading() as work:
        plan = sheets.Plan.from_json(work.session.get_one(SheetUpload, token).plan)
    for row in plan.rows:
        with platform.work(SYSTEM_ACTOR, source="sheet") as work:
            sheets.apply(work, work.catalog.records[KEY], KEY, plan, {row.number})
    return True


WEAKENED = {
    program.PRODUCT: (whole, piece),
    "progress_first": (whole, progress_first),
    "row_by_row": (row_by_row, piece),
}


def run(folder: Path, kills: int, *, url: str = "", variant: str = program.PRODUCT, seed: int = 97) -> Found:
    platform, chance, found = program.small(folder, url), random.Random(seed), Found()
    while found.kills < kills:
        token, by_pieces = f"sheet-{found.sheets}", found.sheets % 2 == 1
        _lay(platform, token, found.sheets)
        found.sheets += 1
        longest = SHORT_S
        while not _ended(
            platform, token, (variant, by_pieces), chance.uniform(0, longest) if found.kills < kills else None
        ):
            found.kills += 1
            longest *= 1.3  # so that a slow machine gets to the end of a sheet, too
            _count(platform, token, found, by_pieces=by_pieces)
        found.half += _rows(platform, token) != (ROWS, ROWS)
        print(f"{found.kills} kills, {found.sheets} sheets", flush=True)
    found.unlike = program.unlike(platform)
    platform.close()
    return found


def _lay(platform: Platform, token: str, number: int) -> None:
    """A sheet that was uploaded and confirmed."""
    lines = ["小区,清扫日期,重点部位,参加人数,清扫前后照片,备注"]
    lines += [f"示例小区{n % 10 + 1:02d},2024-11-{9 + n % 10:02d},出入口,5,demo,{token}/{n}" for n in range(ROWS)]
    with platform.work(SYSTEM_ACTOR) as work:
        sheet = sheets.read("\r\n".join(lines).encode("utf-8-sig"), f"{number}.csv")
        plan = sheets.plan(work, work.catalog.records[KEY], KEY, sheet)
        kept = SheetUpload(token=token, key=KEY, login="system", created_at=work.now, plan=plan.to_json())
        work.session.add(kept)
        stepwise.begin(kept, plan, {r.number for r in plan.rows})


def _ended(platform: Platform, token: str, way: tuple[str, bool], after: float | None) -> bool:
    """One process at work, killed ``after`` so many seconds; True if it came to its end before."""
    up = PROCESSES.Event()
    one = PROCESSES.Process(target=_bring, args=(platform.config, token, way, up), daemon=True)
    one.start()
    if not up.wait(60):
        raise RuntimeError("the process did not start")
    one.join(after)
    ended = one.exitcode is not None
    one.kill()
    one.join()
    if ended and one.exitcode:
        raise RuntimeError("the import failed by itself")
    return ended


def _bring(config: Config, token: str, way: tuple[str, bool], up: Any) -> None:
    keys.use(config.secret_key)
    catalog = plugins.load(only=["environment"], strict=True)
    platform = Platform(config, Database(config.database_url), catalog)
    up.set()
    variant, by_pieces = way
    while not WEAKENED[variant][by_pieces](platform, token):
        pass


def _count(platform: Platform, token: str, found: Found, *, by_pieces: bool) -> None:
    rows, different = _rows(platform, token)
    with platform.reading() as work:
        kept = work.session.get_one(SheetUpload, token)
        told = stepwise.read(kept).at if by_pieces else ROWS * (kept.result is not None)
    found.half += rows != told
    found.doubled += rows - different
    found.within += 0 < rows < ROWS if by_pieces else rows == 0


def _rows(platform: Platform, token: str) -> tuple[int, int]:
    """Rows of a sheet, and how many different ones."""
    with platform.reading() as work:
        note = work.catalog.records[KEY].note  # type: ignore[attr-defined]
        asked = select(func.count(), func.count(func.distinct(note))).where(note.like(f"{token}/%"))
        many, different = work.session.execute(asked).one()
        return many, different


if __name__ == "__main__":
    program.main(__doc__, run, WEAKENED, count=("kills", 200))
