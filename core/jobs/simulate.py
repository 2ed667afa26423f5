"""The simulator (模拟推演): a campaign lived on a fast clock in a throw-away copy, to see what it will ask of whom.

Nobody reports anything in it: what is owed after the last day that has records stays open, and the escalation shows. Only
the embedded database is copied.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import func, select

from core.base.errors import Invalid, Problem
from core.base.say import Say
from core.base.window import TZ, end_of
from core.jobs import due
from core.jobs.tick import tick
from core.services.measuring import days
from core.services.messaging.messages import KINDS, Message
from core.services.operations import faults
from core.services.owing import obligations
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.scheduled.job_runs import STATES, all_jobs
from core.services.store.db import Database

STARTS = time(0, 1)


@dataclass
class Month:
    """What one month asked: duties due in it by rule, messages by kind, runs by job and state; and the duties and jobs that
    raised, each with what it said."""

    first: date
    owed: Counter[str] = field(default_factory=Counter)
    open: int = 0
    told: Counter[str] = field(default_factory=Counter)
    runs: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: dict[str, str] = field(default_factory=dict)


@contextmanager
def copied(platform: Platform) -> Iterator[Platform]:
    """The platform on a copy of its store that is gone afterwards."""
    if not platform.db.sqlite:
        raise Invalid([Problem("", Say("模拟推演只能在内嵌数据库上进行：请先导出，再载入一个内嵌的副本"))])
    with tempfile.TemporaryDirectory(prefix="actions-simulate-") as folder:
        platform.db.copy_to(Path(folder) / "actions.db")
        url = f"sqlite:///{folder}/actions.db"
        config = replace(platform.config, data=Path(folder), database_url=url, clock="", backups=None)
        db = Database(config.database_url, durable=False)
        try:
            yield Platform(config, db, platform.catalog)
        finally:
            db.close()


def simulate(
    platform: Platform, since: date, until: date, *, only: str = "", say: Callable[[str], None] = lambda _text: None
) -> list[Month]:
    """Live ``since`` to ``until`` on ``platform``, which is thrown away. ``only``: count one plugin's duties and jobs."""
    months: dict[date, Month] = {}
    day = since
    while day <= until:
        month = months.setdefault(day.replace(day=1), Month(day.replace(day=1)))
        if day.day in (1, 15) or day == since:  # duties are laid out a month ahead, and nobody reports anything here
            with platform.work(now=datetime.combine(day, STARTS, TZ), source="job", settle=False) as work:
                if not days.kept(work.session, day):
                    obligations.roll(work, day - timedelta(days=15))
        for moment in _moments(platform, day):
            for run in tick(platform, moment, begins=False):
                if run.job.startswith(only):
                    month.runs[run.job, run.state] += 1
        if day == until or (day + timedelta(days=1)).day == 1:
            _count(platform, month, max(month.first, since), day, only)
            say(f"{month.first:%Y-%m}：应办 {sum(month.owed.values())} 件，提醒 {sum(month.told.values())} 条")
        day += timedelta(days=1)
    return list(months.values())


def _moments(platform: Platform, day: date) -> Sequence[datetime]:
    """Every moment of the day at which a job is due, and its beginning."""
    begin = datetime.combine(day, time(0, 0), TZ) - timedelta(microseconds=1)
    found = {t for job in all_jobs(platform.catalog).values() for t in due.times(job, begin, end_of(day))}
    return sorted(found | {datetime.combine(day, STARTS, TZ)})


def _count(platform: Platform, month: Month, since: date, until: date, only: str) -> None:
    first, last = datetime.combine(since, time(0, 0), TZ), end_of(until)
    with platform.reading(now=last) as work:
        o = Obligation
        within = (o.due_at >= first, o.due_at <= last, o.rule.like(f"{only}%"))
        rows = select(o.rule, func.count(), func.count(o.done_at)).where(*within).group_by(o.rule)
        for rule, owed, done in work.session.execute(rows):
            month.owed[rule] += owed
            month.open += owed - done
        told = select(Message.kind, func.count()).where(Message.created_at >= first, Message.created_at <= last)
        month.told.update({row[0]: row[1] for row in work.session.execute(told.group_by(Message.kind))})
        for place, row in faults.standing(work.session).items():
            kind, _, key = place.partition(":")
            if (
                kind in ("deadline", "job") and key.startswith(only) and row.recent
            ):  # not one that lacks a partner's data
                month.broken[key] = row.what


def broken(months: Sequence[Month]) -> dict[str, str]:
    """Every duty and job that raised, with what it said last."""
    return {key: what for month in months for key, what in month.broken.items()}


@contextmanager
def quiet(only: str = "") -> Iterator[None]:
    """A year is ten thousand runs of jobs: no line for each but those of the plugin that is looked at."""

    def wanted(record: logging.LogRecord) -> bool:
        said = record.getMessage()
        return record.levelno > logging.INFO or bool(only and said.startswith(only))

    log = logging.getLogger("actions.jobs")
    log.addFilter(wanted)
    try:
        yield
    finally:
        log.removeFilter(wanted)


def lines(platform: Platform, months: Sequence[Month]) -> Iterator[str]:
    """What it comes to, month by month, in words."""
    catalog = platform.catalog
    labels = {job.key: job.label for job in all_jobs(catalog).values()}
    for month in months:
        yield f"\n{month.first:%Y年%m月}：应办 {sum(month.owed.values())} 件，其中 {month.open} 件没有办"
        for rule, many in month.owed.most_common():
            yield f"  {catalog.deadlines[rule].label}：{many}" if rule in catalog.deadlines else f"  {rule}：{many}"
        yield "  发出：" + ("、".join(f"{KINDS.get(k, k)} {n} 条" for k, n in month.told.items()) or "没有")
        for (job, state), many in sorted(month.runs.items()):
            yield f"  任务 {labels.get(job, job)}：{STATES[state]} {many} 次"
    if found := broken(months):
        yield ""
        yield "以下各项在推演中出错，上面没有它们的数："
        yield from (f"  ✗ {key}：{what}" for key, what in sorted(found.items()))
