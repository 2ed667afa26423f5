"""What is reported (plan 1.4, F7.1-F7.5): clean-ups, inspections, defects, fallback service, cleaning standards."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    COORDINATOR,
    LEAD,
    REPORTER,
    Look,
    Problem,
    Record,
    Say,
    State,
    Transition,
    Workflow,
    choice,
    choices,
    day,
    integer,
    long_text,
    money,
    photos,
    text,
    yes_no,
)

SPOTS = ("出入口", "地下室", "入户大堂", "卫生死角", "垃圾收集点")
DEFECTS = ("绿化斑秃", "道路破损", "照明缺失", "垃圾分类", "建筑垃圾处置", "其他")
FALLBACKS = ("保洁", "安保")
CONVERSIONS = ("改管运一体化", "连片打包委托", "引进物业")


class Cleanup(Record):
    """F7.1: one collective clean-up of one complex on one day. The first must cover all five spots (D22)."""

    __tablename__ = "environment_cleanup"
    __table_args__ = (Index(None, "held_on", "state", "people"),)  # the month's tally of the report
    unit, label, code = COMPLEX, "大扫除记录", "F7.1"
    firm = True
    help = "首次大扫除须覆盖全部五类部位；此后每月至少一次。"
    held_on: Mapped[date] = day("清扫日期", happened=True)
    spots: Mapped[list[str]] = choices("重点部位", SPOTS, required=True)
    people: Mapped[int] = integer("参加人数", required=True, at_least=1, at_most=5000, unit="人")
    photos: Mapped[list[str]] = photos("清扫前后照片", at_least=1, at_most=9)
    note: Mapped[str | None] = long_text("备注", longest=500)


class Inspection(Record):
    """F7.2: one inspection against the four criteria of the notice."""

    __tablename__ = "environment_inspection"
    unit, label, code = COMPLEX, "环境检查", "F7.2"
    inspected_on: Mapped[date] = day("检查日期", happened=True)
    waste: Mapped[bool] = yes_no("垃圾定点投放、及时清运", required=True)
    roads: Mapped[bool] = yes_no("路面无明显坑洼积水", required=True)
    facilities: Mapped[bool] = yes_no("公共设施无明显损坏", required=True)
    lights: Mapped[bool] = yes_no("路灯照明正常", required=True)
    finding: Mapped[str | None] = long_text("发现的问题", longest=1000)
    photos: Mapped[list[str] | None] = photos("照片")

    def check(self, look: Look) -> Iterator[Problem]:
        if not all((self.waste, self.roads, self.facilities, self.lights)) and not self.finding:
            yield Problem("finding", Say("有一项不达标时，请写明发现的问题"))


MENDING = Workflow(
    states=(
        State(key="found", label="已发现"),
        State(key="mending", label="整改中"),
        State(key="mended", label="待复核"),
        State(key="closed", label="已销号", closed=True),
        State(key="void", label="不属实", counts=False, closed=True),
    ),
    transitions=(
        Transition(key="start", label="开始整改", source=("found",), target="mending", by=(REPORTER, LEAD)),
        Transition(
            key="mend",
            label="整改完成",
            source=("found", "mending"),
            target="mended",
            by=(REPORTER, LEAD),
            fields=("after_photos",),
            stamps="mended_on",
        ),
        Transition(
            key="reject",
            label="退回整改",
            source=("mended",),
            target="mending",
            by=(LEAD, COORDINATOR),
            clears=("mended_on",),
            needs_remark=True,
        ),
        Transition(
            key="close",
            label="复核销号",
            source=("mended",),
            target="closed",
            by=(LEAD, COORDINATOR),
            stamps="closed_on",
            another=True,
        ),
        Transition(
            key="void", label="不属实", source=("found",), target="void", by=(LEAD, COORDINATOR), needs_remark=True
        ),
    ),
    editable=("found", "mending"),
)


class Shortboard(Record):
    """F7.3: a defect inside the red line, from found to closed; closing needs photos and another person's eye."""

    __tablename__ = "environment_shortboard"
    __table_args__ = (Index(None, "closed_on"),)  # what is still open, without walking what was closed
    unit, label, code = COMPLEX, "短板整改", "F7.3"
    firm = True
    workflow = MENDING
    found_on: Mapped[date] = day("发现日期", happened=True)
    defect: Mapped[str] = choice("短板类型", DEFECTS, required=True)
    place: Mapped[str] = text("位置", required=True, longest=100)
    limit_on: Mapped[date | None] = day("整改期限", planned=True, help="不填则为发现后15天")
    before_photos: Mapped[list[str]] = photos("整改前照片", at_least=1, at_most=9)
    after_photos: Mapped[list[str] | None] = photos("整改后照片", at_most=9, filed=False)
    mended_on: Mapped[date | None] = day("整改完成日期", filed=False)
    closed_on: Mapped[date | None] = day("销号日期", filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on and self.limit_on < self.found_on:
            yield Problem("limit_on", Say("整改期限不能早于发现日期"))


class Fallback(Record):
    """F7.4: a complex without property service, what the street provides meanwhile and what it shall become (D23)."""

    __tablename__ = "environment_fallback"
    unit, label, code = COMPLEX, "无物业小区兜底", "F7.4"
    started_on: Mapped[date] = day("兜底开始日期", happened=True)
    services: Mapped[list[str]] = choices("兜底内容", FALLBACKS, required=True)
    cost: Mapped[Decimal | None] = money("资金")
    conversion: Mapped[str | None] = choice("转化方式", CONVERSIONS)
    ended_on: Mapped[date | None] = day("完成转化日期")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.ended_on and self.ended_on < self.started_on:
            yield Problem("ended_on", Say("完成转化日期不能早于兜底开始日期"))
        if self.ended_on and not self.conversion:
            yield Problem("conversion", Say("已完成转化时，请选择转化方式"))


class Standard(Record):
    """F7.5: the cleaning standard a complex has adopted."""

    __tablename__ = "environment_standard"
    unit, label, code = COMPLEX, "保洁标准", "F7.5"
    firm = True
    adopted_on: Mapped[date] = day("施行日期", happened=True)
    title: Mapped[str] = text("标准名称", required=True)
    times_a_day: Mapped[int] = integer("公共区域每日清扫次数", required=True, at_least=1, at_most=24, unit="次")
    content: Mapped[str | None] = long_text("标准与流程要点")
    files: Mapped[list[str] | None] = photos("附件照片")


RECORDS = (Cleanup, Inspection, Shortboard, Fallback, Standard)
