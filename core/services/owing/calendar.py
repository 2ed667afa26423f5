"""The working calendar of China (law 8): statutory holidays and make-up working days, from the chinesecalendar package
under an importable table. A year nobody knows is said loudly and treated as plain weeks, never silently right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from sqlalchemy import Boolean, Date, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.base.declared import Base


class CalendarDay(Base):
    """A day the office has imported; it goes before what the package says."""

    __tablename__ = "calendar_day"
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool] = mapped_column(Boolean)
    label: Mapped[str | None] = mapped_column(String(60))


@dataclass(frozen=True)
class Special:
    """Days in a row that differ from plain weeks. ``own``: imported by the office, not the package's."""

    since: date
    until: date
    working: bool
    name: str
    own: bool


class Calendar:
    """Asked for working days; the imported days are read when first needed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _stated(self) -> dict[date, bool]:
        return {row[0]: row[1] for row in self._session.execute(select(CalendarDay.day, CalendarDay.working))}

    def is_working(self, day: date) -> bool:
        if day in self._stated:
            return self._stated[day]
        import chinese_calendar  # noqa: PLC0415 - heavy, and asked for by working-day clocks only

        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < 5

    def month(self, year: int, month: int) -> list[tuple[date, bool, bool]]:
        """(day, is it worked, does it differ from a plain week) of each day of the month."""
        first = date(year, month, 1)
        days = [first + timedelta(days=n) for n in range(31) if (first + timedelta(days=n)).month == month]
        return [(d, self.is_working(d), self.is_working(d) != (d.weekday() < 5)) for d in days]

    def special(self, year: int) -> list[Special]:
        """What differs from plain weeks in the year, days of one kind that follow each other together."""
        out: list[Special] = []
        days = [one for month in range(1, 13) for one in self.month(year, month)]
        for day, working, differs in days:
            name, own = self._named(day), day in self._stated
            if not differs and not own:
                continue
            last = out[-1] if out else None
            if last and last.until == day - timedelta(days=1) and (last.working, last.own) == (working, own):
                out[-1] = replace(last, until=day, name=last.name or name)
            else:
                out.append(Special(day, day, working, name, own))
        return out

    def _named(self, day: date) -> str:
        import chinese_calendar  # noqa: PLC0415

        if day in self._labels:
            return self._labels[day]
        try:
            _off, name = chinese_calendar.get_holiday_detail(day)
            return str(chinese_calendar.Holiday(name).chinese) if name else ""
        except (NotImplementedError, ValueError):
            return ""

    @cached_property
    def _labels(self) -> dict[date, str]:
        rows = select(CalendarDay.day, CalendarDay.label).where(CalendarDay.label.is_not(None))
        return {day: label or "" for day, label in self._session.execute(rows)}

    def knows(self, year: int) -> bool:
        """Is next year's list of holidays there? It is published each November; until then an administrator imports it."""
        import chinese_calendar  # noqa: PLC0415

        try:
            chinese_calendar.is_workday(date(year, 1, 1))
        except NotImplementedError:
            return any(d.year == year for d in self._stated)
        return True
