"""The working calendar of China (law 8): statutory holidays and make-up working days, from the chinesecalendar package
under an importable table. A year nobody knows is said loudly and treated as plain weeks, never silently right."""

from __future__ import annotations

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

    def knows(self, year: int) -> bool:
        """Is next year's list of holidays there? It is published each November; until then an administrator imports it."""
        import chinese_calendar  # noqa: PLC0415

        try:
            chinese_calendar.is_workday(date(year, 1, 1))
        except NotImplementedError:
            return any(d.year == year for d in self._stated)
        return True
