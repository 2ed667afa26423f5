"""Time as an argument: days in Asia/Shanghai, reporting periods, and the window a figure is computed for.

Weeks are ISO weeks keyed by (ISO year, week), so 2024-12-30 lies in 2025-W01 (plan Q13).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from core.base.say import Say

TZ = ZoneInfo("Asia/Shanghai")


class Period(enum.StrEnum):
    """How often a figure starts anew."""

    ONCE = "once"  # from the campaign's start to the day in question
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, order=True)
class Window:
    """A period and the day it is looked at from. Both ends belong to it ("11月15日前" includes that day, plan Q6)."""

    start: date
    end: date
    as_of: date
    key: str = "once"

    @property
    def day(self) -> date:
        """The last day whose facts count: the window's end, or ``as_of`` while it is still open."""
        return min(self.end, self.as_of)


FAR = date(9999, 12, 31)


def window(period: Period, day: date, *, campaign_start: date, as_of: date | None = None) -> Window:
    """The window of ``period`` that holds ``day``, seen from ``as_of`` (default: that day)."""
    seen = as_of or day
    match period:
        case Period.ONCE:
            return Window(campaign_start, FAR, seen, "once")
        case Period.DAY:
            return Window(day, day, seen, day.isoformat())
        case Period.WEEK:
            start = day - timedelta(days=day.weekday())
            year, week, _ = day.isocalendar()
            return Window(start, start + timedelta(days=6), seen, f"{year}-W{week:02d}")
        case Period.MONTH:
            return Window(day.replace(day=1), month_end(day), seen, f"{day:%Y-%m}")
        case Period.QUARTER:
            first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
            last = month_end(first.replace(month=first.month + 2))
            return Window(first, last, seen, f"{day.year}-Q{(day.month - 1) // 3 + 1}")
        case Period.YEAR:
            return Window(date(day.year, 1, 1), date(day.year, 12, 31), seen, f"{day.year}")


def windows(period: Period, first: date, last: date, *, campaign_start: date, as_of: date) -> Iterator[Window]:
    """Every window of ``period`` that touches first..last, in order."""
    day = first
    while day <= last:
        one = window(period, day, campaign_start=campaign_start, as_of=as_of)
        yield one
        if one.end >= last:
            return
        day = one.end + timedelta(days=1)


def spoken(key: str) -> Say | str:
    """A period as it is said: 2024年11月, 11月11日—17日, 11月15日, 2024年第4季度. "" for what has no periods.

    >>> str(spoken("2024-W46"))
    '11月11日—17日'
    """
    if match := re.fullmatch(r"(\d{4})-W(\d{2})", key):
        first = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        last = first + timedelta(days=6)
        if first.month == last.month:
            return Say("{m}月{d}日—{e}日", m=first.month, d=first.day, e=last.day)
        return Say("{m}月{d}日—{n}月{e}日", m=first.month, d=first.day, n=last.month, e=last.day)
    if match := re.fullmatch(r"(\d{4})-Q(\d)", key):
        return Say("{y}年第{q}季度", y=match[1], q=match[2])
    if match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", key):
        return Say("{m}月{d}日", m=int(match[2]), d=int(match[3]))
    if match := re.fullmatch(r"(\d{4})-(\d{2})", key):
        return Say("{y}年{m}月", y=match[1], m=int(match[2]))
    return Say("{y}年", y=key) if re.fullmatch(r"\d{4}", key) else ""


def month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def end_of(day: date) -> datetime:
    """23:59:59 of that day in Asia/Shanghai: the last moment that is still in time."""
    return datetime.combine(day, time(23, 59, 59), TZ)


def day_of(moment: datetime) -> date:
    """The calendar day in Asia/Shanghai on which ``moment`` lies, whatever zone the server runs in."""
    return moment.astimezone(TZ).date()


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python (Asia/Shanghai), UTC in the store."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC).astimezone(TZ)
