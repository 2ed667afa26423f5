"""Party members and organisations of complexes (plan 1.4, F1.1-F1.3). Membership is sensitive: names are sealed."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Index, func, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    Look,
    Problem,
    Record,
    Say,
    choice,
    choices,
    counts,
    day,
    day_of,
    integer,
    long_text,
    moment,
    origin,
    personal,
    text,
    yes_no,
)
from plugins.party_coverage.workflows import NOTED, REGISTER

FULL, PROBATIONARY = "正式", "预备"
GROUPS = ("流动党员", "机关公职党员", "退休党员干部", "其他")
WILLING = ("党组织委员", "业委会", "楼栋长", "物业服务监督员")
REGULAR, FUNCTIONAL = "建制式", "功能型"
RETIRED = "退休党员干部"
PARTY_POSTS = ("书记", "副书记", "委员")
SEATS = ("主任", "副主任", "委员", "候补")


class CensusEntry(Record):
    """F1.1: one party member who lives in the complex."""

    __tablename__ = "party_coverage_census_entry"
    __table_args__ = (Index(None, "complex_id", "category", "surveyed_on"),)  # who may form a regular organisation
    unit, label, code = COMPLEX, "小区党员摸底登记", "F1.1"
    workflow = NOTED
    help = "一名党员一条。愿意进入业委会的，系统自动加入候选人库。全部登记后填报“小区党员摸底完成”。"
    surveyed_on: Mapped[date] = day("摸底日期", happened=True)
    name: Mapped[str] = personal("姓名", required=True)
    sex: Mapped[str | None] = choice("性别", ("男", "女"))
    born: Mapped[str | None] = personal("出生年月", listed=False)
    category: Mapped[str] = choice("党员类别", (FULL, PROBATIONARY), required=True)
    groups: Mapped[list[str] | None] = choices("群体", GROUPS)
    workplace: Mapped[str | None] = personal("工作单位", listed=False)
    organisation: Mapped[str | None] = personal("组织关系所在党组织", listed=False)
    room: Mapped[str | None] = personal("楼栋房号", listed=False)
    phone: Mapped[str | None] = personal("电话", searchable=True, listed=False)
    willing: Mapped[list[str] | None] = choices("意愿", WILLING)
    reported: Mapped[bool | None] = yes_no("是否已报到")
    surveyor: Mapped[str | None] = personal("摸底人", listed=False)


class ComplexCensus(Record):
    """F1.1 完成: the census of a complex is closed at a moment (D1, story 2); also where no party member lives."""

    __tablename__ = "party_coverage_complex_census"
    unit, label, code = COMPLEX, "小区党员摸底完成", "F1.1"
    help = "全部登记后填报；没有党员的小区也要填报。11月15日24时前为按时。"
    once_per: ClassVar[tuple[str, ...]] = ("complex_id",)
    closed_at: Mapped[datetime] = moment("完成时间", happened=True)
    members: Mapped[int | None] = integer("登记党员数", derived=True, unit="人")
    note: Mapped[str | None] = text("备注", longest=300)

    def derive(self, look: Look) -> Mapping[str, Any]:
        rows = select(func.count()).where(CensusEntry.complex_id == self.complex_id, counts(CensusEntry))
        return {"members": next((n for (n,) in look.read(rows)), 0)}

    def check(self, look: Look) -> Iterator[Problem]:
        if day_of(self.closed_at) > look.today:
            yield Problem("closed_at", Say("完成时间不能晚于今天"))


class Eligibility(Record):
    """F1.2 符合条件: the officer's decision beside the automatic hint (full members registered, plan 3.2)."""

    __tablename__ = "party_coverage_eligibility"
    unit, label, code = COMPLEX, "建制式组建条件认定", "F1.2"
    help = "不填报时，按摸底登记的正式党员数自动判断；与自动判断不同的，请在此认定并说明理由。"
    judged_on: Mapped[date] = day("认定日期", happened=True)
    full_members: Mapped[int | None] = integer("摸底正式党员数", derived=True, unit="人")
    meets: Mapped[bool] = yes_no("符合建制式组建条件", required=True)
    reason: Mapped[str | None] = long_text("理由（未建原因）", longest=500, listed=True)

    def derive(self, look: Look) -> Mapping[str, Any]:
        return {"full_members": _full(self.complex_id, self.judged_on, look)}

    def check(self, look: Look) -> Iterator[Problem]:
        hint = (self.full_members or 0) >= look.setting("party_coverage.full_needed")
        if hint != self.meets and not self.reason:
            yield Problem("reason", Say("与按正式党员数的自动判断不同，请写明理由"))

    @classmethod
    def known(cls, look: Look, unit_id: int) -> Mapping[str, Any]:
        return {"meets": _full(unit_id, look.today, look) >= look.setting("party_coverage.full_needed")}


def _full(complex_id: int, on: date, look: Look) -> int:
    rows = select(func.count()).where(
        CensusEntry.complex_id == complex_id,
        CensusEntry.category == FULL,
        CensusEntry.surveyed_on <= on,
        counts(CensusEntry),
    )
    return next((int(n) for (n,) in look.read(rows)), 0)


class Organisation(Record):
    """F1.2 小区党组织台账. Secretary and members are entered here once; cross posts follow from them (F1.3)."""

    __tablename__ = "party_coverage_organisation"
    unit, label, code = COMPLEX, "小区党组织台账", "F1.2"
    workflow = REGISTER
    help = "书记、委员只在这里填一次；与业委会成员同名的，系统自动登记为交叉任职。"
    named_by: ClassVar[tuple[str, ...]] = ("form", "founded_on")
    founded_on: Mapped[date] = day("成立日期", happened=True)
    form: Mapped[str] = choice("形式", (REGULAR, FUNCTIONAL), required=True)
    name: Mapped[str] = text("名称", required=True, longest=100)
    approval: Mapped[str | None] = text("批准文号", longest=60, listed=False)
    superior: Mapped[str | None] = text("上级党组织", longest=100, listed=False)
    secretary: Mapped[str | None] = personal("书记")
    secretary_on: Mapped[date | None] = day("书记任职日期", listed=False, help="不填则为成立日期")
    secretary_kind: Mapped[str | None] = choice("书记身份", (RETIRED, "其他"))
    treated: Mapped[bool | None] = yes_no("参照享受离退休党组织班子成员待遇", listed=False)
    deputies: Mapped[str | None] = personal("副书记", listed=False, help="多人用顿号“、”分隔")
    committee: Mapped[str | None] = personal("委员", listed=False, longest=500, help="多人用顿号“、”分隔")
    members: Mapped[int | None] = integer("党员数", unit="人")
    ended_on: Mapped[date | None] = day("撤销日期")

    def check(self, look: Look) -> Iterator[Problem]:
        for name in ("ended_on", "secretary_on"):
            if (value := getattr(self, name)) and value < self.founded_on:
                yield Problem(name, Say("{f}不能早于成立日期", f=type(self).field(name).label))
        if self.secretary_on and self.secretary_on > look.today:
            yield Problem("secretary_on", Say("书记任职日期不能晚于今天"))
        if self.ended_on and self.ended_on > look.today:
            yield Problem("ended_on", Say("撤销日期不能晚于今天"))
        if self.treated and self.secretary_kind != RETIRED:
            yield Problem("treated", Say("只有退休党员干部任书记的可以参照享受"))
        if self.form == REGULAR and self.members is not None and self.members < 3:
            yield Problem("members", Say("建制式党组织一般应有3名以上正式党员；确需如此请说明理由"), warning=True)


class CrossPost(Record):
    """F1.3 交叉任职登记: the same person in the party organisation and in the committee of owners. Written by the system from
    F1.2 and F2.3 (``seat``: the member it was found in); by hand only where names differ in writing."""

    __tablename__ = "party_coverage_cross_post"
    __table_args__ = (Index(None, "complex_id", "seat"),)
    unit, label, code = COMPLEX, "交叉任职登记", "F1.3"
    workflow = NOTED
    help = "一般不用填：系统按党组织台账和业委会成员自动登记。两处写法不同的，可在此补登。"
    from_on: Mapped[date] = day("起始日期", happened=True)
    name: Mapped[str] = personal("姓名", required=True)
    party_post: Mapped[str] = choice("党内职务", PARTY_POSTS, required=True)
    committee_post: Mapped[str] = choice("业委会职务", SEATS[:3], required=True)
    until_on: Mapped[date | None] = day("终止日期", planned=True)
    seat: Mapped[str | None] = origin("业委会成员")
    both_heads: Mapped[bool | None] = yes_no("一肩挑", derived=True)

    def derive(self, look: Look) -> Mapping[str, Any]:
        return {"both_heads": self.party_post == PARTY_POSTS[0] and self.committee_post == SEATS[0]}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.until_on and self.until_on < self.from_on:
            yield Problem("until_on", Say("终止日期不能早于起始日期"))
