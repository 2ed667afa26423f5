"""When a job is due: its scheduled times in Asia/Shanghai between two moments, and what the miss policy makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from apscheduler.triggers.cron import CronTrigger

from core.base.describe import Job, Missed
from core.base.window import TZ

GRACE = timedelta(minutes=5)  # younger than that is on time, not missed


def times(job: Job, after: datetime, until: datetime) -> Iterator[datetime]:
    """The scheduled times in (after, until]. ``Job.when`` holds CronTrigger's words, so mon is Monday."""
    trigger = _trigger(tuple(sorted(job.when.items())))
    moment = after + timedelta(microseconds=1)
    while (following := trigger.get_next_fire_time(None, moment)) is not None and following <= until:
        yield following
        moment = following + timedelta(microseconds=1)


@cache
def _trigger(words: tuple[tuple[str, Any], ...]) -> CronTrigger:
    return CronTrigger(timezone=TZ, **dict(words))


def sort_out(job: Job, due: list[datetime], now: datetime) -> tuple[list[datetime], list[datetime]]:
    """(to run, to note as missed) of the due times, by the job's policy: ``ALL`` runs every one, ``ONCE`` the newest,
    ``SKIP`` only one that is on time."""
    if job.missed is Missed.ALL or not due:
        return due, []
    fresh = [t for t in due if now - t <= GRACE]
    run = due[-1:] if job.missed is Missed.ONCE else fresh[-1:]
    return run, [t for t in due if t not in run]
