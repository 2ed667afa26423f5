"""What communities and complexes need, hold and hear: F9.4-F9.7. A community and a complex owe the same each for itself, so
needs and events come in two classes of one shape."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMMUNITY,
    COMPLEX,
    DEPARTMENT,
    Look,
    Problem,
    Record,
    Say,
    choice,
    choices,
    day,
    decimal,
    integer,
    link,
    long_text,
    month,
    personal,
    photos,
    reference,
    references,
    text,
    yes_no,
)
from plugins.dual_reporting.workflows import NEED

KINDS = ("设施维修", "环境整治", "养老助残", "文体活动", "法律政策", "安全隐患", "其他")
WAYS = ("公示栏", "微信群", "公众号", "其他")
POSTS = ("党员楼栋长", "业委会成员", "物业服务监督员", "志愿")
SUPERVISOR = "物业服务监督员"
RATINGS = ("满意", "基本满意", "不满意")
MARKS = ("service", "cleaning", "order", "upkeep")


class _Need(Record):
    """F9.5: one need on the month's published list, until an organ has taken it up and the residents have answered."""

    __abstract__ = True
    published_on: Mapped[date] = day("公开日期", happened=True)
    month: Mapped[date] = month("清单月份", required=True, given=lambda today: today.replace(day=1))
    kind: Mapped[str] = choice("类型", KINDS, required=True)
    content: Mapped[str] = text("需求内容", required=True, longest=200)
    way: Mapped[str] = choice("公开方式", WAYS, required=True)
    proof: Mapped[list[str]] = photos("公开照片", at_least=1)
    organ_id: Mapped[int | None] = reference("认领单位", DEPARTMENT, filed=False)
    claimed_on: Mapped[date | None] = day("认领日期", filed=False)
    result: Mapped[str | None] = long_text("完成情况", longest=1000, filed=False)
    done_on: Mapped[date | None] = day("完成日期", filed=False)
    rating: Mapped[str | None] = choice("居民反馈", RATINGS, filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.published_on.replace(day=1) > self.month:
            yield Problem("month", Say("清单应在当月公开：公开日期晚于清单月份"), warning=True)


class CommunityNeed(_Need):
    __tablename__ = "dual_reporting_community_need"
    __table_args__ = (Index(None, "community_id", "month"),)
    unit, label, code, workflow, public = COMMUNITY, "社区需求", "F9.5", NEED, True
    named_by: ClassVar[tuple[str, ...]] = ("month", "content")


class ComplexNeed(_Need):
    __tablename__ = "dual_reporting_complex_need"
    __table_args__ = (Index(None, "complex_id", "month"),)
    unit, label, code, workflow, public = COMPLEX, "小区需求", "F9.5", NEED, True
    named_by: ClassVar[tuple[str, ...]] = ("month", "content")


class _Event(Record):
    """F9.6: one event held together with organs."""

    __abstract__ = True
    held_on: Mapped[date] = day("活动日期", happened=True)
    organs: Mapped[list[int]] = references("参加单位", DEPARTMENT, at_least=1)
    people: Mapped[int] = integer("参加人数", required=True, at_least=1, at_most=5000, unit="人")
    content: Mapped[str] = text("活动内容", required=True, longest=200)
    photos: Mapped[list[str]] = photos("现场照片", at_least=1)


class CommunityEvent(_Event):
    __tablename__ = "dual_reporting_community_event"
    __table_args__ = (Index(None, "community_id", "held_on"),)
    unit, label, code, public = COMMUNITY, "社区对接共建活动", "F9.6", True


class ComplexEvent(_Event):
    __tablename__ = "dual_reporting_complex_event"
    __table_args__ = (Index(None, "complex_id", "held_on"),)
    unit, label, code, public = COMPLEX, "小区对接共建活动", "F9.6", True


class Cadre(Record):
    """F9.4: a party member in public office who lives in the complex: known, and reported or not yet."""

    __tablename__ = "dual_reporting_cadre"
    unit, label, code = COMPLEX, "公职党员报到", "F9.4"
    named_by: ClassVar[tuple[str, ...]] = ("number",)
    known_on: Mapped[date] = day("登记日期", happened=True)
    number: Mapped[str] = text("登记号", required=True, longest=30, help="同一小区内不重复，例如 03-5")
    name: Mapped[str] = personal("姓名", required=True, longest=40)
    employer: Mapped[str] = personal("单位", required=True, longest=80)
    reported_on: Mapped[date | None] = day("报到日期")
    shown: Mapped[bool | None] = yes_no("已亮身份")
    posts: Mapped[list[str] | None] = choices("认领岗位", POSTS)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.reported_on and self.reported_on > look.today:
            yield Problem("reported_on", Say("报到日期不能晚于今天"))
        if self.posts and not self.reported_on:
            yield Problem("reported_on", Say("认领了岗位，请填写报到日期"))


class Opinion(Record):
    """F9.7: a supervisor's marks of one month; they enter the monthly assessment (1.6 A9 to A5)."""

    __tablename__ = "dual_reporting_opinion"
    __table_args__ = (Index(None, "complex_id", "month"),)
    unit, label, code, follows = COMPLEX, "监督员评价", "F9.7", "supervisor_id"
    once_per: ClassVar[tuple[str, ...]] = ("supervisor_id", "month")
    supervisor_id: Mapped[int] = link("监督员", Cadre, required=True)
    month: Mapped[date] = month("评价月份", required=True, given=lambda today: today.replace(day=1))
    service: Mapped[int] = integer("客户服务", required=True, at_least=1, at_most=5, unit="分")
    cleaning: Mapped[int] = integer("清洁卫生", required=True, at_least=1, at_most=5, unit="分")
    order: Mapped[int] = integer("秩序维护", required=True, at_least=1, at_most=5, unit="分")
    upkeep: Mapped[int] = integer("设施养护", required=True, at_least=1, at_most=5, unit="分")
    opinion: Mapped[str | None] = long_text("意见建议", longest=1000)
    mean: Mapped[Decimal | None] = decimal("平均分", places=2, derived=True, unit="分")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.month > look.today:
            yield Problem("month", Say("评价月份不能晚于本月"))
        for (posts,) in look.read(select(Cadre.posts).where(Cadre.id == self.supervisor_id)):
            if SUPERVISOR not in (posts or ()):
                yield Problem("supervisor_id", Say("该党员没有认领“物业服务监督员”岗位"))

    def derive(self, look: Look) -> Mapping[str, Any]:
        return {"mean": round(Decimal(sum(getattr(self, m) for m in MARKS)) / len(MARKS), 2)}
