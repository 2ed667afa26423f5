"""督办单: the three-coloured sheet to a community or department that is late or falls behind (plan 1.5: 逾期 → 督办 → 提醒函)."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy.orm import Mapped

from core.api import COMMUNITY, DEPARTMENT, LEAD, Colour, Look, Problem, Record, Say, choice, day, long_text, text
from plugins.safeguards.workflows import SUPERVISION

COLOURS = tuple(colour.value for colour in Colour)


class _Sheet(Record):
    """What both have. The number is the clerk's: it is never invented (plan 3.8)."""

    __abstract__ = True
    named_by: ClassVar[tuple[str, ...]] = ("colour", "matter")
    by: ClassVar[tuple[str, ...]] = (LEAD,)
    drafted_on: Mapped[date] = day("拟稿日期", happened=True)
    colour: Mapped[str] = choice(
        "督办等级", COLOURS, required=True, help="红：逾期较久；黄：逾期或进度落后；蓝：临近到期"
    )
    matter: Mapped[str] = text("事由", required=True, longest=100)
    facts: Mapped[str] = long_text("督办事项", required=True, longest=4000)
    demand: Mapped[str] = long_text("办理要求", required=True, longest=2000)
    limit_on: Mapped[date] = day("反馈期限", required=True, planned=True)
    number: Mapped[str | None] = text("文号", longest=60, filed=False)
    issued_on: Mapped[date | None] = day("印发日期", filed=False)
    reply: Mapped[str | None] = long_text("办理反馈", longest=2000, filed=False)
    replied_on: Mapped[date | None] = day("反馈日期", filed=False)
    verdict: Mapped[str | None] = long_text("核实意见", longest=1000, filed=False)
    closed_on: Mapped[date | None] = day("办结日期", filed=False, listed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on < self.drafted_on:
            yield Problem("limit_on", Say("反馈期限不能早于拟稿日期"))


class CommunityNotice(_Sheet):
    """G8: to a community."""

    __tablename__ = "safeguards_community_notice"
    unit, label, code, workflow = COMMUNITY, "督办单（社区）", "G8", SUPERVISION


class DepartmentNotice(_Sheet):
    """G8: to a department."""

    __tablename__ = "safeguards_department_notice"
    unit, label, code, workflow = DEPARTMENT, "督办单（部门）", "G8", SUPERVISION
