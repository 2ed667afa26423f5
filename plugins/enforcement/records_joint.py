"""What departments do together: F4.3 whistles and calls, F4.4 joint actions, F4.5 patrols, F4.8 trainings."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    DEPARTMENT,
    LEAD,
    REPORTER,
    STREET,
    Look,
    Problem,
    Record,
    Say,
    choice,
    day,
    day_of,
    integer,
    link,
    long_text,
    moment,
    photos,
    references,
    text,
)
from plugins.enforcement.workflows import CALL, WHISTLE

FIVE = ("违规装修", "乱搭乱建", "侵占公共空间", "电动车违规停放充电", "堵塞消防通道")
NEGLECT = "物业履职不到位"
KINDS = (*FIVE, "破坏绿化", "泄露业主个人信息", NEGLECT, "其他")
CASES = ("单独难以解决", "需联合执法", "情况紧急")  # the three cases for a whistle (habits.md)


class Whistle(Record):
    """F4.3: a community calls the departments it needs; each answers for itself."""

    __tablename__ = "enforcement_whistle"
    unit, label, code, workflow = COMPLEX, "吹哨单", "F4.3", WHISTLE
    help = "社区吹哨，部门报到。期限从吹哨时起算；每个被吹部门各自接收、报到、处置。"
    named_by: ClassVar[tuple[str, ...]] = ("blown_at", "kind")
    blown_at: Mapped[datetime] = moment("吹哨时间", happened=True)
    kind: Mapped[str] = choice("问题类型", KINDS, required=True)
    case: Mapped[str] = choice("吹哨情形", CASES, required=True, listed=False)
    content: Mapped[str] = long_text("问题描述", required=True, longest=1000)
    photos: Mapped[list[str] | None] = photos("现场照片")
    departments: Mapped[list[int]] = references("被吹部门", DEPARTMENT, at_least=1)
    attend_by: Mapped[datetime | None] = moment("要求到场时间", planned=True, listed=False)
    escalated_on: Mapped[date | None] = day("升级日期", filed=False, listed=False)
    confirmed_at: Mapped[datetime | None] = moment("社区确认时间", filed=False, listed=False)
    result: Mapped[str | None] = long_text("办结情况", longest=1000, filed=False)
    rating: Mapped[int | None] = integer("社区评分", at_least=1, at_most=5, unit="分", filed=False)
    closed_at: Mapped[datetime | None] = moment("办结时间", filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.attend_by and self.attend_by < self.blown_at:
            yield Problem("attend_by", Say("要求到场时间不能早于吹哨时间"))


class Call(Record):
    """F4.3: one department's part of a whistle: signed, contacted, there, handled; or sent back with a written basis."""

    __tablename__ = "enforcement_call"
    unit, label, code, workflow = DEPARTMENT, "部门报到", "F4.3", CALL
    by: ClassVar[tuple[str, ...]] = (LEAD,)
    named_by: ClassVar[tuple[str, ...]] = ("blown_at",)
    blown_at: Mapped[datetime] = moment("吹哨时间", happened=True)
    whistle_id: Mapped[int] = link("吹哨单", Whistle, required=True)
    attend_on: Mapped[date] = day("应到场日期", required=True, planned=True)
    received_at: Mapped[datetime | None] = moment("接收时间", filed=False)
    contacted_at: Mapped[datetime | None] = moment("联系时间", filed=False, listed=False)
    arrived_at: Mapped[datetime | None] = moment("到场时间", filed=False)
    handled_at: Mapped[datetime | None] = moment("处置完成时间", filed=False)
    refused_at: Mapped[datetime | None] = moment("退回时间", filed=False, listed=False)
    waived_at: Mapped[datetime | None] = moment("免办时间", filed=False, listed=False)
    opinion: Mapped[str | None] = long_text("处理意见", longest=1000, filed=False)
    basis: Mapped[str | None] = text("退回依据", longest=300, filed=False, help="写明法律、规定或职责清单的条款")
    signed_at: Mapped[datetime | None] = moment("首次响应时间", derived=True, listed=False)
    touched_at: Mapped[datetime | None] = moment("首次联系时间", derived=True, listed=False)
    attended_at: Mapped[datetime | None] = moment("到场了结时间", derived=True, listed=False)

    def derive(self, look: Look) -> Mapping[str, Any]:
        """Each later step answers the earlier clocks too; a refusal or a waiver ends all of them."""
        ended = [self.refused_at, self.waived_at]
        attended = [self.arrived_at, *ended]
        touched = [self.contacted_at, *attended]
        return {
            "signed_at": _first(self.received_at, *touched),
            "touched_at": _first(*touched),
            "attended_at": _first(*attended),
        }


def _first(*moments: datetime | None) -> datetime | None:
    return min((m for m in moments if m), default=None)


def attend_on(blown_at: datetime, attend_by: datetime | None, days: int) -> date:
    """The day asked for, else so many days after the blowing."""
    return day_of(attend_by) if attend_by else day_of(blown_at) + timedelta(days=days)


class JointAction(Record):
    """F4.4: one joint enforcement; one department alone is none (story 11, Q14)."""

    __tablename__ = "enforcement_joint_action"
    unit, label, code = STREET, "联合执法行动", "F4.4"
    by: ClassVar[tuple[str, ...]] = (REPORTER, LEAD)
    held_on: Mapped[date] = day("行动日期", happened=True)
    departments: Mapped[list[int]] = references("参加部门", DEPARTMENT, at_least=2)
    complexes: Mapped[list[int]] = references("行动小区", COMPLEX, at_least=1)
    people: Mapped[int] = integer("出动人次", required=True, at_least=2, at_most=2000, unit="人次")
    found: Mapped[int] = integer("发现问题", required=True, unit="个")
    filed: Mapped[int | None] = integer("立案", unit="起")
    rectified: Mapped[int | None] = integer("当场整改", unit="个")
    photos: Mapped[list[str]] = photos("行动照片", at_least=1)
    note: Mapped[str | None] = long_text("情况", longest=1000)


class Patrol(Record):
    """F4.5: one department goes down to complexes on its own."""

    __tablename__ = "enforcement_patrol"
    unit, label, code = DEPARTMENT, "部门下沉巡查", "F4.5"
    held_on: Mapped[date] = day("巡查日期", happened=True)
    complexes: Mapped[list[int]] = references("巡查小区", COMPLEX, at_least=1)
    found: Mapped[int] = integer("发现问题", required=True, unit="个")
    handling: Mapped[str | None] = long_text("处理情况", longest=1000)
    photos: Mapped[list[str] | None] = photos("照片")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.found and not self.handling:
            yield Problem("handling", Say("发现问题时，请写明处理情况"))


class Training(Record):
    """F4.8: one common training in enforcement (D12)."""

    __tablename__ = "enforcement_training"
    unit, label, code = STREET, "执法培训", "F4.8"
    by: ClassVar[tuple[str, ...]] = (LEAD,)
    held_on: Mapped[date] = day("培训日期", happened=True)
    topic: Mapped[str] = text("主题", required=True, longest=100)
    people: Mapped[int] = integer("参加人数", required=True, at_least=1, unit="人")
    photos: Mapped[list[str] | None] = photos("照片")
