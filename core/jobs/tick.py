"""One tick: begin the day if it has not begun, run what is due. Any number of processes may tick at once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import IntegrityError

from core.base.describe import Job
from core.base.window import TZ, end_of
from core.jobs import due
from core.services import days, job_runs
from core.services.access import SYSTEM_ACTOR
from core.services.job_runs import JobRun
from core.services.platform import Platform

log = logging.getLogger("actions.jobs")
EVERY_S = 15


def tick(platform: Platform, now: datetime | None = None) -> list[JobRun]:
    """Everything due by ``now`` (default: the platform's clock) that nobody has done yet; the runs this call made."""
    with platform.reading(now=now) as work:
        now = work.now
        start = end_of(work.campaign.starts_on)
        begun = days.kept(work.session, work.today)
        marks = {key: job_runs.watermark(work.session, key) or start for key in platform.catalog.jobs}
    if not begun:
        _begin(platform, now)
    made: list[JobRun] = []
    for key, job in platform.catalog.jobs.items():
        try:
            made += _run_due(platform, job, marks[key], now)
        except Exception:
            if platform.config.strict:
                raise
            log.exception("%s could not be run; the next tick tries again", key)
    return made


def _begin(platform: Platform, now: datetime) -> None:
    """The core's own daily job. Of several processes one wins; the others' insert fails, and the day has begun."""
    try:
        with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
            days.begin(work)
    except IntegrityError:
        with platform.reading(now=now) as work:
            if not days.kept(work.session, work.today):
                raise


def _run_due(platform: Platform, job: Job, mark: datetime, now: datetime) -> Iterator[JobRun]:
    try:
        run, missed = due.sort_out(job, list(due.times(job, mark, now)), now)
    except (ValueError, TypeError) as error:  # the plugin's schedule can't be read
        job_runs.blame(platform, job, error, now)
        return
    job_runs.miss(platform, job, missed, now)
    for scheduled in run:
        done = job_runs.run_at(platform, job, scheduled, now=now)
        if done is not None:
            log.info("%s %s %s", job.key, scheduled.isoformat(), done.state)
            yield done


def start(platform: Platform) -> BackgroundScheduler:
    """Tick every fifteen seconds in the background. The job store is memory: a shared one can't be (measured)."""
    scheduler = BackgroundScheduler(timezone=TZ)
    options = {"max_instances": 1, "coalesce": True, "next_run_time": datetime.now(TZ)}
    scheduler.add_job(lambda: _safely(platform), "interval", seconds=EVERY_S, **options)
    scheduler.start()
    return scheduler


def _safely(platform: Platform) -> None:
    try:
        tick(platform)
    except Exception:
        log.exception("a tick failed; the next one tries again")
