"""``python -m bench.duties``: each duty has exactly one effect, whatever becomes of the schedulers. Three of them share one store and a
fast clock; each scheduled time of an hourly job writes one record. At random one is killed (SIGKILL) and started again, one or
two are stopped for longer than any wait or lease (SIGSTOP, SIGCONT), or all are dead at once; then the records are counted (once.py
beside it drives the whole program, and counts what it tells people).

It prints counts and ends with 1 if a duty was lost or doubled. ``--weakened`` runs a build that must do so (duty_variants.py).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench import program
from bench.duty_variants import CATALOG, HOURLY, VARIANTS, prepare, tick
from core.base import keys
from core.base.window import end_of
from core.config import Config
from core.jobs import due
from core.jobs.clock import safely
from core.services.platform import Platform
from core.services.store.db import Database
from core.testing import START, small_platform
from plugins.environment.records import Standard

PROCESSES = multiprocessing.get_context("forkserver")  # a new scheduler in a moment
PROCESSES.set_forkserver_preload(["bench.duty_variants", "core.testing"])
SCHEDULERS = 3
SPEED = 43_200  # simulated seconds a second: twelve duties, so that there is mostly one to do
WAITS_S = 0.3  # so long a scheduler waits for another that writes; who is stopped for longer has lost whatever it held
CHANCES = {"killed": 6, "stopped": 3, "all_dead": 1}
MOSTLY_STOPPED = {"killed": 1, "stopped": 5}  # what finds out who trusts a lease


@dataclass
class Found:
    """``restarts``: schedulers started after a death. ``stops``: times one stood still; ``outages``: times all were dead."""

    restarts: int = 0
    stops: int = 0
    outages: int = 0
    duties: int = 0
    lost: int = 0
    doubled: int = 0

    @property
    def held(self) -> bool:
        return not (self.lost or self.doubled)

    def __str__(self) -> str:
        told = f"{self.restarts} restarts, {self.stops} stops, {self.outages} total outages; "
        return told + f"{self.duties} duties: {self.lost} lost, {self.doubled} doubled"


def run(
    folder: Path,
    restarts: int,
    *,
    url: str = "",
    variant: str = "product",
    seed: int = 97,
) -> Found:
    """Start schedulers until ``restarts`` have taken the place of dead ones. ``url``: an empty PostgreSQL database."""
    first = small_platform(folder, catalog=CATALOG, url=url, strict=False)
    chances = MOSTLY_STOPPED if variant == "leases" else CHANCES
    prepare(first)
    chance, began, out = random.Random(seed), time.time(), Found()
    running = [Scheduler(first.config, began, variant) for _ in range(SCHEDULERS)]
    try:
        while out.restarts < restarts:
            time.sleep(chance.uniform(0.05, 0.3))
            (fate,) = chance.choices(list(chances), list(chances.values()))
            if fate == "stopped":
                some = chance.sample(running, chance.randrange(1, SCHEDULERS))
                _stopped(some, WAITS_S + chance.uniform(0.1, 0.6))
                out.stops += len(some)
                continue
            dead = running if fate == "all_dead" else [chance.choice(running)]
            for one in dead:
                one.kill()
            if fate == "all_dead":
                time.sleep(chance.uniform(0.1, 1))
                out.outages += 1
            for one in dead:
                one.start()
            out.restarts += len(dead)
    finally:
        for one in running:
            one.kill()
    return _judged(first, _clock(began), out)


class Scheduler:
    """A process that ticks without end, and its successors."""

    def __init__(self, config: Config, began: float, variant: str) -> None:
        self.asked = (config, began, variant)
        self.start()

    def start(self) -> None:
        self.up = PROCESSES.Event()
        self.process = PROCESSES.Process(target=_ticking, args=(*self.asked, self.up), daemon=True)
        self.process.start()

    def kill(self) -> None:
        self._wait()
        self.process.kill()
        self.process.join()

    def signal(self, number: signal.Signals) -> None:
        self._wait()
        os.kill(self.process.pid, number)

    def _wait(self) -> None:
        """Until it works: to kill one that is still starting would prove nothing."""
        if not self.up.wait(60):
            raise RuntimeError("the scheduler did not start")


def _stopped(some: Sequence[Scheduler], seconds: float) -> None:
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for one in some:
            one.signal(number)
        if number == signal.SIGSTOP:
            time.sleep(seconds)


def _ticking(config: Config, began: float, variant: str, up: Any) -> None:
    logging.disable()  # that the store is busy while another one is stopped
    keys.use(config.secret_key)
    platform = Platform(config, Database(config.database_url, busy_s=WAITS_S), CATALOG)
    up.set()
    while True:
        safely(lambda: tick(platform, _clock(began), variant))
        time.sleep(0.02)


def _clock(began: float) -> datetime:
    return end_of(START) + timedelta(seconds=int((time.time() - began) * SPEED))


def _judged(first: Platform, now: datetime, out: Found) -> Found:
    tick(first, now, "product")  # what a scheduler finds that is left alone
    with first.reading() as work:
        effects = Counter(work.session.scalars(select(Standard.title)))
    first.db.close()
    duties = {t.isoformat() for t in due.times(HOURLY, end_of(START), now)}
    out.duties, out.lost = len(duties), len(duties - effects.keys())
    out.doubled = sum(many > 1 for many in effects.values())
    return out


if __name__ == "__main__":
    program.main(__doc__, run, VARIANTS, count=("restarts", 100))
