"""Supervision and the papers that follow from it: G8 checks, G9 reminders, G10 rectification notices, G11 talks."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped

from core.api import (
    COMPANY,
    COMPLEX,
    LEAD,
    STREET,
    Look,
    Problem,
    Record,
    Say,
    day,
    link,
    long_text,
    moment,
    month,
    origin,
    personal,
    photos,
    text,
)
from plugins.safeguards.workflows import HANDLING, PAPER


class Inspection(Record):
    """G8: one routine check of a complex by the task force."""

    __tablename__ = "safeguards_inspection"
    unit, label, code = COMPLEX, "日常监督检查", "G8"
    named_by: ClassVar[tuple[str, ...]] = ("checked_on", "items")
    by: ClassVar[tuple[str, ...]] = (LEAD,)
    checked_on: Mapped[date] = day("检查日期", happened=True)
    items: Mapped[str] = text("检查项", required=True, longest=100)
    finding: Mapped[str | None] = long_text("总体情况", longest=1000)
    photos: Mapped[list[str] | None] = photos("照片")


class Issue(Record):
    """G8: one problem a check found, until it is struck off."""

    __tablename__ = "safeguards_issue"
    unit, label, code, workflow, follows = COMPLEX, "检查问题", "G8", HANDLING, "inspection_id"
    named_by: ClassVar[tuple[str, ...]] = ("problem",)
    found_on: Mapped[date] = day("发现日期", happened=True)
    inspection_id: Mapped[int] = link("检查", Inspection, required=True)
    problem: Mapped[str] = text("问题", required=True, longest=200)
    limit_on: Mapped[date] = day("整改期限", required=True, planned=True)
    answer: Mapped[str | None] = long_text("整改情况", longest=1000, filed=False)
    answered_on: Mapped[date | None] = day("反馈日期", filed=False, listed=False)
    closed_on: Mapped[date | None] = day("销号日期", filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on < self.found_on:
            yield Problem("limit_on", Say("整改期限不能早于发现日期"))


class Publication(Record):
    """G8: the monthly publication of what the checks found (D32)."""

    __tablename__ = "safeguards_publication"
    unit, label, code = STREET, "检查结果月度公布", "G8"
    once_per: ClassVar[tuple[str, ...]] = ("area_id", "month")
    published_on: Mapped[date] = day("公布日期", happened=True)
    month: Mapped[date] = month("公布月份", required=True, given=lambda today: today.replace(day=1))
    place: Mapped[str] = text("公布方式", required=True, longest=100)


class _Paper(Record):
    """What every paper to a company has. The number is the clerk's: it is never invented (plan 3.8)."""

    __abstract__ = True
    drafted_on: Mapped[date] = day("拟稿日期", happened=True)
    matter: Mapped[str] = text("事由", required=True, longest=100)
    facts: Mapped[str] = long_text("事实和依据", required=True, longest=3000)
    basis: Mapped[str | None] = origin("依据记录", help="选择记录种类，填写该记录的编号")
    demand: Mapped[str] = long_text("要求", required=True, longest=2000)
    limit_on: Mapped[date] = day("期限", required=True, planned=True)
    number: Mapped[str | None] = text("文号", longest=60, filed=False)
    issued_on: Mapped[date | None] = day("印发日期", filed=False)
    delivered_on: Mapped[date | None] = day("送达日期", filed=False, listed=False)
    reply: Mapped[str | None] = long_text("回执", longest=1000, filed=False)
    replied_on: Mapped[date | None] = day("回执日期", filed=False)
    recheck: Mapped[str | None] = long_text("复查意见", longest=1000, filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on < self.drafted_on:
            yield Problem("limit_on", Say("期限不能早于拟稿日期"))


class Reminder(_Paper):
    """G9: 工作提醒函, the first step towards a slow company (D33)."""

    __tablename__ = "safeguards_reminder"
    unit, label, code, workflow = COMPANY, "工作提醒函", "G9", PAPER
    named_by: ClassVar[tuple[str, ...]] = ("matter",)


class Rectification(_Paper):
    """G10: 整改通知书; usually after a reminder was not heeded."""

    __tablename__ = "safeguards_rectification"
    unit, label, code, workflow = COMPANY, "整改通知书", "G10", PAPER
    named_by: ClassVar[tuple[str, ...]] = ("matter",)
    reminder_id: Mapped[int | None] = link("此前的提醒函", Reminder)


class Talk(_Paper):
    """G11: 约谈: the notice, then what was said and promised."""

    __tablename__ = "safeguards_talk"
    unit, label, code, workflow = COMPANY, "约谈", "G11", PAPER
    named_by: ClassVar[tuple[str, ...]] = ("matter",)
    rectification_id: Mapped[int | None] = link("此前的整改通知书", Rectification)
    talk_at: Mapped[datetime] = moment("约谈时间", required=True, planned=True)
    place: Mapped[str] = text("地点", required=True, longest=80)
    interviewer: Mapped[str] = text("约谈人（职务）", required=True, longest=60)
    attended: Mapped[str | None] = personal("被约谈人", longest=80)
