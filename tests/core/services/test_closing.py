"""截止 and 关闭: what counts as in time, and what a closed period still lets change."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from core.estate.units import Complex
from core.services.campaign import setting_changes
from core.services.measuring import days
from core.services.owing import duties
from core.services.owing.obligations import Obligation
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.writing import records, registry
from core.testing import at

KEY, FIRST, MONTHLY = "environment.cleanup", "environment.first_cleanup", "environment.monthly_cleanup"
DUE, LATER, CLOSED = date(2024, 11, 15), date(2024, 12, 10), date(2025, 1, 10)


def clean(platform: Platform, on: date, reported: date, unit: int = 1) -> int:
    spots = "出入口、地下室、入户大堂、卫生死角、垃圾收集点"
    with platform.work(now=at(reported)) as work:
        days.begin(work)
        raw = {"complex_id": unit, "held_on": on.isoformat(), "spots": spots, "people": 5, "photos": ["demo"]}
        return int(records.save(work, KEY, raw).record.id)


def row(platform: Platform, rule: str, unit: int = 1, period: str | None = None) -> Obligation:
    with platform.reading() as work:
        rows = select(Obligation).where(Obligation.rule == rule, Obligation.unit_id == unit)
        found = work.session.scalars(rows.where(Obligation.period == period) if period else rows).first()
        assert found is not None
        work.session.expunge(found)
        return found


def test_what_is_reported_before_the_close_counts_by_its_own_day(platform: Platform) -> None:
    clean(platform, on=date(2024, 11, 14), reported=LATER)
    found = row(platform, FIRST)
    assert (found.in_time, found.late_entry) == (True, False)
    assert found.done_at is not None and found.done_at.date() == date(2024, 11, 14)


def test_what_is_reported_after_the_close_is_marked_and_late_whatever_day_it_names(platform: Platform) -> None:
    with platform.work(now=at(LATER)) as work:
        days.begin(work)
    clean(platform, on=date(2024, 11, 14), reported=CLOSED)
    found = row(platform, FIRST)
    assert (found.in_time, found.late_entry) == (False, True)
    assert found.done_at is not None and found.done_at.date() == CLOSED
    with platform.reading(now=at(CLOSED)) as work:
        (then,) = duties.deadlines(work, LATER, [work.catalog.deadlines[FIRST]])
        assert then.overdue == 9 and then.met == 0, "what was red on that day stays red"


def test_a_closed_period_keeps_who_owed_it(platform: Platform) -> None:
    clean(platform, on=date(2024, 11, 14), reported=date(2024, 11, 14), unit=2)
    with platform.work(now=at(CLOSED)) as work:
        days.begin(work)
        registry.save(work, Complex, {"service": "无物业"}, unit_id=1, effective=date(2024, 11, 8))
        registry.save(work, Complex, {"service": "无物业"}, unit_id=2, effective=date(2024, 11, 8))
    assert row(platform, MONTHLY, 1, "2024-11").done_at is None
    assert row(platform, MONTHLY, 2, "2024-11").in_time


def test_evidence_taken_back_leaves_nothing_met(platform: Platform) -> None:
    made = clean(platform, on=date(2024, 11, 14), reported=date(2024, 11, 14))
    with platform.work(now=at(CLOSED)) as work:
        days.begin(work)
        records.remove(work, KEY, made)
    found = row(platform, FIRST)
    assert (found.done_at, found.in_time) == (None, None)


def test_the_two_days_are_settings_of_the_action(platform: Platform) -> None:
    with platform.work(SYSTEM_ACTOR, now=at(date(2024, 11, 9))) as work:
        setting_changes.change(work, "environment.timely_days", "3", "给社区三天")
        setting_changes.change(work, "environment.closing_days", "400", "补录历史资料")
    clean(platform, on=date(2024, 11, 18), reported=CLOSED)
    clean(platform, on=date(2024, 11, 19), reported=CLOSED, unit=2)
    assert row(platform, FIRST, 1).in_time is True, "within three days of the due day"
    assert row(platform, FIRST, 2).in_time is False
    assert not row(platform, FIRST, 1).late_entry


def test_the_rate_is_of_the_period_that_fell_due_last(platform: Platform) -> None:
    """Nobody is judged by a month that still runs, and nobody is excused from the one that ended."""
    for unit in (1, 2, 3):
        clean(platform, on=date(2024, 11, 20), reported=date(2024, 11, 20), unit=unit)
    clean(platform, on=date(2024, 12, 5), reported=date(2024, 12, 5), unit=4)
    with platform.reading(now=at(LATER)) as work:
        (found,) = duties.deadlines(work, LATER, [work.catalog.deadlines[MONTHLY]])
    assert (found.ended, found.on_time) == ("2024-11", (3, 9))
    assert found.met == 1, "the figures of the month that runs are its own"
