"""``python -m bench.duties``: each duty has exactly one effect, under kill -9. Two schedulers share one store and a fast clock; each
scheduled time of an hourly job writes one record. They are killed (SIGKILL) and started again at random; then the records are counted
(once.py beside it drives the whole program, and counts what it tells people).

It prints counts and ends with 1 if a duty was lost or doubled. ``--weakened`` runs a build that must do so (finding 6).
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.api import Job, JobContext, Missed
from core.base import keys
from core.base.window import end_of
from core.config import Config
from core.estate.units import Complex
from core.jobs import due
from core.jobs import tick as clock
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.scheduled import job_runs, own_jobs, upkeep
from core.services.scheduled.job_runs import JobRun
from core.services.store.db import Database
from core.testing import START, small_platform
from plugins.environment.records import Standard

assert own_jobs.OWN and upkeep  # they have entered their jobs, which are left out here
PROCESSES = multiprocessing.get_context("forkserver")  # a new scheduler in a moment
PROCESSES.set_forkserver_preload(["core.testing", "core.jobs.tick", "plugins.environment.records"])
SCHEDULERS = 2
SPEED = 72_000  # simulated seconds a second: twenty duties, so that there is always one to do
TAKES_S = 0.02  # an effect takes a moment, so a kill often finds it half done


def effect(context: JobContext) -> str:
    one = context.read(select(Complex.id).order_by(Complex.id).limit(1))[0][0]
    said = {"complex_id": one, "adopted_on": context.now.date(), "title": context.now.isoformat(), "times_a_day": 1}
    context.save(Standard, said)
    time.sleep(TAKES_S)
    return context.now.isoformat()


HOURLY = Job(key="environment.hourly", label="hourly", when={"minute": 0}, run=effect, missed=Missed.ALL)


def checks_first(platform: Platform, job: Job, scheduled: datetime, *, now: datetime) -> None:
    """Weakened: look whether it has been run, then run it; the row decides nothing."""
    with platform.reading(now=now) as work:
        if work.session.get(JobRun, (job.key, scheduled)) is not None:
            return
    with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
        job.run(job_runs.context(work, scheduled, []))
        work.session.merge(_row(job, scheduled, now))


def claims_first(platform: Platform, job: Job, scheduled: datetime, *, now: datetime) -> None:
    """Weakened: the row is committed first, the effect after it."""
    with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
        if work.session.get(JobRun, (job.key, scheduled)) is not None:
            return
        work.session.add(_row(job, scheduled, now))
    with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
        job.run(job_runs.context(work, scheduled, []))


def _row(job: Job, scheduled: datetime, now: datetime) -> JobRun:
    return JobRun(job=job.key, scheduled_at=scheduled, started_at=now, ended_at=now, state=job_runs.DONE)


VARIANTS: dict[str, Any] = {"product": job_runs.run_at, "checks_first": checks_first, "claims_first": claims_first}


@dataclass
class Found:
    kills: int
    duties: int
    lost: int
    doubled: int

    @property
    def held(self) -> bool:
        return not (self.lost or self.doubled)


def run(folder: Path, kills: int, *, variant: str = "product", seed: int = 97) -> Found:
    first = small_platform(folder, catalog=_catalog(), strict=False)
    chance, began = random.Random(seed), time.time()
    asked = (first.config, began, variant)
    running = [_started(*asked) for _ in range(SCHEDULERS)]
    try:
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 0.3))
            place = chance.randrange(SCHEDULERS)
            _killed(running[place])
            running[place] = _started(*asked)
    finally:
        for one in running:
            _killed(one)
    now = _clock(began)
    _tick(first, now, variant)  # what a scheduler finds that is left alone
    with first.reading() as work:
        effects = Counter(work.session.scalars(select(Standard.title)))
    first.db.close()
    duties = [t.isoformat() for t in due.times(HOURLY, end_of(START), now)]
    return Found(kills, len(duties), len(set(duties) - effects.keys()), sum(many > 1 for many in effects.values()))


def _catalog() -> Catalog:
    well = plugins.load(only=["environment"], strict=True).plugins["environment"]
    return Catalog(plugins={"environment": replace(well, jobs=(HOURLY,))})


def _started(config: Config, began: float, variant: str) -> Any:
    """A scheduler that has begun to work: to kill one that is still starting would prove nothing."""
    up = PROCESSES.Event()
    one = PROCESSES.Process(target=_scheduler, args=(config, began, variant, up), daemon=True)
    one.start()
    if not up.wait(60):
        raise RuntimeError("the scheduler did not start")
    return one


def _killed(one: Any) -> None:
    one.kill()
    one.join()


def _scheduler(config: Config, began: float, variant: str, up: Any) -> None:
    keys.use(config.secret_key)
    platform = Platform(config, Database(config.database_url), _catalog())
    up.set()
    while True:
        _tick(platform, _clock(began), variant)
        time.sleep(0.01)


def _clock(began: float) -> datetime:
    return end_of(START) + timedelta(seconds=int((time.time() - began) * SPEED))


def _tick(platform: Platform, now: datetime, variant: str) -> None:
    own, job_runs.OWN = job_runs.OWN, {}
    try:
        clock.tick(platform, now, begins=False, runner=lambda p, job, at, now: VARIANTS[variant](p, job, at, now=now))
    finally:
        job_runs.OWN = own


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.duties", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--weakened", default="product", choices=VARIANTS)
    parser.add_argument("--seed", type=int, default=97)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duties-") as folder:
        found = run(Path(folder), asked.kills, variant=asked.weakened, seed=asked.seed)
    print(found)
    sys.exit(0 if found.held else 1)


if __name__ == "__main__":
    main()
