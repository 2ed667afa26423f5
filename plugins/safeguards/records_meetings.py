"""Meetings and what they decide, weekly information, exemplars: G3, G4, G7, G13, G14. Whom a leader is linked with (G2) is the
registry's and not asked again."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy.orm import Mapped

from core.api import (
    ACTION,
    COMMUNITY,
    COMPLEX,
    DEPARTMENT,
    STREET,
    Look,
    Problem,
    Record,
    Say,
    choice,
    choices,
    day,
    long_text,
    origin,
    photos,
    text,
)
from plugins.safeguards.workflows import HANDLING

PARTIES = ("社区", "小区党支部", "业委会", "物业企业", "业主", "部门")
POINTS = ("工作点", "社区", "网格")
CHANNELS = ("街道", "市级", "省级", "媒体")
POSITIVE, NEGATIVE = "正面", "负面"


class _Meeting(Record):
    """What every meeting has."""

    __abstract__ = True
    held_on: Mapped[date] = day("会议日期", happened=True)
    host: Mapped[str] = text("主持", required=True, longest=60, help="写职务")
    agenda: Mapped[str] = text("议题", required=True, longest=200)
    minutes: Mapped[str] = long_text("会议要点", required=True, longest=3000)
    photos: Mapped[list[str] | None] = photos("会议照片")


class Dispatch(_Meeting):
    """G3: the task force's weekly dispatch meeting (D29)."""

    __tablename__ = "safeguards_dispatch"
    unit, label, code = STREET, "调度会", "G3"


class Coordination(_Meeting):
    """G4: an action's weekly coordination meeting (D30)."""

    __tablename__ = "safeguards_coordination"
    unit, label, code = ACTION, "专项协调会", "G4"
    parties: Mapped[list[str]] = choices("参加", PARTIES, required=True)


class LinkedMeeting(_Meeting):
    """G2, G4: a linked leader's meeting in the complex (D30)."""

    __tablename__ = "safeguards_linked_meeting"
    unit, label, code = COMPLEX, "挂钩领导协调会", "G2、G4"
    parties: Mapped[list[str]] = choices("参加", PARTIES, required=True)


class Hearing(_Meeting):
    """G7: the weekly hearing on forming committees and other heavy tasks (D31)."""

    __tablename__ = "safeguards_hearing"
    unit, label, code = STREET, "听取工作汇报", "G7"
    reporters: Mapped[list[str]] = choices("报告单位", POINTS, required=True)
    progress: Mapped[str] = text("业委会组建进度", required=True, longest=300)


class _Decision(Record):
    """议定事项: what a meeting decided, until it is done and struck off. ``meeting`` names the meeting's record."""

    __abstract__ = True
    decided_on: Mapped[date] = day("议定日期", happened=True)
    task: Mapped[str] = text("议定事项", required=True, longest=200)
    meeting: Mapped[str | None] = origin("来源会议", help="选择记录种类，填写该记录的编号")
    limit_on: Mapped[date] = day("办理期限", required=True, planned=True)
    answer: Mapped[str | None] = long_text("办理情况", longest=1000, filed=False)
    answered_on: Mapped[date | None] = day("反馈日期", filed=False, listed=False)
    closed_on: Mapped[date | None] = day("销号日期", filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on < self.decided_on:
            yield Problem("limit_on", Say("办理期限不能早于议定日期"))


class Decision(_Decision):
    """A decision a department answers for."""

    __tablename__ = "safeguards_decision"
    unit, label, code, workflow = DEPARTMENT, "议定事项（部门）", "G3、G4", HANDLING
    named_by: ClassVar[tuple[str, ...]] = ("task",)


class CommunityDecision(_Decision):
    """A decision a community answers for."""

    __tablename__ = "safeguards_community_decision"
    unit, label, code, workflow = COMMUNITY, "议定事项（社区）", "G3、G4", HANDLING
    named_by: ClassVar[tuple[str, ...]] = ("task",)


class WeeklyInfo(Record):
    """G13: one piece of work information of an action group; weeks are ISO weeks (D34, Q13)."""

    __tablename__ = "safeguards_weekly_info"
    unit, label, code, public = ACTION, "工作信息", "G13", True
    named_by: ClassVar[tuple[str, ...]] = ("title",)
    sent_on: Mapped[date] = day("报送日期", happened=True)
    title: Mapped[str] = text("标题", required=True, longest=60)
    body: Mapped[str] = long_text("正文", required=True, longest=2000, help="300至800字，事实为主")
    photos: Mapped[list[str] | None] = photos("图片")
    channels: Mapped[list[str] | None] = choices("采用渠道", CHANNELS)

    def check(self, look: Look) -> Iterator[Problem]:
        if not 100 <= len(self.body) <= 1500:
            yield Problem("body", Say("工作信息一般300至800字，现有{n}字", n=len(self.body)), warning=True)


class Exemplar(Record):
    """G14: a good example to follow or a bad one to expose; checked before it is shown (D37)."""

    __tablename__ = "safeguards_exemplar"
    unit, label, code = STREET, "典型选树和曝光", "G14"
    chosen_on: Mapped[date] = day("选定日期", happened=True)
    kind: Mapped[str] = choice("类型", (POSITIVE, NEGATIVE), required=True)
    subject: Mapped[str] = text("对象", required=True, longest=80, help="写小区、单位名称，不写个人姓名")
    deeds: Mapped[str] = long_text("事迹或问题", required=True, longest=2000)
    scope: Mapped[list[str] | None] = choices("宣传、曝光范围", CHANNELS)
