"""Runs of jobs: one unique row a job and scheduled time, written in the same transaction as the effect, so that any number
of processes may try and one effect happens (reliability.md, finding 6). When a job is due is said by core/jobs.

A run that failed is tried again after growing pauses, in its own row. Next: job_apart.py (a run that can be cut off).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Index, Integer, String, Text, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base
from core.base.describe import Job
from core.base.errors import Invalid, Problem
from core.base.facts import JobContext
from core.base.record import Record
from core.base.say import Say
from core.base.window import Moment
from core.config import Config
from core.kernel.catalog import Catalog
from core.kernel.plugins import fault as described
from core.services.messaging.telling import Teller
from core.services.operations import faults
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.store import plain_reads
from core.services.work import Work
from core.services.writing import records

DONE, FAILED, MISSED = "done", "failed", "missed"
STATES = {DONE: "完成", FAILED: "失败", MISSED: "错过"}
LONGEST = 20_000  # characters kept of what a run says
PAUSES = tuple(
    timedelta(minutes=m) for m in (1, 5, 30)
)  # a failure is tried again after each; then it stays, and is shown


@dataclass(frozen=True, kw_only=True)
class OwnContext(JobContext):
    """What the core's own jobs are given besides. ``beforehand``: what was done before the run was written (``BEFORE``)."""

    work: Work
    config: Config
    beforehand: str = ""


class JobRun(Base):
    """One scheduled time of one job and what became of it. ``manual``: somebody pressed the button; it moves no watermark."""

    __tablename__ = "job_run"
    job: Mapped[str] = mapped_column(String(80), primary_key=True)
    scheduled_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(10))
    manual: Mapped[bool] = mapped_column(default=False)
    result: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    log: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    again_at: Mapped[datetime | None] = mapped_column(Moment)  # when a failed run is tried again
    __table_args__ = (Index(None, "scheduled_at"), Index("ix_job_run_again", "again_at"))

    @property
    def state_label(self) -> str:
        return STATES[self.state]


class Runner(Protocol):
    """``run_at``, wherever."""

    def __call__(
        self, platform: Platform, job: Job, scheduled: datetime, now: datetime, *, manual: bool = False
    ) -> JobRun | None: ...


OWN: dict[str, Job] = {}  # the core's own jobs, by key (own_jobs.py)
# What one of them does before its run is written, because it takes long and may be done twice: nobody waits for the store.
BEFORE: dict[str, Callable[[Platform, datetime], str]] = {}


def all_jobs(catalog: Catalog) -> dict[str, Job]:
    """The core's own and the plugins'."""
    from core.services.scheduled import own_jobs, upkeep  # noqa: F401, PLC0415 - they fill OWN, and need this module

    return {**OWN, **catalog.jobs}


class _Taken(Exception):
    """Somebody else has run, or is running, this scheduled time."""


class Elsewhere(Exception):
    """Another process is at it; the next tick sees whether it came to its end."""


class _Broke(Exception):
    """The plugin raised; its own error is the cause. Whatever else goes wrong is the platform's and is tried again."""


def run_at(
    platform: Platform, job: Job, scheduled: datetime, *, now: datetime | None = None, manual: bool = False
) -> JobRun | None:
    """Run ``job`` for its scheduled time, unless it has been run: then None. A failure is kept in place of the effect,
    in a transaction of its own, and stops nobody else. ``now``: the moment it is written (default: the clock)."""
    try:
        done = _beforehand(platform, job, scheduled, now) if job.key in BEFORE else ""
        with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
            row = _claimed(work, job, scheduled, manual)
            began, lines = time.monotonic(), list[str]()
            given = context(work, job.key, scheduled, lines)
            if job.key in OWN:
                given = OwnContext(**vars(given), work=work, config=platform.config, beforehand=done)
            try:
                row.result = _sentence(job.run(given))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a plugin may even call sys.exit
                raise _Broke from error
            row.log = "\n".join(map(str, lines))[:LONGEST] or None
            row.ended_at = work.now + timedelta(seconds=time.monotonic() - began)
            faults.mended(work, f"job:{job.key}")
            return row
    except _Taken:
        return None
    except _Broke as broke:
        cause = broke.__cause__ or broke
        if platform.config.strict:
            raise cause from None
        return failed(platform, job, scheduled, cause, now, manual=manual)


def _sentence(said: Any) -> str | None:
    """What a job returns, to be kept. Raises ``TypeError``."""
    if said is not None and not isinstance(said, str):
        raise TypeError(f"a job returns a sentence, not {type(said).__name__}")
    return said if said is None else said[:LONGEST]


def _beforehand(platform: Platform, job: Job, scheduled: datetime, now: datetime | None) -> str:
    with platform.reading(now=now) as work:
        earlier = work.session.get(JobRun, (job.key, scheduled))
        if earlier is not None and not _to_be_tried(earlier, work.now):
            raise _Taken
    try:
        return BEFORE[job.key](platform, scheduled)
    except Elsewhere:
        raise _Taken from None
    except Exception as error:
        raise _Broke from error


def _to_be_tried(row: JobRun, now: datetime) -> bool:
    return row.state == FAILED and row.again_at is not None and row.again_at <= now


def _claimed(work: Work, job: Job, scheduled: datetime, manual: bool) -> JobRun:
    """The run's row, written first: its key decides who runs. The loser's insert fails, or waits and then fails."""
    if (earlier := work.session.get(JobRun, (job.key, scheduled))) is not None:
        return _again(work, earlier)
    row = JobRun(job=job.key, scheduled_at=scheduled, started_at=work.now, ended_at=work.now, state=DONE, manual=manual)
    row.attempts = 1
    work.session.add(row)
    try:
        work.session.flush()
    except IntegrityError:
        raise _Taken from None
    return row


def _again(work: Work, row: JobRun) -> JobRun:
    """A failed run whose pause is over, taken by the one whose update counts."""
    mine = (JobRun.job == row.job, JobRun.scheduled_at == row.scheduled_at, JobRun.attempts == row.attempts)
    if not _to_be_tried(row, work.now):
        raise _Taken
    words = {"state": DONE, "attempts": row.attempts + 1, "again_at": None, "error": None, "started_at": work.now}
    taken = work.session.execute(update(JobRun).where(*mine, JobRun.state == FAILED).values(words))
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise _Taken
    work.session.refresh(row)
    return row


def to_retry(work: Work) -> list[tuple[str, datetime]]:
    """(job, scheduled time) of the failed runs whose pause is over."""
    rows = select(JobRun.job, JobRun.scheduled_at).where(JobRun.state == FAILED, JobRun.again_at <= work.now)
    return [(row.job, row.scheduled_at) for row in work.session.execute(rows.order_by(JobRun.again_at))]


def run_now(platform: Platform, key: str, now: datetime | None = None, runner: Runner | None = None) -> JobRun:
    """Run a job at once, whatever its schedule says; the run is kept under this very moment. ``runner``: where a plugin's is
    run (default: here)."""
    job = all_jobs(platform.catalog)[key]
    with platform.reading(now=now) as work:
        moment = work.now.replace(microsecond=0)
    if runner is None or key in OWN:
        found = run_at(platform, job, moment, now=moment, manual=True)
    else:
        found = runner(platform, job, moment, moment, manual=True)
    if found is None:
        with platform.reading() as work:
            found = work.session.get(JobRun, (key, moment))
            if found is None:
                raise Invalid([Problem("", Say("这项任务正由另一个进程执行，请稍后再看结果"))])
            work.session.expunge(found)
    return found


def miss(platform: Platform, job: Job, times: Sequence[datetime], now: datetime | None = None) -> None:
    """Keep that scheduled times were passed over by the job's miss policy."""
    if not times:
        return
    with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
        there = select(JobRun.scheduled_at).where(JobRun.job == job.key, JobRun.scheduled_at >= min(times))
        held = set(work.session.scalars(there))
        work.session.add_all(
            JobRun(job=job.key, scheduled_at=t, started_at=work.now, ended_at=work.now, state=MISSED)
            for t in times
            if t not in held
        )


def blame(platform: Platform, job: Job, error: BaseException, now: datetime | None = None) -> None:
    """Keep a fault that left no run behind: a schedule that can't be read."""
    with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
        faults.record(work, f"job:{job.key}", described(_slug(job), "job", error))


def watermarks(session: Session) -> dict[str, datetime]:
    """The latest scheduled time of each job that has a row."""
    rows = select(JobRun.job, func.max(JobRun.scheduled_at)).where(~JobRun.manual).group_by(JobRun.job)
    return {row[0]: row[1] for row in session.execute(rows)}


@dataclass(frozen=True)
class Outage:
    """Scheduled times of a job that passed while the server stood still and were not made up for one by one."""

    many: int
    first: datetime
    last: datetime


def outages(session: Session, keys: Sequence[str]) -> dict[str, Outage]:
    """The newest of each job: what was passed over at one moment."""
    span = (func.count(), func.min(JobRun.scheduled_at), func.max(JobRun.scheduled_at))
    rows = (
        select(JobRun.job, *span)
        .where(JobRun.state == MISSED, JobRun.job.in_(keys))
        .group_by(JobRun.job, JobRun.started_at)
        .order_by(JobRun.started_at)
    )
    return {job: Outage(many, first, last) for job, many, first, last in session.execute(rows)}


def latest(session: Session, keys: Sequence[str], each: int = 5) -> dict[str, list[JobRun]]:
    """The newest runs of each job, in one statement; what was passed over is said by ``outages``."""
    nth = func.row_number().over(partition_by=JobRun.job, order_by=JobRun.scheduled_at.desc())
    ranked = select(JobRun, nth.label("nth"))
    rows = ranked.where(JobRun.job.in_(keys), JobRun.state != MISSED).subquery()
    out: dict[str, list[JobRun]] = {key: [] for key in keys}
    newest = select(JobRun).join(rows, (rows.c.job == JobRun.job) & (rows.c.scheduled_at == JobRun.scheduled_at))
    for one in session.scalars(newest.where(rows.c.nth <= each).order_by(JobRun.scheduled_at.desc())):
        out[one.job].append(one)
    return out


def context(work: Work, key: str, scheduled: datetime, lines: list[str]) -> JobContext:
    """What a job is given."""

    def save(model: type[Record], values: dict[str, Any]) -> int:
        return records.save(work, work.catalog.key_of(model), values).record.id

    def read(rows: Any) -> Sequence[Any]:
        return plain_reads.rows(work.session, rows)

    return JobContext(now=scheduled, read=read, save=save, say=lines.append, tell=Teller(work, key, scheduled))


def failed(
    platform: Platform,
    job: Job,
    scheduled: datetime,
    error: BaseException,
    now: datetime | None = None,
    *,
    manual: bool = False,
) -> JobRun | None:
    """The failure in place of the effect, with when it is tried again; None if another process has run it meanwhile."""
    found = described(_slug(job), "job", error)
    for last in (False, True):
        try:
            with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
                row = work.session.get(JobRun, (job.key, scheduled))
                if row is not None and not _to_be_tried(row, work.now):
                    return None
                if row is None:
                    row = JobRun(job=job.key, scheduled_at=scheduled, manual=manual, attempts=0)
                    work.session.add(row)
                row.attempts, row.state, row.error, row.log = row.attempts + 1, FAILED, found.what, found.trace
                row.started_at = row.ended_at = work.now
                pauses = () if manual else PAUSES
                row.again_at = work.now + pauses[row.attempts - 1] if row.attempts <= len(pauses) else None
                faults.record(work, f"job:{job.key}", found)
                return row
        except IntegrityError:  # two processes named the same fault, or wrote the same run, at once: look again
            if last:
                raise
    return None


def _slug(job: Job) -> str:
    return job.key.partition(".")[0]
