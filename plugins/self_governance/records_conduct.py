"""How committees do their work (plan 1.4, F2.6-F2.10): training, rules, yearly reviews, awards, recommendations."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    LEAD,
    REPORTER,
    STREET,
    Look,
    Problem,
    Record,
    Say,
    choice,
    day,
    decimal,
    integer,
    link,
    long_text,
    personal,
    photos,
    text,
)
from plugins.self_governance.records_committee import Committee, Member
from plugins.self_governance.workflows import NOTED

RULES = ("业委会管理制度", "履职清单", "负面清单", "监督考核办法")
GRADES = ("优秀", "良好", "合格", "不合格")
HONOURED = ("业委会", "主任", "委员")
HONOURS = ("市“两代表一委员”", "其他荣誉")


class Training(Record):
    """F2.6 一次履职培训 (D5)."""

    __tablename__ = "self_governance_training"
    unit, label, code = STREET, "业委会委员培训", "F2.6"
    public = True
    by = (REPORTER, LEAD)
    named_by: ClassVar[tuple[str, ...]] = ("held_on", "topic")
    held_on: Mapped[date] = day("培训日期", happened=True)
    topic: Mapped[str] = text("主题", required=True, longest=100)
    teacher: Mapped[str | None] = text("师资", longest=100, help="填单位或职务")
    note: Mapped[str | None] = long_text("内容", longest=1000)
    files: Mapped[list[str] | None] = photos("照片")


class Attendance(Record):
    """F2.6 签到: one member at one training. A sheet of sign-ins brings them all at once."""

    __tablename__ = "self_governance_attendance"
    unit, label, code = COMPLEX, "培训签到", "F2.6"
    workflow = NOTED
    follows = "member_id"
    once_per: ClassVar[tuple[str, ...]] = ("training_id", "member_id")
    member_id: Mapped[int] = link("成员", Member, required=True)
    training_id: Mapped[int] = link("培训", Training, required=True)
    signed_on: Mapped[date] = day("签到日期", happened=True)


class Rule(Record):
    """F2.7 制度、清单、办法: issued once, then revised (D6)."""

    __tablename__ = "self_governance_rule"
    unit, label, code = STREET, "制度与清单", "F2.7"
    public = True
    named_by: ClassVar[tuple[str, ...]] = ("kind", "edition")
    issued_on: Mapped[date] = day("发布日期", happened=True)
    kind: Mapped[str] = choice("类型", RULES, required=True)
    edition: Mapped[str] = text("版本", required=True, longest=40, given=lambda today: "第1版")
    content: Mapped[str | None] = long_text("要点", longest=5000)
    files: Mapped[list[str] | None] = photos("文件照片")


class Evaluation(Record):
    """F2.8 年底履职评价 of one committee by the community's party organisation (D7)."""

    __tablename__ = "self_governance_evaluation"
    unit, label, code = COMPLEX, "业委会履职评价", "F2.8"
    help = "由社区党组织年底评价群众满意度和工作落实；总分为两项平均。"
    follows = "committee_id"
    once_per: ClassVar[tuple[str, ...]] = ("committee_id", "year")
    committee_id: Mapped[int] = link("业委会", Committee, required=True)
    year: Mapped[int] = integer("年度", required=True, at_least=2020, at_most=2099, grouped=False)
    evaluated_on: Mapped[date] = day("评价日期", happened=True)
    satisfaction: Mapped[Decimal] = decimal("群众满意度分", required=True, at_most=100, unit="分")
    work: Mapped[Decimal] = decimal("工作落实分", required=True, at_most=100, unit="分")
    total: Mapped[Decimal | None] = decimal("总分", derived=True, at_most=100, unit="分")
    grade: Mapped[str] = choice("等次", GRADES, required=True)
    note: Mapped[str | None] = long_text("评语", longest=1000)

    def derive(self, look: Look) -> Mapping[str, Any]:
        return {"total": ((self.satisfaction + self.work) / 2).quantize(Decimal("0.01"))}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.year > self.evaluated_on.year:
            yield Problem("year", Say("不能评价以后的年度"))


class Award(Record):
    """F2.9 评优评先."""

    __tablename__ = "self_governance_award"
    unit, label, code = COMPLEX, "评优评先", "F2.9"
    follows = "committee_id"
    committee_id: Mapped[int] = link("业委会", Committee, required=True)
    awarded_on: Mapped[date] = day("表扬日期", happened=True)
    honoured: Mapped[str] = choice("对象", HONOURED, required=True)
    person: Mapped[str | None] = personal("受表扬人")
    title: Mapped[str] = text("表扬名称", required=True, longest=100)


class Recommendation(Record):
    """F2.10 荣誉推荐: a committee's head considered for an honour of the city."""

    __tablename__ = "self_governance_recommendation"
    unit, label, code = COMPLEX, "荣誉推荐", "F2.10"
    follows = "committee_id"
    committee_id: Mapped[int] = link("业委会", Committee, required=True)
    recommended_on: Mapped[date] = day("推荐日期", happened=True)
    honour: Mapped[str] = choice("推荐类别", HONOURS, required=True)
    person: Mapped[str] = personal("被推荐人", required=True)
    outcome: Mapped[str | None] = text("结果", longest=100)
