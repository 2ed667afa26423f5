"""What is reported: applications for a lift, how many staircases lack one, the weekly visit of a site, and a reminder."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Mapped

from core.api import (
    COMMUNITY,
    COMPLEX,
    DEPARTMENT,
    LEAD,
    Look,
    Problem,
    Record,
    Say,
    day,
    integer,
    long_text,
    personal,
    photos,
    text,
)
from lift_installation.workflows import INSTALLATION, REMINDER


class Application(Record):
    """One staircase that asks for a lift."""

    __tablename__ = "lift_installation_application"
    unit, label, code, workflow = COMPLEX, "加装电梯申请", "F21.1", INSTALLATION
    help = "一个梯号一份申请；联系人信息加密保存。"
    once_per = ("complex_id", "staircase")
    applied_on: Mapped[date] = day("申请日期", happened=True)
    # [odd]
    staircase: Mapped[str] = text("楼幢梯号", required=True, longest=60, also=("楼号", "楼栋单元"), help="如 3号楼2梯")
    # [/odd]
    # [personal]
    contact: Mapped[str] = personal("联系人", required=True)
    phone: Mapped[str | None] = personal("联系电话")
    # [/personal]
    posting_photos: Mapped[list[str] | None] = photos("公示照片", filed=False)
    posted_on: Mapped[date | None] = day("公示日期", filed=False)
    objections: Mapped[int | None] = integer("异议", filed=False, at_most=999, unit="件")
    begun_on: Mapped[date | None] = day("开工日期", filed=False)
    accepted_on: Mapped[date | None] = day("验收日期", filed=False)


# [baseline]
class Census(Record):
    """The baseline: staircases without a lift when the campaign began. The newest one of a community counts."""

    __tablename__ = "lift_installation_census"
    unit, label, code = COMMUNITY, "无电梯楼梯摸底", "F21.2"
    help = "方案开始时本社区四层以上没有电梯的楼梯数，是压降率的基数。"
    once_per = ("community_id",)
    counted_on: Mapped[date] = day("摸底日期", happened=True)
    staircases: Mapped[int] = integer("无电梯楼梯", required=True, at_most=5000, unit="梯")


# [/baseline]


class Visit(Record):
    """A department looks at the building sites of the week."""

    __tablename__ = "lift_installation_visit"
    unit, label, code, by = DEPARTMENT, "施工现场巡查", "F21.3", (LEAD,)
    visited_on: Mapped[date] = day("巡查日期", happened=True)
    sites: Mapped[int] = integer("巡查工地", required=True, at_most=200, unit="处")
    findings: Mapped[str | None] = long_text("发现的问题", longest=500)


class Reminder(Record):
    """A paper proposed to a community that is late; the coordination group edits, issues and closes it."""

    __tablename__ = "lift_installation_reminder"
    unit, label, code, workflow, by = COMMUNITY, "加装电梯催办函", "F21.4", REMINDER, (LEAD,)
    drafted_on: Mapped[date] = day("拟稿日期", happened=True)
    facts: Mapped[str] = long_text("逾期事项", required=True, longest=1000)
    limit_on: Mapped[date] = day("答复期限", required=True, planned=True)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on < self.drafted_on:
            yield Problem("limit_on", Say("答复期限不能早于拟稿日期"))


RECORDS = (Application, Census, Visit, Reminder)
