"""Who stands for a unit and what a community is held to: G1, G5, G6 and the plan tables of annexes 2 to 4."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMMUNITY,
    COMPLEX,
    DEPARTMENT,
    LEAD,
    LEADER,
    Look,
    Problem,
    Record,
    Say,
    choice,
    counts,
    day,
    decimal,
    integer,
    long_text,
    personal,
    reference,
    text,
)
from plugins.safeguards.workflows import HANDLING

TARGETS = ("社区", "社区书记")
ITEMS = (
    "抓基层党建述职评议考核",
    "落实全面从严治党主体责任绩效评估",
    "社区绩效考核：业委会组建换届",
    "社区绩效考核：市场退出机制",
    "社区绩效考核：物业联席会议制度",
)


class Liaison(Record):
    """G1: the one person a member unit names for the task force; exactly one at a time (D35)."""

    __tablename__ = "safeguards_liaison"
    unit, label, code = DEPARTMENT, "专班联络员", "G1"
    since: Mapped[date] = day("指定日期", happened=True)
    name: Mapped[str] = personal("联络员", required=True, longest=40)
    phone: Mapped[str | None] = personal("联系电话", longest=30, searchable=True)
    until: Mapped[date | None] = day("终止日期")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.until and self.until < self.since:
            yield Problem("until", Say("终止日期不能早于指定日期"))
        mine = (Liaison.department_id == self.department_id, counts(Liaison), Liaison.id != (self.id or 0))
        beside = or_(Liaison.until.is_(None), Liaison.until >= self.since)
        until = () if self.until is None else (Liaison.since <= self.until,)
        for (other,) in look.read(select(Liaison.id).where(*mine, beside, *until).limit(1)):
            yield Problem("since", Say("每个成员单位只指定1名联络员：编号 {i} 仍在任，请先填写其终止日期", i=other))


class CommunityTeam(Record):
    """G5: the community's own team, its management institution and the person in charge (D36)."""

    __tablename__ = "safeguards_community_team"
    unit, label, code = COMMUNITY, "社区专班与物业管理机构", "G5"
    formed_on: Mapped[date] = day("成立日期", happened=True)
    institution: Mapped[str] = text("物业管理机构名称", required=True, longest=80)
    members: Mapped[str] = personal("专班名单", required=True, longest=500)
    person: Mapped[str] = personal("专人", required=True, longest=40)


class CommunityScore(Record):
    """G6: one item of a community's yearly assessment."""

    __tablename__ = "safeguards_community_score"
    unit, label, code = COMMUNITY, "社区绩效考核", "G6"
    by: ClassVar[tuple[str, ...]] = (LEAD,)
    once_per: ClassVar[tuple[str, ...]] = ("community_id", "year", "target", "item")
    scored_on: Mapped[date] = day("评定日期", happened=True)
    year: Mapped[int] = integer("年度", required=True, at_least=2024, at_most=2100, grouped=False)
    target: Mapped[str] = choice("对象", TARGETS, required=True)
    item: Mapped[str] = choice("项目", ITEMS, required=True)
    score: Mapped[Decimal] = decimal("分值", required=True, at_most=100, unit="分")
    reason: Mapped[str | None] = text("加减分理由", longest=200)


class AttackPlan(Record):
    """Annexes 2 to 4: one line of the plan table of a complex. The tables are empty in the notice; the columns are ours."""

    __tablename__ = "safeguards_attack_plan"
    unit, label, code, workflow = COMPLEX, "攻坚行动计划", "附件2、附件3、附件4", HANDLING
    named_by: ClassVar[tuple[str, ...]] = ("task",)
    planned_on: Mapped[date] = day("制定日期", happened=True)
    problem: Mapped[str] = text("存在问题", required=True, longest=200)
    task: Mapped[str] = text("攻坚任务", required=True, longest=100)
    measures: Mapped[str] = long_text("措施", required=True, longest=1000)
    leader: Mapped[int | None] = reference("责任领导", LEADER)
    office: Mapped[int] = reference("责任单位", DEPARTMENT, required=True)
    limit_on: Mapped[date] = day("完成时限", required=True, planned=True)
    answer: Mapped[str | None] = long_text("进展", longest=1000, filed=False)
    answered_on: Mapped[date | None] = day("反馈日期", filed=False, listed=False)
    closed_on: Mapped[date | None] = day("销号日期", filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on < self.planned_on:
            yield Problem("limit_on", Say("完成时限不能早于制定日期"))
