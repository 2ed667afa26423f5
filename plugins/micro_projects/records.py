"""What is reported (plan 1.4, F10.1): micro-projects, the money raised for them and the money spent."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
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
    counts,
    day,
    decimal,
    integer,
    link,
    long_text,
    money,
    origin,
    photos,
    text,
)
from plugins.micro_projects.workflows import PROJECT

KINDS = (
    "电梯故障",
    "道路破损",
    "照明缺失",
    "绿地裸露",
    "管网损坏",
    "微景观改造",
    "墙面起皮脱落",
    "下水道堵塞",
    "其他",
)
SOURCES = ("住宅专项维修资金", "公共收益", "“美好家园”基金", "财政补助", "业主自筹", "社会捐赠", "其他")


class Project(Record):
    """F10.1: one thing small enough to be done soon, chosen by those who live there."""

    __tablename__ = "micro_projects_project"
    __table_args__ = (Index(None, "approved_on"), Index(None, "planned_on"))
    unit, label, code, workflow = COMPLEX, "“微实事”项目", "F10.1", PROJECT
    help = "一个小区一个方案：先报群众想办的事，定方案后由城管办立项。"
    named_by: ClassVar[tuple[str, ...]] = ("name",)
    wished_on: Mapped[date] = day("征集日期", happened=True)
    name: Mapped[str] = text("项目名称", required=True, longest=60)
    kind: Mapped[str] = choice("类型", KINDS, required=True)
    content: Mapped[str | None] = long_text("内容", longest=1000)
    source: Mapped[str | None] = origin("来源", listed=False, help="由投诉或需求转来的，填那条记录的编号")
    plan: Mapped[list[str] | None] = photos("“一小区一方案”", help="方案照片或扫描件；征集时已有的可先上传")
    budget: Mapped[Decimal | None] = money("预算", filed=False)
    before_photos: Mapped[list[str] | None] = photos("实施前照片", filed=False)
    after_photos: Mapped[list[str] | None] = photos("完工照片", filed=False)
    satisfied: Mapped[int | None] = integer("满意户数", filed=False, at_least=0, unit="户", listed=False)
    asked: Mapped[int | None] = integer("征询户数", filed=False, at_least=1, unit="户", listed=False)
    planned_on: Mapped[date | None] = day("方案日期", derived=True)
    approved_on: Mapped[date | None] = day("立项日期", filed=False)
    begun_on: Mapped[date | None] = day("开工日期", filed=False, listed=False)
    built_on: Mapped[date | None] = day("完工日期", filed=False)
    accepted_on: Mapped[date | None] = day("验收日期", filed=False)
    rated_on: Mapped[date | None] = day("公示评价日期", filed=False, listed=False)
    rating: Mapped[Decimal | None] = decimal("满意度", derived=True, places=1, unit="%")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.satisfied is not None and self.asked is not None and self.satisfied > self.asked:
            yield Problem("satisfied", Say("满意户数不能多于征询户数"))
        if self.budget is not None and self.budget <= 0:
            yield Problem("budget", Say("立项须有预算，请填写大于零的金额"))

    def derive(self, look: Look) -> Mapping[str, Any]:
        asked, satisfied = self.asked, self.satisfied
        judged = asked and satisfied is not None
        return {
            "planned_on": None if not self.plan else self.planned_on or look.today,
            "rating": round(Decimal(100 * (satisfied or 0)) / asked, 1) if judged and asked else None,
        }


class Funding(Record):
    """F10.1: money raised for a project, by source; ``ledger`` points to the line of the account it comes from (1.6)."""

    __tablename__ = "micro_projects_funding"
    unit, label, code, follows = COMPLEX, "资金筹集", "F10.1", "project_id"
    received_on: Mapped[date] = day("到位日期", happened=True)
    project_id: Mapped[int] = link("项目", Project, required=True)
    source: Mapped[str] = choice("资金来源", SOURCES, required=True)
    amount: Mapped[Decimal] = money("金额", required=True)
    ledger: Mapped[str | None] = origin("对应账目", help="如公共收益或基金支出记录的编号")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.amount <= 0:
            yield Problem("amount", Say("金额应大于零"))


class Expense(Record):
    """F10.1: money paid for a project. Paying more than was raised is unusual and needs a reason."""

    __tablename__ = "micro_projects_expense"
    unit, label, code, follows = COMPLEX, "资金支出", "F10.1", "project_id"
    paid_on: Mapped[date] = day("支付日期", happened=True)
    project_id: Mapped[int] = link("项目", Project, required=True)
    amount: Mapped[Decimal] = money("金额", required=True)
    purpose: Mapped[str] = text("用途", required=True, longest=100)
    photos: Mapped[list[str] | None] = photos("票据照片")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.amount <= 0:
            yield Problem("amount", Say("金额应大于零"))
            return
        mine = (Expense.project_id == self.project_id, counts(Expense), Expense.id != (self.id or 0))
        ((paid,),) = look.read(select(func.sum(Expense.amount)).where(*mine))
        raised = select(func.sum(Funding.amount)).where(Funding.project_id == self.project_id, counts(Funding))
        ((have,),) = look.read(raised)
        total, have = (paid or Decimal(0)) + self.amount, have or Decimal(0)
        if total > have:
            said = Say("支出合计{p}元，已筹集{r}元：超出筹集数", p=f"{total:,.2f}", r=f"{have:,.2f}")
            yield Problem("amount", said, warning=True)


RECORDS = (Project, Funding, Expense)
