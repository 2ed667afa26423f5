"""Random histories of a server's clock: outages up to 45 days, the clock put back up to three days. Whatever happened, every
scheduled time has one fate, the one its miss policy says (reliability.md, F13, F14, G9). The reference walks day by day."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise, product
from pathlib import Path

import pytest
from sqlalchemy import select

from core.api import Job, Missed
from core.base.window import end_of
from core.jobs import due
from core.jobs import tick as clock
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services.scheduled import job_runs, own_jobs, upkeep
from core.services.scheduled.job_runs import DONE, MISSED, JobRun
from core.testing import START, at, small_platform

assert own_jobs.OWN and upkeep  # they have entered their jobs, which the store's test leaves out
BEGIN = end_of(START)
SCHEDULES: dict[str, tuple[dict[str, object], Callable[[date], bool], int]] = {  # (cron words, the days, the hour)
    "daily": ({"hour": 8}, lambda day: True, 8),
    "weekly": ({"day_of_week": "mon", "hour": 8}, lambda day: day.weekday() == 0, 8),
    "monthly": ({"day": 1, "hour": 0}, lambda day: day.day == 1, 0),
    "month_end": ({"day": "last", "hour": 8}, lambda day: (day + timedelta(days=1)).day == 1, 8),
    "on_the_31st": ({"day": 31, "hour": 0}, lambda day: day.day == 31, 0),
}
JOBS = {
    (name, policy): Job(
        key=f"environment.{name}_{policy}", label=name, when=words, run=lambda context: "", missed=policy
    )
    for (name, (words, _, _)), policy in product(SCHEDULES.items(), Missed)
}
Fates = Counter[tuple[datetime, str]]


@dataclass(frozen=True)
class Ledger:
    """The pure half of the scheduler: what job_runs keeps, without a store."""

    catches_up: timedelta | None = None  # a saboteur: older than that is never looked for
    from_rows: bool = True  # False is a saboteur: it counts on from its last tick

    def lived(self, job: Job, ticks: Sequence[datetime]) -> Fates:
        fates, mark = Fates(), BEGIN
        for now in ticks:
            since = mark if self.catches_up is None else max(mark, now - self.catches_up)
            found = list(due.times(job, since, now))
            run, missed = due.sort_out(job, found, now)
            assert run == sorted(run), "made up in another order than they fell due"
            fates.update([(t, DONE) for t in run] + [(t, MISSED) for t in missed])
            mark = now if not self.from_rows else max([mark, *found])
        return fates


def falls(name: str, until: datetime) -> list[datetime]:
    """The scheduled times after the campaign's first day, found by looking at every day."""
    _, on, hour = SCHEDULES[name]
    days = (START + timedelta(days=n) for n in range(1, (until.date() - START).days + 1))
    return [moment for day in days if on(day) and (moment := at(day, hour)) <= until]


def said(name: str, policy: Missed, ticks: Sequence[datetime]) -> Fates:
    """What the policy says of each scheduled time: by the first tick at or after it, and who else that tick found."""
    fates = Fates()
    seen = BEGIN
    times = falls(name, max(ticks))
    for now in ticks:
        found = times[bisect_right(times, seen) : bisect_right(times, now)]
        seen = max(seen, now)
        for t in found:
            on_time = now - t <= timedelta(minutes=5)
            runs = policy is Missed.ALL or (t == found[-1] and (policy is Missed.ONCE or on_time))
            fates[t, DONE if runs else MISSED] += 1
    return fates


def ticks_of(chance: random.Random, days: int) -> list[datetime]:
    """The moments a server with an eventful life looked at its clock: it is up and looks soon after every full hour at which
    something may be due, then it is down, or its clock is put back."""
    return list(_phases(chance, BEGIN, BEGIN + timedelta(days=days)))


def _phases(chance: random.Random, now: datetime, end: datetime) -> Iterator[datetime]:
    hours = sorted({hour for _, _, hour in SCHEDULES.values()})
    while now < end:
        stops = now + timedelta(days=chance.uniform(0.1, 20))
        while now < stops:
            yield now
            later = hours[bisect_left(hours, now.hour + 1) % len(hours)]
            now += timedelta(hours=(later - now.hour - 1) % 24 + 1)
            now = now.replace(minute=0, second=0) + timedelta(seconds=chance.uniform(0, 15))
        if chance.random() < 0.2:
            now -= timedelta(days=chance.uniform(0, 3))
        else:
            now += timedelta(days=chance.choice((chance.uniform(0, 0.1), chance.uniform(0, 45))))


HISTORIES = [ticks_of(random.Random(seed), 365) for seed in range(300)]


class Remembered:
    """A cron trigger asked once for all its times; the questions of three hundred histories are looked up in them."""

    def __init__(self, job: Job) -> None:
        self.times = list(due.times(job, BEGIN - timedelta(days=60), BEGIN + timedelta(days=500)))

    def get_next_fire_time(self, _before: None, moment: datetime) -> datetime | None:
        place = bisect_left(self.times, moment)
        return self.times[place] if place < len(self.times) else None


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {tuple(sorted(job.when.items())): Remembered(job) for job in JOBS.values()}
    monkeypatch.setattr(due, "_trigger", found.__getitem__)


def wrong(ledger: Ledger, histories: Sequence[Sequence[datetime]] = HISTORIES) -> tuple[int, int]:
    """(scheduled times, of them with another fate than the policy's, or with more than one)."""
    many = bad = 0
    for number, ticks in enumerate(histories):
        policy = list(Missed)[number % len(Missed)]
        for name, (_, on, _) in SCHEDULES.items():
            chance = random.Random(number)  # a history with ticks left out is one too, and most ticks find nothing
            heard = [now for now in ticks if on(now.date()) or chance.random() < 0.1]
            fates, expected = ledger.lived(JOBS[name, policy], heard), said(name, policy, heard)
            many += expected.total()
            bad += ((fates - expected) + (expected - fates)).total()
    return many, bad


def test_the_trigger_itself_says_the_same_from_any_moment() -> None:
    """What ``Remembered`` stands on, and the reference's days."""
    chance = random.Random(5)
    for name in SCHEDULES:
        job = JOBS[name, Missed.ALL]
        known, until = Remembered(job), BEGIN + timedelta(days=400)
        assert [t for t in known.times if BEGIN < t <= until] == falls(name, until), name
        for _ in range(100):
            since = BEGIN + timedelta(seconds=chance.uniform(0, 380 * 86400))
            assert next(due.times(job, since, known.times[-1])) == known.get_next_fire_time(None, since), (name, since)


@pytest.mark.usefixtures("remembered")
def test_no_scheduled_time_is_forgotten_or_doubled() -> None:
    many, bad = wrong(Ledger())
    print(f"{len(HISTORIES)} histories, {many} scheduled times, {bad} wrong")
    assert bad == 0 and many > 96_000


@pytest.mark.usefixtures("remembered")
def test_a_scheduler_that_looks_ten_minutes_back_forgets() -> None:
    assert wrong(Ledger(catches_up=timedelta(minutes=10)), HISTORIES[:5])[1] > 0


@pytest.mark.usefixtures("remembered")
def test_a_scheduler_that_counts_from_its_last_tick_doubles_when_the_clock_is_put_back() -> None:
    assert wrong(Ledger(from_rows=False), HISTORIES[:10])[1] > 0


def test_the_store_keeps_the_same_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every schedule with every policy through the product's own tick."""
    monkeypatch.setattr(job_runs, "OWN", {})
    well = plugins.load(only=["environment"], strict=True).plugins["environment"]
    platform = small_platform(
        tmp_path, catalog=Catalog(plugins={"environment": replace(well, jobs=tuple(JOBS.values()))})
    )
    ticks = ticks_of(random.Random(8), 70)
    steps = [later - now for now, later in pairwise(ticks)]
    assert min(steps) < timedelta() and max(steps) > timedelta(days=10), "another seed: its life was too quiet"
    for now in ticks:
        clock.tick(platform, now, begins=False)
    with platform.reading() as work:
        rows = work.session.execute(select(JobRun.job, JobRun.scheduled_at, JobRun.state)).all()
    platform.db.close()
    for (name, policy), job in JOBS.items():
        assert Fates((r.scheduled_at, r.state) for r in rows if r.job == job.key) == said(name, policy, ticks), job.key
