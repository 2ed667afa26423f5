"""Who is there for it and who meets: disposal groups (F3.2), joint meetings (F3.5), the mini-program (F3.6), of the street and
of each community alike."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from core.api import (
    COMMUNITY,
    COMPLEX,
    DEPARTMENT,
    LEAD,
    STREET,
    Look,
    Problem,
    Record,
    Say,
    choice,
    choices,
    day,
    integer,
    link,
    long_text,
    moment,
    personal,
    photos,
    reference,
    text,
    yes_no,
)
from plugins.disputes.records_complaint import Complaint

PARTIES = ("小区党支部", "物业企业", "业委会或业主代表", "网格员", "部门", "社区居委会", "其他")
WAYS = ("入户讲解", "现场扫码", "张贴二维码", "业主群推送", "培训网格员", "其他")
DIRECTIONS = ("推送", "回流")
# What the other platform calls it: which of our states answer to it.
OUTSIDE = {
    "待受理": ("received",),
    "办理中": ("simple", "complex", "explained", "referred", "consulted", "disposed", "visited", "redo"),
    "已办结": ("closed", "merged"),
    "已退回": ("transferring", "transferred", "void"),
}


class _Group:
    """F3.2: who heads the disposal group and who is there for it full-time (D9)."""

    help: ClassVar[str] = "须有专人负责。人员变动时另填一条。"
    head: Mapped[str] = text("组长（填职务）", required=True, longest=60)
    officer: Mapped[str] = personal("专人", required=True, longest=50)
    phone: Mapped[str | None] = personal("联系电话", longest=40, searchable=True)
    members: Mapped[int | None] = integer("成员人数", at_least=1, at_most=200, unit="人")


class StreetGroup(_Group, Record):
    __tablename__ = "disputes_street_group"
    unit, label, code = STREET, "街道信访处置小组", "F3.2"
    by = (LEAD,)
    founded_on: Mapped[date] = day("成立日期", happened=True)


class CommunityGroup(_Group, Record):
    __tablename__ = "disputes_community_group"
    unit, label, code = COMMUNITY, "社区信访处置小组", "F3.2"
    founded_on: Mapped[date] = day("成立日期", happened=True)


class _Meeting:
    """F3.5: a joint meeting on property management, with what it settled."""

    help: ClassVar[str] = "参会方至少两类；议定事项写明责任单位和期限。"
    place: Mapped[str | None] = text("地点", longest=100)
    convener: Mapped[str] = text("召集人（填职务）", required=True, longest=60)
    parties: Mapped[list[str]] = choices("参会方", PARTIES, required=True)
    topics: Mapped[str] = text("议题", required=True, longest=300)
    decisions: Mapped[str] = long_text("议定事项", required=True, longest=3000)
    limit_on: Mapped[date | None] = day("落实期限", planned=True)
    settled: Mapped[bool | None] = yes_no("已全部落实")
    pictures: Mapped[list[str] | None] = photos("照片或签到")

    @classmethod
    def known(cls, look: Look, unit_id: int) -> Mapping[str, Any]:
        """Where and by whom it was held last time."""
        own: Any = cls
        last = select(own.place, own.convener, own.parties).where(getattr(own, own.unit.column) == unit_id)
        for place, convener, parties in look.read(last.order_by(own.held_at.desc()).limit(1)):
            return {"place": place, "convener": convener, "parties": parties}
        return {}

    def check(self, look: Look) -> Iterator[Problem]:
        if len(self.parties) < 2:
            yield Problem("parties", Say("联席会议至少有两类参会方"))


class StreetMeeting(_Meeting, Record):
    __tablename__ = "disputes_street_meeting"
    unit, label, code = STREET, "街道物业管理联席会议", "F3.5"
    by = (LEAD,)
    held_at: Mapped[datetime] = moment("时间", happened=True)
    owner: Mapped[int | None] = reference("责任单位", DEPARTMENT)


class CommunityMeeting(_Meeting, Record):
    __tablename__ = "disputes_community_meeting"
    unit, label, code = COMMUNITY, "社区物业管理联席会议", "F3.5"
    held_at: Mapped[datetime] = moment("时间", happened=True)
    owner: Mapped[int | None] = reference("责任单位", DEPARTMENT)


class Promotion(Record):
    """F3.6: the mini-program 晋江网格服务 was promoted in a complex, with proof (A3-6)."""

    __tablename__ = "disputes_promotion"
    unit, label, code = COMPLEX, "小程序推广", "F3.6"
    held_on: Mapped[date] = day("推广日期", happened=True)
    ways: Mapped[list[str]] = choices("推广方式", WAYS, required=True)
    users: Mapped[int | None] = integer("新增注册", at_most=100_000, unit="户")
    pictures: Mapped[list[str]] = photos("照片", at_least=1, at_most=9)


class GridSync(Record):
    """F3.6: one exchange with 网格+: the number over there, when, and whether both sides say the same."""

    __tablename__ = "disputes_grid_sync"
    unit, label, code = COMPLEX, "网格+同步", "F3.6"
    help = "与“网格+”按文件交换时登记：外部编号、推送或回流时间、对方状态。"
    follows = "complaint_id"
    complaint_id: Mapped[int] = link("信访投诉", Complaint, required=True)
    external_no: Mapped[str] = text("外部编号", required=True, longest=60)
    direction: Mapped[str] = choice("方向", DIRECTIONS, required=True)
    synced_at: Mapped[datetime] = moment("时间", happened=True)
    external_state: Mapped[str] = choice("对方状态", tuple(OUTSIDE), required=True)
    agrees: Mapped[bool | None] = yes_no("与本系统一致", derived=True)

    def derive(self, look: Look) -> dict[str, Any]:
        """As both stood when it was exchanged: a later step of ours does not make it wrong."""
        if self.id is not None:
            said = [said for (said,) in look.read(select(GridSync.external_state).where(GridSync.id == self.id))]
            if said == [self.external_state]:
                return {"agrees": self.agrees}
        ours = [state for (state,) in look.read(select(Complaint.state).where(Complaint.id == self.complaint_id))]
        return {"agrees": bool(ours) and ours[0] in OUTSIDE[self.external_state]}
