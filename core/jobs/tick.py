"""One tick, unless the clock is doubted (clock_hold.py): begin the day if it has not begun, run what is due, try again what failed,
tell what is urgent, send what waits. Any number of processes may tick at once, each beside web processes or by itself (``actions
scheduler``). Next: clock.py."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event

from sqlalchemy.exc import IntegrityError

from core.base.describe import Job
from core.base.window import end_of
from core.jobs import due
from core.services.measuring import days
from core.services.messaging import messages, reminders
from core.services.operations import pauses
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.scheduled import clock_hold, job_runs, own_jobs
from core.services.scheduled.job_runs import OWN, JobRun, Runner

log = logging.getLogger("actions.jobs")
NEVER = Event()  # what is never over


def here(platform: Platform, job: Job, scheduled: datetime, now: datetime, *, manual: bool = False) -> JobRun | None:
    """Run in this process: for tests, the simulator and the core's own jobs."""
    return job_runs.run_at(platform, job, scheduled, now=now, manual=manual)


def tick(
    platform: Platform,
    now: datetime | None = None,
    *,
    runner: Runner = here,
    begins: bool = True,
    over: Event = NEVER,
) -> list[JobRun]:
    """Everything due by ``now`` (default: the platform's clock) that nobody has done yet; the runs this call made.
    ``begins``: the day too, if it has not begun. ``over``: once it is set, no other job is begun. Who names the moment answers
    for it; our own clock may be doubted."""
    if now is None and clock_hold.holds(platform):
        return []
    with platform.reading(now=now) as work:
        now = work.now
        every = job_runs.all_jobs(platform.catalog)
        jobs = {key: job for key, job in every.items() if not pauses.paused(work, f"job:{key}")}
        start = end_of(work.campaign.starts_on)
        begun = days.kept(work.session, work.today)
        marks = dict.fromkeys(jobs, start) | job_runs.watermarks(work.session)
        again = [(jobs[key], scheduled) for key, scheduled in job_runs.to_retry(work) if key in jobs]
    if begins and not begun:
        _begin(platform, now)
    made: list[JobRun] = []
    for job, scheduled in again:
        if over.is_set():
            return made
        with _shielded(platform, job.key):
            made += filter(None, [_runner(job, runner)(platform, job, scheduled, now)])
    for key, job in jobs.items():
        if over.is_set():
            return made
        with _shielded(platform, key):
            made += _run_due(platform, job, marks[key], now, _runner(job, runner))
    with _shielded(platform, "core.urgent"):
        _urgent(platform, now)
    return made


@contextmanager
def _shielded(platform: Platform, key: str) -> Iterator[None]:
    """What goes wrong with one (a store that is busy, a key another process wrote first) keeps nothing else from running."""
    try:
        yield
    except Exception:
        if platform.config.strict:
            raise
        log.exception("%s could not be run; the next tick tries again", key)


def _runner(job: Job, runner: Runner) -> Runner:
    return here if job.key in OWN else runner


def _urgent(platform: Platform, now: datetime) -> None:
    """What must be answered within the day it came in is told at once; looked up before anything is locked."""
    with platform.reading(now=now) as work:
        told = list(reminders.urgent(work))
        news = messages.untold(work, told)
    if news:
        with platform.work(SYSTEM_ACTOR, now=now, source="job", settle=False) as work:
            messages.tell(work, news, own_jobs.WAYS)


def _begin(platform: Platform, now: datetime) -> None:
    """The core's own daily job. Of several processes one wins; the others' insert fails, and the day has begun."""
    try:
        with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
            days.begin(work)
    except IntegrityError:
        with platform.reading(now=now) as work:
            if not days.kept(work.session, work.today):
                raise


def _run_due(platform: Platform, job: Job, mark: datetime, now: datetime, runner: Runner) -> Iterator[JobRun]:
    try:
        run, missed = due.sort_out(job, list(due.times(job, mark, now)), now)
    except (ValueError, TypeError) as error:  # the plugin's schedule can't be read
        job_runs.blame(platform, job, error, now)
        return
    job_runs.miss(platform, job, missed, now)
    for scheduled in run:
        done = runner(platform, job, scheduled, now)
        if done is not None:
            log.info("%s %s %s", job.key, scheduled.isoformat(), done.state)
            yield done
