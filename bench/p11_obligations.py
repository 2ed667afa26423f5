"""P11: twelve months of 30 monthly duties of 100 complexes written by the ledger, against one raw insert of as many rows."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from bench.line import Line
from bench.world import FOLDER
from core.api import COMPLEX, Action, Deadline, Every, Period, Scope, hookimpl
from core.app import open_platform
from core.base.window import TZ
from core.config import Config
from core.kernel import plugins
from core.services.demo_world import world
from core.services.owing import obligations
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.store.db import sqlite_module
from plugins.environment.records import Cleanup

START, TODAY = date(2024, 11, 8), date(2025, 9, 30)  # 11 months, and October within the horizon: 12 of them
INSERT = f"INSERT INTO obligation VALUES ({', '.join('?' * len(Obligation.__table__.columns))})"


def run(folder: Path) -> list[Line]:
    first, floor, rows = _measured(folder / "p11-100", 100)
    second, _, _ = _measured(folder / "p11-1000", 1000)
    ratio, growth = first / floor, second / first
    return [
        Line("P11", "100", f"{rows:,} obligations written", f"{first:.2f} s", f"{floor:.2f} s", f"{ratio:.2f}", "<= 3 x",
             ratio <= 3, f"{rows / first:,.0f} rows/s"),
        Line("P11", "1,000", "ten times as many", f"{second:.2f} s", f"{first:.2f} s", f"{growth:.1f}", "<= 12 x",
             growth <= 12),
    ]  # fmt: skip


class Duties:
    """An action made up here: 30 monthly duties that a clean-up settles."""

    @hookimpl
    def action(self) -> Action:
        return Action(slug="bench", number=99, label="基准", english="Bench")

    @hookimpl
    def deadlines(self) -> Iterable[Deadline]:
        return [
            Deadline(key=f"bench.d{n:02d}", label=f"基准{n}", due=Every(period=Period.MONTH), unit=COMPLEX, done=_done)
            for n in range(30)
        ]


def _done(scope: Scope) -> Any:
    return select(Cleanup.complex_id, Cleanup.held_on).where(scope.within(Cleanup))


def _measured(folder: Path, complexes: int) -> tuple[float, float, int]:
    """Seconds of the ledger, of the raw insert of its very rows, and their number."""
    folder.mkdir()
    platform = open_platform(replace(Config.read({}, folder), secret_key=b"bench"), _catalog())
    with platform.work(now=_at(START), settle=False) as work:
        world.build(work, FOLDER, complexes=complexes, until=TODAY)
    seconds = min(_written(platform) for _ in range(2))
    with platform.db.engine.connect() as connection:
        rows = [tuple(r) for r in connection.exec_driver_sql("SELECT * FROM obligation WHERE rule LIKE 'bench.%'")]
    floor = min(_raw(platform, folder, rows) for _ in range(2))
    platform.db.close()
    return seconds, floor, len(rows)


def _catalog() -> Any:
    ours = Duties()
    found = plugins.found()
    return plugins.load({"environment": found["environment"], "bench": lambda: ours}, strict=True)


def _written(platform: Platform) -> float:
    with platform.work(now=_at(TODAY), settle=False) as work:
        work.session.connection().execute(delete(Obligation))
    began = time.perf_counter()
    with platform.work(now=_at(TODAY), settle=False) as work:
        obligations._bring(work, list(work.catalog.plugins["bench"].deadlines), None, START)
    return time.perf_counter() - began


def _raw(platform: Platform, folder: Path, rows: list[tuple[Any, ...]]) -> float:
    """One transaction, same table, same indexes, same durability."""
    file = folder / "raw.db"
    file.unlink(missing_ok=True)
    store = sqlite_module().connect(str(file))
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    with platform.db.engine.connect() as connection:
        for (sql,) in connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'obligation' AND sql > ''"
        ):
            store.execute(sql)
    began = time.perf_counter()
    store.executemany(INSERT, rows)
    store.commit()
    seconds = time.perf_counter() - began
    store.close()
    return seconds


def _at(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), TZ)
