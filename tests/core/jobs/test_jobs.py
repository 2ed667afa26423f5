"""A duty fires once: however often and from wherever it is tried, after any outage, and whatever another job does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.api import Job, JobContext, Missed
from core.base.blocks import plain
from core.checks.surroundings import look_around
from core.estate.units import Complex
from core.jobs import due
from core.jobs import tick as clock
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services.audit.journal import JournalEntry
from core.services.measuring import days
from core.services.operations import faults
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.scheduled import job_apart, job_runs
from core.services.scheduled.job_runs import JobRun
from core.services.store.db import Database
from core.services.writing import records
from core.testing import START, at, small_platform
from plugins.environment.records import Standard

WELL = plugins.load(only=["environment"], strict=True).plugins["environment"]
FIRST = at(date(2024, 12, 1), 9)


def adopt(context: JobContext) -> str:
    """An effect that can be counted."""
    one = context.read(select(Complex.id).order_by(Complex.id).limit(1))[0][0]
    day = context.now.date()
    context.say(f"为 {day} 登记")
    context.save(Standard, {"complex_id": one, "adopted_on": day, "title": f"{day}", "times_a_day": 1})
    return f"{day}"


def fail(context: JobContext) -> str:
    adopt(context)
    raise RuntimeError("the printer is on fire")


def leave(context: JobContext) -> str:
    raise SystemExit(3)


def job(name: str, run: Callable[[JobContext], str] = adopt, missed: Missed = Missed.ONCE, **when: object) -> Job:
    return Job(key=f"environment.{name}", label=name, when=when or {"day": 1, "hour": 9}, run=run, missed=missed)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Platform]]:
    opened: list[Platform] = []

    def make(*jobs: Job, strict: bool = False) -> Platform:
        catalog = Catalog(plugins={"environment": replace(WELL, jobs=jobs)})
        opened.append(small_platform(tmp_path, catalog=catalog, strict=strict))
        return opened[-1]

    yield make
    for one in opened:
        one.db.close()


def tick(platform: Platform, now: datetime | None = None) -> list[JobRun]:
    """The runs of the test's own jobs: the core's run beside them."""
    return [one for one in clock.tick(platform, now) if one.job.startswith("environment.")]


def runs(platform: Platform) -> list[tuple[str, datetime, str]]:
    with platform.reading() as work:
        mine = select(JobRun).where(JobRun.job.like("environment.%"))  # the core's own jobs run beside them
        rows = work.session.scalars(mine.order_by(JobRun.scheduled_at, JobRun.job))
        return [(r.job.removeprefix("environment."), r.scheduled_at, r.state) for r in rows]


def effects(platform: Platform) -> list[str]:
    with platform.reading() as work:
        return list(work.session.scalars(select(Standard.title).order_by(Standard.title)))


def test_twice_asked_once_done(made: Callable[..., Platform]) -> None:
    platform = made(job("monthly"))
    assert tick(platform, FIRST - timedelta(seconds=1)) == []
    assert [r.state for r in tick(platform, FIRST)] == ["done"]
    assert tick(platform, FIRST) == []
    assert tick(platform, FIRST + timedelta(hours=5)) == []
    assert effects(platform) == ["2024-12-01"]
    with platform.reading() as work:
        row = work.session.get_one(JobRun, ("environment.monthly", FIRST))
        assert (row.result, row.log, row.error) == ("2024-12-01", "为 2024-12-01 登记", None)
        assert row.scheduled_at == row.started_at <= row.ended_at
        assert (
            work.session.scalars(
                select(JournalEntry.source).where(JournalEntry.subject == "environment.standard")
            ).one()
            == "job"
        )


def test_many_processes_tick_at_once(made: Callable[..., Platform]) -> None:
    first = made(job("monthly", missed=Missed.ALL))
    others = [Platform(first.config, Database(first.config.database_url), first.catalog) for _ in range(3)]
    now = at(date(2025, 3, 1), 10)
    with ThreadPoolExecutor(4) as pool:
        done = [len(found) for found in pool.map(lambda p: tick(p, now), [first, *others])]
    for other in others:
        other.db.close()
    assert sum(done) == 4
    assert effects(first) == ["2024-12-01", "2025-01-01", "2025-02-01", "2025-03-01"]


@pytest.mark.parametrize(
    ("policy", "states"),
    [
        (Missed.ALL, ["done", "done", "done"]),
        (Missed.ONCE, ["missed", "missed", "done"]),
        (Missed.SKIP, ["missed", "missed", "missed"]),
    ],
)
def test_after_an_outage_the_policy_is_followed_and_recorded(
    policy: Missed, states: list[str], made: Callable[..., Platform]
) -> None:
    platform = made(job("monthly", missed=policy))
    tick(platform, at(date(2025, 2, 3)))  # down since the campaign began: three months passed
    assert [state for _, _, state in runs(platform)] == states
    assert [when.date() for _, when, _ in runs(platform)] == [date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1)]
    assert effects(platform) == [str(when.date()) for _, when, state in runs(platform) if state == "done"]
    assert tick(platform, at(date(2025, 2, 4))) == []


def test_after_an_outage_over_two_month_ends_the_duties_are_those_of_a_server_that_never_stopped(
    tmp_path: Path,
) -> None:
    """Down from 28 November until 3 January: November and December are judged, January is open, the monthly jobs follow
    their policy."""

    def lived(folder: str, days_up: list[date]) -> tuple[set[tuple[object, ...]], list[tuple[str, datetime, str]]]:
        (tmp_path / folder).mkdir()
        catalog = Catalog(plugins={"environment": replace(WELL, jobs=(job("monthly", missed=Missed.ALL),))})
        platform = small_platform(tmp_path / folder, catalog=catalog)
        for day in days_up:
            tick(platform, at(day))
            if day == date(2024, 11, 20):
                with platform.work(now=at(day, 11)) as work:
                    told = {"complex_id": 1, "held_on": day, "people": 5, "photos": ["demo"]}
                    spots = ["出入口", "地下室", "入户大堂", "卫生死角", "垃圾收集点"]
                    records.save(work, "environment.cleanup", told | {"spots": spots})
        with platform.reading(now=at(days_up[-1])) as work:
            o = Obligation
            rows = select(o.rule, o.period, o.unit_id, o.opened_at, o.due_at, o.done_at, o.in_time, o.late_entry)
            kept = {tuple(row) for row in work.session.execute(rows)}
        found = runs(platform)
        platform.db.close()
        return kept, found

    every = [date(2024, 11, 8) + timedelta(days=n) for n in range(57)]
    assert every[-1] == date(2025, 1, 3)
    always, ran = lived("always", every)
    outage, made_up = lived("outage", [d for d in every if d <= date(2024, 11, 28) or d == every[-1]])
    assert outage == always
    periods = {
        (period, done is not None) for rule, period, *_, done, _, _ in outage if rule.endswith("monthly_cleanup")
    }
    assert {("2024-11", True), ("2024-11", False), ("2024-12", False), ("2025-01", False)} <= periods
    assert made_up == ran and [when.date() for _, when, _ in ran] == [date(2024, 12, 1), date(2025, 1, 1)]


def test_skip_runs_what_is_on_time(made: Callable[..., Platform]) -> None:
    platform = made(job("monthly", missed=Missed.SKIP))
    assert [r.state for r in tick(platform, FIRST + due.GRACE)] == ["done"]


def test_a_failure_is_shown_keeps_nothing_half_done_and_the_others_go_on(made: Callable[..., Platform]) -> None:
    platform = made(job("a_broken", fail), job("b_leaves", leave), job("c_well"))
    assert [r.state for r in tick(platform, FIRST)] == ["failed", "failed", "done"]
    assert effects(platform) == ["2024-12-01"]  # of c_well alone: what a_broken saved is gone
    with platform.reading() as work:
        assert {"job:environment.a_broken", "job:environment.b_leaves"} <= set(faults.standing(work.session))
        mine = select(JobRun).where(JobRun.job.like("environment.%")).order_by(JobRun.job)
        errors = [r.error or "" for r in work.session.scalars(mine)]
    assert "the printer is on fire" in errors[0] and "SystemExit" in errors[1] and not errors[2]
    assert any("job:environment.a_broken" in found.text for found in look_around(platform))
    assert tick(platform, FIRST + timedelta(seconds=59)) == []  # its pause is not over


def test_a_failed_run_is_tried_again_after_growing_pauses_and_then_left(made: Callable[..., Platform]) -> None:
    """After 1, 5 and 30 minutes; the fourth failure stays, and is shown."""
    platform = made(job("broken", fail))
    tries = [m for m in range(200) if tick(platform, FIRST + timedelta(minutes=m))]
    assert tries == [0, 1, 6, 36]
    with platform.reading() as work:
        row = work.session.get_one(JobRun, ("environment.broken", FIRST))
        assert (row.state, row.attempts, row.again_at) == ("failed", 4, None)


def test_what_works_at_the_second_try_is_done_once_in_its_own_row(made: Callable[..., Platform]) -> None:
    platform = made(job("monthly", fail))
    tick(platform, FIRST)
    mended = Platform(
        platform.config, platform.db, Catalog(plugins={"environment": replace(WELL, jobs=(job("monthly"),))})
    )
    assert [r.state for r in tick(mended, FIRST + timedelta(minutes=2))] == ["done"]
    assert tick(mended, FIRST + timedelta(minutes=3)) == [] and effects(mended) == ["2024-12-01"]
    assert runs(mended) == [("monthly", FIRST, "done")]
    with mended.reading() as work:
        assert faults.standing(work.session) == {}


def test_a_job_that_hangs_is_cut_off_at_its_limit_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bundled plugins' jobs, each in a process of its own; one of them never ends."""
    platform = small_platform(tmp_path, catalog=plugins.load(only=["environment"], strict=True), strict=False)
    (own,) = platform.catalog.plugins["environment"].jobs
    monkeypatch.setattr(job_apart, "STARTING_S", 0)
    hung = job_apart.run_apart(platform, replace(own, limit_s=0.05), FIRST, FIRST)  # type: ignore[arg-type]
    assert hung is not None and hung.state == "failed" and "已中止" in (hung.error or "")
    monkeypatch.setattr(job_apart, "STARTING_S", 60)
    later = FIRST + timedelta(minutes=2)
    done = job_apart.run_apart(platform, own, FIRST, later)
    assert done is not None and (done.state, done.attempts) == ("done", 2)
    assert job_apart.run_apart(platform, own, FIRST, later) is None, "done is done"
    platform.db.close()


def test_a_failed_job_is_run_again_by_hand_and_its_fault_goes(made: Callable[..., Platform]) -> None:
    platform = made(job("monthly", fail))
    tick(platform, FIRST)
    healthy = Catalog(plugins={"environment": replace(WELL, jobs=(job("monthly"),))})
    mended = Platform(platform.config, platform.db, healthy)
    run = job_runs.run_now(mended, "environment.monthly", FIRST + timedelta(minutes=7))
    assert (run.state, run.manual, effects(mended)) == ("done", True, ["2024-12-01"])
    with mended.reading() as work:
        assert faults.standing(work.session) == {}


def test_a_run_by_hand_moves_no_watermark(made: Callable[..., Platform]) -> None:
    platform = made(job("monthly", missed=Missed.ALL))
    job_runs.run_now(platform, "environment.monthly", at(date(2025, 1, 15)))
    assert [r.scheduled_at.month for r in tick(platform, at(date(2025, 1, 15), 11))] == [12, 1]


def test_a_job_that_breaks_a_unique_key_failed_and_was_not_run_by_another(made: Callable[..., Platform]) -> None:
    def clash(context: JobContext) -> str:
        raise IntegrityError("insert", {}, Exception("UNIQUE constraint failed"))

    platform = made(job("clash", clash))
    assert [r.state for r in tick(platform, FIRST)] == ["failed"]


def test_a_schedule_that_cannot_be_read_is_a_fault_of_that_job_alone(made: Callable[..., Platform]) -> None:
    platform = made(job("unreadable", hours=9), job("well"))
    assert [r.job for r in tick(platform, FIRST)] == ["environment.well"]
    with platform.reading() as work:
        assert "job:environment.unreadable" in faults.standing(work.session)


def test_strict_raises(made: Callable[..., Platform]) -> None:
    platform = made(job("broken", fail), strict=True)
    with pytest.raises(RuntimeError, match="on fire"):
        tick(platform, FIRST)
    assert effects(platform) == [] and runs(platform) == []


def test_a_tick_begins_the_day_once(made: Callable[..., Platform]) -> None:
    platform = made()
    for hour in (0, 1, 23):
        tick(platform, at(date(2024, 11, 20), hour))
    with platform.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(days.KeptDay)) == 2  # the first day, and this one


def test_times_are_those_of_shanghai_and_mon_is_monday() -> None:
    weekly = job("weekly", day_of_week="mon", hour=8)
    found = list(due.times(weekly, at(START), at(date(2024, 11, 25), 8)))
    assert [(t.isoformat(), t.weekday()) for t in found] == [
        ("2024-11-11T08:00:00+08:00", 0),
        ("2024-11-18T08:00:00+08:00", 0),
        ("2024-11-25T08:00:00+08:00", 0),
    ]


def test_a_watermark_with_a_fraction_of_a_second_misses_nothing() -> None:
    just_before = FIRST - timedelta(milliseconds=400)
    assert list(due.times(job("monthly"), just_before, FIRST)) == [FIRST]


def test_the_days_of_a_demo_world_do_not_pass_by_themselves(tmp_path: Path) -> None:
    platform = small_platform(tmp_path, today=date(2024, 12, 1))
    tick(platform)
    tick(platform)
    with platform.reading() as work:
        assert work.today == date(2024, 12, 1)
        assert work.session.scalar(select(func.max(days.KeptDay.day))) == date(2024, 12, 1)
    platform.db.close()


def test_the_summary_of_the_month_says_what_was_done(platform: Platform) -> None:
    run = next(one for one in tick(platform, FIRST) if one.job == "environment.monthly_summary")
    assert plain(run.result or "") == "2024年11月：0个小区开展大扫除0次，0人次参加。"
