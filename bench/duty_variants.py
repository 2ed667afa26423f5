"""The duty that bench/duties.py counts, and who runs it: the product, or a build weakened in one of the ways finding 6 measured
(reliability.md), which must lose or double."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Float, Integer, MetaData, Table, insert, select, update

from core.api import Job, JobContext, Missed
from core.estate.units import Complex
from core.jobs import tick as clock
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.scheduled import job_runs, own_jobs, upkeep
from core.services.scheduled.job_runs import JobRun
from plugins.environment.records import Standard

assert own_jobs.OWN and upkeep  # they have entered their jobs, which are left out here
TAKES_S = 0.03  # an effect takes a moment, so a kill often finds it half done
LEASE_S = 0.25  # shorter than duties.py stops anybody for
LEASE = Table("duty_lease", MetaData(), Column("holder", Integer), Column("until", Float))


def effect(context: JobContext) -> str:
    one = context.read(select(Complex.id).order_by(Complex.id).limit(1))[0][0]
    said = {"complex_id": one, "adopted_on": context.now.date(), "title": context.now.isoformat(), "times_a_day": 1}
    context.save(Standard, said)
    time.sleep(TAKES_S)
    return context.now.isoformat()


HOURLY = Job(key="environment.hourly", label="hourly", when={"minute": 0}, run=effect, missed=Missed.ALL)


_WELL = plugins.load(only=["environment"], strict=True).plugins["environment"]  # once, before schedulers are forked
CATALOG = Catalog(plugins={"environment": replace(_WELL, jobs=(HOURLY,))})


def checks_first(platform: Platform, job: Job, scheduled: datetime, *, now: datetime) -> None:
    """Weakened: look whether it has been run, then run it; the row decides nothing."""
    if not _has_run(platform, job, scheduled, now):
        _run(platform, job, scheduled, now)


def claims_first(platform: Platform, job: Job, scheduled: datetime, *, now: datetime) -> None:
    """Weakened: the row is committed first, the effect after it."""
    with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
        if work.session.get(JobRun, (job.key, scheduled)) is not None:
            return
        work.session.add(_row(job, scheduled, now))
    _run(platform, job, scheduled, now)


def leases(platform: Platform, job: Job, scheduled: datetime, *, now: datetime) -> None:
    """Weakened: who holds the lease runs. One that is stopped longer than its lease believes that it holds it still."""
    if not _leads(platform):
        raise RuntimeError("another one leads")  # and runs the rest of what is due
    if not _has_run(platform, job, scheduled, now):
        _run(platform, job, scheduled, now)


def _has_run(platform: Platform, job: Job, scheduled: datetime, now: datetime) -> bool:
    with platform.reading(now=now) as work:
        return work.session.get(JobRun, (job.key, scheduled)) is not None


def _run(platform: Platform, job: Job, scheduled: datetime, now: datetime) -> None:
    time.sleep(3 * TAKES_S)  # the effect is worked out before it is written
    with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
        job.run(job_runs.context(work, scheduled, []))
        work.session.merge(_row(job, scheduled, now))


def _row(job: Job, scheduled: datetime, now: datetime) -> JobRun:
    return JobRun(job=job.key, scheduled_at=scheduled, started_at=now, ended_at=now, state=job_runs.DONE)


def _leads(platform: Platform) -> bool:
    """Take the lease, or hold it longer, if nobody else holds it."""
    me, now = os.getpid(), time.time()
    free = (LEASE.c.until < now) | (LEASE.c.holder == me)
    with platform.db.engine.begin() as connection:
        taken = connection.execute(update(LEASE).where(free).values(holder=me, until=now + LEASE_S))
        return taken.rowcount == 1


def prepare(platform: Platform) -> None:
    """The lease that nobody holds yet."""
    with platform.db.engine.begin() as connection:
        LEASE.create(connection)
        connection.execute(insert(LEASE).values(holder=0, until=0))


VARIANTS: dict[str, Any] = {
    "product": job_runs.run_at,
    "checks_first": checks_first,
    "claims_first": claims_first,
    "leases": leases,
}


def tick(platform: Platform, now: datetime, variant: str) -> None:
    """A tick of that build, with the duty alone."""
    own, job_runs.OWN = job_runs.OWN, {}
    try:
        clock.tick(
            platform, now, begins=False, runner=lambda p, job, at, now, **_: VARIANTS[variant](p, job, at, now=now)
        )
    finally:
        job_runs.OWN = own
