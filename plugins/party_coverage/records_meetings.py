"""Joint meetings and consultation of communities and complexes (plan 1.4, F1.6, F1.7): systems, minutes, decisions."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy.orm import Mapped

from core.api import (
    COMMUNITY,
    COMPLEX,
    Look,
    Problem,
    Record,
    Say,
    choices,
    day,
    day_of,
    link,
    long_text,
    moment,
    photos,
    text,
)
from plugins.party_coverage.workflows import DECIDED

SYSTEMS = ("党建联席会议制度", "居民议事协商制度")
PARTIES = ("社区居委会", "业委会", "物业企业", "居民代表", "其他")
HELP = "两项制度可以一次填报，也可以分别填报。"


class CommunitySystem(Record):
    """F1.6 社区层级."""

    __tablename__ = "party_coverage_community_system"
    unit, label, code = COMMUNITY, "社区联席会议、议事协商制度", "F1.6"
    help = HELP
    adopted_on: Mapped[date] = day("建立日期", happened=True)
    systems: Mapped[list[str]] = choices("制度", SYSTEMS, required=True, given=lambda today: list(SYSTEMS))
    files: Mapped[list[str]] = photos("制度文件照片", at_least=1)


class ComplexSystem(Record):
    """F1.6 小区层级."""

    __tablename__ = "party_coverage_complex_system"
    unit, label, code = COMPLEX, "小区联席会议、议事协商制度", "F1.6"
    help = HELP
    adopted_on: Mapped[date] = day("建立日期", happened=True)
    systems: Mapped[list[str]] = choices("制度", SYSTEMS, required=True, given=lambda today: list(SYSTEMS))
    files: Mapped[list[str]] = photos("制度文件照片", at_least=1)


class CommunityMeeting(Record):
    """F1.7 社区党建联席会议."""

    __tablename__ = "party_coverage_community_meeting"
    unit, label, code = COMMUNITY, "社区党建联席会议纪要", "F1.7"
    named_by: ClassVar[tuple[str, ...]] = ("held_at",)
    held_at: Mapped[datetime] = moment("会议时间", happened=True)
    place: Mapped[str | None] = text("地点", longest=100, listed=False)
    convener: Mapped[str] = text("召集人（填职务）", required=True, longest=60)
    parties: Mapped[list[str]] = choices("参会类别", PARTIES, required=True)
    topics: Mapped[str] = long_text("议题", required=True, longest=1000, listed=True)
    minutes: Mapped[str | None] = long_text("会议纪要", longest=5000)
    files: Mapped[list[str] | None] = photos("照片")

    def check(self, look: Look) -> Iterator[Problem]:
        yield from _held(self, look)


class ComplexMeeting(Record):
    """F1.7 小区党建联席会议."""

    __tablename__ = "party_coverage_complex_meeting"
    unit, label, code = COMPLEX, "小区党建联席会议纪要", "F1.7"
    named_by: ClassVar[tuple[str, ...]] = ("held_at",)
    held_at: Mapped[datetime] = moment("会议时间", happened=True)
    place: Mapped[str | None] = text("地点", longest=100, listed=False)
    convener: Mapped[str] = text("召集人（填职务）", required=True, longest=60)
    parties: Mapped[list[str]] = choices("参会类别", PARTIES, required=True)
    topics: Mapped[str] = long_text("议题", required=True, longest=1000, listed=True)
    minutes: Mapped[str | None] = long_text("会议纪要", longest=5000)
    files: Mapped[list[str] | None] = photos("照片")

    def check(self, look: Look) -> Iterator[Problem]:
        yield from _held(self, look)


def _held(meeting: Any, look: Look) -> Iterator[Problem]:
    if day_of(meeting.held_at) > look.today:
        yield Problem("held_at", Say("会议时间不能晚于今天"))


class CommunityDecision(Record):
    """F1.7 议定事项 of a community's meeting."""

    __tablename__ = "party_coverage_community_decision"
    unit, label, code = COMMUNITY, "社区联席会议议定事项", "F1.7"
    workflow, follows = DECIDED, "meeting_id"
    meeting_id: Mapped[int] = link("会议", CommunityMeeting, required=True)
    assigned_on: Mapped[date] = day("交办日期", happened=True)
    matter: Mapped[str] = text("事项", required=True, longest=300)
    answerable: Mapped[str] = text("责任单位", required=True, longest=100)
    limit_on: Mapped[date | None] = day("期限", planned=True, help="不填则为交办后30天")
    result: Mapped[str | None] = long_text("办理结果", longest=1000, filed=False)
    answered_on: Mapped[date | None] = day("反馈日期", filed=False)
    closed_on: Mapped[date | None] = day("销号日期", filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on and self.limit_on < self.assigned_on:
            yield Problem("limit_on", Say("期限不能早于交办日期"))


class ComplexDecision(Record):
    """F1.7 议定事项 of a complex's meeting."""

    __tablename__ = "party_coverage_complex_decision"
    unit, label, code = COMPLEX, "小区联席会议议定事项", "F1.7"
    workflow, follows = DECIDED, "meeting_id"
    meeting_id: Mapped[int] = link("会议", ComplexMeeting, required=True)
    assigned_on: Mapped[date] = day("交办日期", happened=True)
    matter: Mapped[str] = text("事项", required=True, longest=300)
    answerable: Mapped[str] = text("责任单位", required=True, longest=100)
    limit_on: Mapped[date | None] = day("期限", planned=True, help="不填则为交办后30天")
    result: Mapped[str | None] = long_text("办理结果", longest=1000, filed=False)
    answered_on: Mapped[date | None] = day("反馈日期", filed=False)
    closed_on: Mapped[date | None] = day("销号日期", filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on and self.limit_on < self.assigned_on:
            yield Problem("limit_on", Say("期限不能早于交办日期"))
