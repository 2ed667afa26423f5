"""When something is owed (law 5). A ``Due`` lays out occurrences ahead, or says when a clock that an event started runs out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from core.base.window import TZ, Period, Window, day_of, end_of, windows


class WorkingDays(Protocol):
    """The calendar a clock may ask (services/owing/calendar.py)."""

    def is_working(self, day: date) -> bool: ...


@dataclass(frozen=True)
class Occurrence:
    """One period's duty, known before it is due. Evidence counts from ``window.start`` on."""

    window: Window
    due_at: datetime
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class Once:
    """``times`` in the campaign. The day is the campaign's word (targets.toml, ``due``); without one nobody owes it."""

    on: date | None = None
    times: int = 1

    def occurrences(self, start: date, until: date, as_of: date) -> Iterator[Occurrence]:
        if self.on is not None:
            yield Occurrence(Window(start, date(9999, 12, 31), as_of, "once"), end_of(self.on), self.times)


@dataclass(frozen=True, kw_only=True)
class Every:
    """``times`` in each period, due on its last day. The first period is the one that holds ``since`` (or the
    campaign's first): a partial November counts in full (plan Q12)."""

    period: Period
    times: int = 1
    since: date | None = None

    def occurrences(self, start: date, until: date, as_of: date) -> Iterator[Occurrence]:
        first = max(start, self.since) if self.since else start
        for one in windows(self.period, first, until, campaign_start=start, as_of=as_of):
            yield Occurrence(one, end_of(one.end), self.times)


@dataclass(frozen=True, kw_only=True)
class Within:
    """So long after the event that opened it; whole days end at 23:59:59, working days skip rest days."""

    hours: int = 0
    days: int = 0
    working: bool = False

    def due_of(self, opened: datetime, stated: date | None, calendar: WorkingDays) -> datetime:
        if self.hours:
            return opened + timedelta(hours=self.hours)
        day, left = day_of(opened), self.days
        while left:
            day += timedelta(days=1)
            left -= 1 if not self.working or calendar.is_working(day) else 0
        return end_of(day)


@dataclass(frozen=True, kw_only=True)
class SameDay:
    """Before midnight of the day it came in. With ``cutoff`` (plan Q11, off by default) what comes later or on a rest
    day is owed on the next working day."""

    cutoff: time | None = None

    def due_of(self, opened: datetime, stated: date | None, calendar: WorkingDays) -> datetime:
        local = opened.astimezone(TZ)
        day = local.date()
        if self.cutoff is not None and (local.time() > self.cutoff or not calendar.is_working(day)):
            day += timedelta(days=1)
            while not calendar.is_working(day):
                day += timedelta(days=1)
        return end_of(day)


@dataclass(frozen=True, kw_only=True)
class Stated:
    """On the day the record itself states (a rectification limit); ``before`` days earlier than that. A record that
    states none falls back to ``days`` after it was opened."""

    before: int = 0
    days: int = 15

    def due_of(self, opened: datetime, stated: date | None, calendar: WorkingDays) -> datetime:
        if stated is None:
            return end_of(day_of(opened) + timedelta(days=self.days))
        return end_of(stated - timedelta(days=self.before))


Recurring = Once | Every
Clock = Within | SameDay | Stated
Due = Recurring | Clock
