"""Kinds of field that say when: a day, a month, a moment. All live in Asia/Shanghai. See kinds.py for what a kind is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Date
from sqlalchemy.types import TypeEngine

from core.base.kinds import Kind, Look
from core.base.say import Say
from core.base.typed_text import half_width
from core.base.window import TZ, Moment

MONTH = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})月?")
EARLIEST, LATEST = date(1949, 10, 1), date(2100, 1, 1)
DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:[ T]00:00(?::00)?)?")


@dataclass(frozen=True, kw_only=True)
class DayKind(Kind):
    """A calendar day, however it is typed: 2024-11-15, 2024年11月15日, an Excel date."""

    name = "day"
    widget = "date"
    cell_hint = "日期，例如 2024-11-15"

    def column(self) -> TypeEngine[Any]:
        return Date()

    def read(self, raw: Any, look: Look) -> date:
        if isinstance(raw, datetime):
            raw = raw.date()
        if not isinstance(raw, date):
            parts = DATE.fullmatch(half_width(raw))
            if not parts:
                raise ValueError(Say("请填写日期，例如 2024-11-15"))
            try:
                raw = date(*(int(g) for g in parts.groups()))
            except ValueError:
                raise ValueError(Say("没有这一天，请填写日期，例如 2024-11-15")) from None
        if not EARLIEST <= raw < LATEST:
            raise ValueError(Say("日期应在 1949-10-01 至 2099-12-31 之间"))
        found: date = raw
        return found

    def show(self, value: Any, look: Look) -> str:
        return "" if value is None else f"{value.year}年{value.month}月{value.day}日"

    def text(self, value: Any) -> str:
        return "" if value is None else value.isoformat()

    def dump(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def load(self, raw: Any) -> Any:
        return None if raw is None else date.fromisoformat(raw)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True, kw_only=True)
class MonthKind(DayKind):
    """A month as its first day; any day of it is taken for it."""

    name = "month"
    widget = "month"
    cell_hint = "月份，例如 2024-11"

    def read(self, raw: Any, look: Look) -> date:
        if not isinstance(raw, date):
            parts = MONTH.fullmatch(half_width(raw))
            raw = f"{parts[1]}-{parts[2]}-1" if parts else raw
        try:
            return super().read(raw, look).replace(day=1)
        except ValueError:
            raise ValueError(Say("请填写月份，例如 2024-11")) from None

    def show(self, value: Any, look: Look) -> str:
        return "" if value is None else f"{value.year}年{value.month}月"

    def text(self, value: Any) -> str:
        return "" if value is None else f"{value:%Y-%m}"


@dataclass(frozen=True, kw_only=True)
class MomentKind(Kind):
    """A day and a time in Asia/Shanghai."""

    name = "moment"
    widget = "datetime-local"
    cell_hint = "时间，例如 2024-11-20 16:50"

    def column(self) -> TypeEngine[Any]:
        return Moment()

    def read(self, raw: Any, look: Look) -> datetime:
        if isinstance(raw, date) and not isinstance(raw, datetime):
            raw = datetime.combine(raw, time(0, 0))
        if not isinstance(raw, datetime):
            text = half_width(raw).replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
            try:
                raw = datetime.fromisoformat(text)
            except ValueError:
                raise ValueError(Say("请填写时间，例如 2024-11-20 16:50")) from None
        aware: datetime = raw if raw.tzinfo else raw.replace(tzinfo=TZ)
        if not EARLIEST.year <= aware.year < LATEST.year:
            raise ValueError(Say("日期应在 1949-10-01 至 2099-12-31 之间"))
        return aware.astimezone(TZ)

    def show(self, value: Any, look: Look) -> str:
        return "" if value is None else f"{value.astimezone(TZ):%Y-%m-%d %H:%M}"

    def text(self, value: Any) -> str:
        return "" if value is None else f"{value.astimezone(TZ):%Y-%m-%dT%H:%M}"

    def dump(self, value: Any) -> Any:
        return None if value is None else value.astimezone(TZ).isoformat()

    def load(self, raw: Any) -> Any:
        return None if raw is None else datetime.fromisoformat(raw).astimezone(TZ)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}
