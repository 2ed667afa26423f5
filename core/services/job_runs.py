"""Runs of jobs: one unique row a job and scheduled time, written in the same transaction as the effect, so that any number
of processes may try and one effect happens (reliability.md, finding 6). When a job is due is said by core/jobs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, Text, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, make_transient, mapped_column

from core.base.declared import Base
from core.base.describe import Job
from core.base.facts import JobContext
from core.base.record import Record
from core.base.window import Moment
from core.kernel.plugins import fault as described
from core.services import faults, records
from core.services.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.work import Work

DONE, FAILED, MISSED = "done", "failed", "missed"
STATES = {DONE: "完成", FAILED: "失败", MISSED: "错过"}


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
    __table_args__ = (Index(None, "scheduled_at"),)

    @property
    def state_label(self) -> str:
        return STATES[self.state]


class _Taken(Exception):
    """Somebody else has run, or is running, this scheduled time."""


class _Broke(Exception):
    """The plugin raised; its own error is the cause. Whatever else goes wrong is the platform's and is tried again."""


def run_at(
    platform: Platform, job: Job, scheduled: datetime, *, now: datetime | None = None, manual: bool = False
) -> JobRun | None:
    """Run ``job`` for its scheduled time, unless it has been run: then None. A failure is kept in place of the effect,
    in a transaction of its own, and stops nobody else. ``now``: the moment it is written (default: the clock)."""
    try:
        with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
            row = _claimed(work, job, scheduled, manual)
            began, lines = time.monotonic(), list[str]()
            try:
                row.result = job.run(context(work, scheduled, lines))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a plugin may even call sys.exit
                raise _Broke from error
            row.log = "\n".join(lines) or None
            row.ended_at = work.now + timedelta(seconds=time.monotonic() - began)
            faults.mended(work, f"job:{job.key}")
            return row
    except _Taken:
        return None
    except _Broke as broke:
        cause = broke.__cause__ or broke
        if platform.config.strict:
            raise cause from None
        return _failed(platform, JobRun(job=job.key, scheduled_at=scheduled, manual=manual), cause, now)


def _claimed(work: Work, job: Job, scheduled: datetime, manual: bool) -> JobRun:
    """The run's row, written first: its key decides who runs. The loser's insert fails, or waits and then fails."""
    if work.session.get(JobRun, (job.key, scheduled)) is not None:
        raise _Taken
    row = JobRun(job=job.key, scheduled_at=scheduled, started_at=work.now, ended_at=work.now, state=DONE, manual=manual)
    work.session.add(row)
    try:
        work.session.flush()
    except IntegrityError:
        raise _Taken from None
    return row


def run_now(platform: Platform, key: str, now: datetime | None = None) -> JobRun:
    """Run a job at once, whatever its schedule says; the run is kept under this very moment."""
    job = platform.catalog.jobs[key]
    with platform.reading(now=now) as work:
        moment = work.now.replace(microsecond=0)
    found = run_at(platform, job, moment, now=moment, manual=True)
    if found is None:
        with platform.reading() as work:
            found = work.session.get_one(JobRun, (key, moment))
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
        faults.record(work.session, f"job:{job.key}", described(_slug(job), "job", error), work.now)


def watermark(session: Session, key: str) -> datetime | None:
    """The latest scheduled time of a job that has a row."""
    return session.scalar(select(func.max(JobRun.scheduled_at)).where(JobRun.job == key, ~JobRun.manual))


def latest(session: Session, keys: Sequence[str], each: int = 5) -> dict[str, list[JobRun]]:
    """The newest runs of each job, in one statement."""
    nth = func.row_number().over(partition_by=JobRun.job, order_by=JobRun.scheduled_at.desc())
    ranked = select(JobRun, nth.label("nth"))
    rows = ranked.where(JobRun.job.in_(keys)).subquery()
    out: dict[str, list[JobRun]] = {key: [] for key in keys}
    newest = select(JobRun).join(rows, (rows.c.job == JobRun.job) & (rows.c.scheduled_at == JobRun.scheduled_at))
    for one in session.scalars(newest.where(rows.c.nth <= each).order_by(JobRun.scheduled_at.desc())):
        out[one.job].append(one)
    return out


def context(work: Work, scheduled: datetime, lines: list[str]) -> JobContext:
    def save(model: type[Record], values: dict[str, Any]) -> int:
        return records.save(work, work.catalog.key_of(model), values).record.id

    return JobContext(now=scheduled, read=lambda rows: work.session.execute(rows).all(), save=save, say=lines.append)


def _failed(platform: Platform, row: JobRun, error: BaseException, now: datetime | None) -> JobRun | None:
    """The failure in place of the effect; None if another process has run it in the meantime."""
    found = described(_slug(platform.catalog.jobs[row.job]), "job", error)
    row.state, row.error, row.log = FAILED, found.what, found.trace
    for last in (False, True):
        try:
            with platform.work(SYSTEM_ACTOR, now=now, source="job") as work:
                if work.session.get(JobRun, (row.job, row.scheduled_at)) is not None:
                    return None
                row.started_at = row.ended_at = work.now
                work.session.add(row)
                faults.record(work.session, f"job:{row.job}", found, work.now)
            return row
        except IntegrityError:  # two processes named the same fault, or wrote the same run, at once: look again
            if last:
                raise
            make_transient(row)
    return None


def _slug(job: Job) -> str:
    return job.key.partition(".")[0]
