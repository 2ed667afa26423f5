"""Recurrence and clocks against an obvious reference that walks day by day, over three years: month ends, the leap day,
调休 weeks, the turn of years, receipts late in the evening."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.base.due import Every, Once, SameDay, Stated, Within
from core.base.units import COMPLEX
from core.base.window import TZ, Period, day_of, end_of
from core.estate.campaign import SettingValue
from core.estate.units import Complex
from core.kernel import plugins
from core.services.measuring import days
from core.services.owing.calendar import Calendar
from core.services.owing.obligations import Obligation
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.writing import registry
from core.testing import START, at, small_platform

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
ALL = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
KEYS: dict[Period, Callable[[date], object]] = {
    Period.DAY: lambda d: d,
    Period.WEEK: lambda d: d.isocalendar()[:2],
    Period.MONTH: lambda d: (d.year, d.month),
    Period.QUARTER: lambda d: (d.year, (d.month - 1) // 3),
    Period.YEAR: lambda d: d.year,
}
# The State Council's lists (国办发明电): off on a weekday, worked on a weekend.
OFF_2025 = "01-01 01-28 01-29 01-30 01-31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01 10-02 10-03 10-06 10-07 10-08"
WORKED_2025 = "01-26 02-08 04-27 09-28 10-11"

MOMENTS = st.integers(0, 60 * 24 * 300).map(lambda m: datetime(2024, 12, 20, tzinfo=UTC) + timedelta(minutes=m))


class Plain:
    """Weeks as in 2025, with the list above and nothing else."""

    def is_working(self, day: date) -> bool:
        if f"{day:%m-%d}" in OFF_2025 and day.year == 2025:
            return False
        return day.weekday() < 5 or (day.year == 2025 and f"{day:%m-%d}" in WORKED_2025)


@pytest.mark.parametrize("period", KEYS)
@pytest.mark.parametrize("start", [FIRST, date(2024, 2, 29), date(2024, 11, 8), date(2025, 12, 31)])
def test_a_period_is_due_on_its_last_day_and_none_is_left_out(period: Period, start: date) -> None:
    groups: dict[object, list[date]] = defaultdict(list)
    for day in (
        [FIRST - timedelta(days=k) for k in range(7, 0, -1)] + ALL + [LAST + timedelta(days=k) for k in range(1, 8)]
    ):
        groups[KEYS[period](day)].append(day)
    found = list(Every(period=period).occurrences(start, LAST, start))
    begun = {KEYS[period](day) for day in ALL if day >= start}
    assert [o.window.end for o in found] == sorted(max(groups[key]) for key in begun)
    assert [o.due_at for o in found] == [end_of(o.window.end) for o in found]
    assert all(a.window.end + timedelta(days=1) == b.window.start for a, b in pairwise(found))
    assert len({o.window.key for o in found}) == len(found)


def test_what_is_owed_once_has_the_campaigns_day_and_without_one_nobody_owes_it() -> None:
    (one,) = Once(on=date(2024, 11, 15)).occurrences(START, LAST, START)
    assert (
        one.due_at == datetime(2024, 11, 15, 23, 59, 59, tzinfo=TZ)
        and list(Once().occurrences(START, LAST, START)) == []
    )


@pytest.mark.parametrize(
    ("day", "working"), [("2024-02-18", True), ("2025-01-28", False), ("2025-02-08", True), ("2026-02-16", False)]
)
def test_the_calendar_knows_the_make_up_days(platform: Platform, day: str, working: bool) -> None:
    with platform.reading() as work:
        assert Calendar(work.session).is_working(date.fromisoformat(day)) is working


def test_the_calendar_agrees_with_the_published_list_of_2025_on_every_day(platform: Platform) -> None:
    with platform.reading() as work:
        own, plain = Calendar(work.session), Plain()
        assert [d for d in ALL if d.year == 2025 and own.is_working(d) != plain.is_working(d)] == []


@settings(max_examples=200, deadline=None)
@given(
    opened=MOMENTS,
    many=st.integers(1, 40),
    working=st.booleans(),
)
def test_so_many_days_after_receipt_counted_one_by_one(opened: datetime, many: int, working: bool) -> None:
    day, left, calendar = day_of(opened), many, Plain()
    while left:
        day += timedelta(days=1)
        if not working or calendar.is_working(day):
            left -= 1
    assert Within(days=many, working=working).due_of(opened, None, calendar) == end_of(day)


@settings(max_examples=200, deadline=None)
@given(opened=MOMENTS)
def test_the_same_day_is_that_of_shanghai_and_the_cutoff_moves_it_to_a_working_day(opened: datetime) -> None:
    local, calendar = opened.astimezone(TZ), Plain()
    assert SameDay().due_of(opened, None, calendar) == end_of(local.date())
    late = local.time() > time(16, 30) or not calendar.is_working(local.date())
    following = next(d for d in ALL if d > local.date() and calendar.is_working(d))
    assert SameDay(cutoff=time(16, 30)).due_of(opened, None, calendar) == end_of(following if late else local.date())


def test_a_receipt_at_half_past_eleven_is_of_that_day_whatever_the_servers_zone() -> None:
    received = datetime(2024, 11, 20, 23, 30, tzinfo=TZ)
    assert SameDay().due_of(received.astimezone(UTC), None, Plain()) == end_of(date(2024, 11, 20))
    assert Within(hours=24).due_of(received, None, Plain()) == received + timedelta(hours=24)


def test_a_stated_day_and_days_before_it() -> None:
    opened, stated = at(date(2024, 2, 1)), date(2024, 3, 30)
    assert Stated().due_of(opened, stated, Plain()) == end_of(stated)
    assert Stated(before=30).due_of(opened, stated, Plain()) == end_of(date(2024, 2, 29)), "a leap year"
    assert Stated(days=15).due_of(opened, None, Plain()) == end_of(date(2024, 2, 16))


def owed(platform: Platform, rule: str, complex_name: str) -> list[tuple[str, date]]:
    """(period, due day) of every duty of that rule and complex."""
    o = Obligation
    with platform.reading() as work:
        unit = work.look.unit_id(COMPLEX, complex_name)
        rows = select(o.period, o.due_at).where(o.rule == rule, o.unit_kind == "complex", o.unit_id == unit)
        return [(period, day_of(due)) for period, due in work.session.execute(rows.order_by(o.due_at))]


@pytest.fixture
def street(tmp_path: Path) -> Platform:
    return small_platform(tmp_path, catalog=plugins.load(only=["environment"], strict=True))


def passing(platform: Platform, *moments: date) -> None:
    for day in moments:
        with platform.work(SYSTEM_ACTOR, now=at(day, 0, 5)) as work:
            days.begin(work)


def test_duties_of_both_months_are_there_after_an_outage_over_the_month_boundary(street: Platform) -> None:
    passing(street, date(2024, 11, 20), date(2025, 1, 6))  # down for seven weeks
    periods = [p for p, _due in owed(street, "environment.monthly_cleanup", "示例小区01")]
    assert periods[:3] == ["2024-11", "2024-12", "2025-01"]


def test_a_deadline_moved_by_the_campaign_in_the_middle_moves_what_is_open(street: Platform) -> None:
    assert owed(street, "environment.first_cleanup", "示例小区01") == [("once", date(2024, 11, 15))]
    with street.work(SYSTEM_ACTOR, now=at(date(2024, 11, 12))) as work:
        work.session.add(
            SettingValue(key="environment.first_cleanup.due", value="2024-11-22", since=date(2024, 11, 12))
        )
        work.campaign.revision += 1
        work.forget()
        work.everything = True
    assert owed(street, "environment.first_cleanup", "示例小区01") == [("once", date(2024, 11, 22))]


def test_a_complex_added_in_the_middle_of_a_month_owes_from_the_next(street: Platform) -> None:
    """It had no property service at the month's start, so November does not count it (A7-3)."""
    with street.work(SYSTEM_ACTOR, now=at(date(2024, 11, 18))) as work:
        row = {
            "name": "示例小区11",
            "community_id": "示例社区A",
            "type": "提质型",
            "built": "已建",
            "service": "专业物业",
        }
        row |= {"company_id": "示例物业A01", "opened_on": date(2024, 11, 18)}
        registry.save(work, Complex, row, effective=date(2024, 11, 18))
    passing(street, date(2024, 12, 1))
    assert [p for p, _due in owed(street, "environment.monthly_cleanup", "示例小区11")][:1] == ["2024-12"]


def test_a_complex_closed_before_the_day_owes_it_no_more(street: Platform) -> None:
    with street.work(SYSTEM_ACTOR, now=at(date(2024, 11, 13))) as work:
        one = work.session.get_one(Complex, work.look.unit_id(COMPLEX, "示例小区01"))
        registry.save(
            work,
            Complex,
            one.values() | {"closed_on": date(2024, 11, 13)},
            unit_id=one.id,
            effective=date(2024, 11, 13),
        )
    assert owed(street, "environment.first_cleanup", "示例小区01") == []
    assert owed(street, "environment.first_cleanup", "示例小区03") == [("once", date(2024, 11, 15))]
