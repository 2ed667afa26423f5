"""F5.9: income from common parts: what a review of a complex saw, and the problems it found (D20)."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from core.api import (
    COMPANY,
    COMPLEX,
    Look,
    Problem,
    Record,
    Say,
    choice,
    choices,
    day,
    decimal,
    link,
    long_text,
    money,
    month,
    photos,
    reference,
    yes_no,
)
from plugins.market_order.records_common import serving
from plugins.market_order.workflows import PROBLEM

SOURCES = ("车位", "广告", "场地", "快递柜", "基站", "其他")
FAULTS = ("未公示", "未设专户", "账目不清", "侵占挪用", "支出不合规", "其他")


class Income(Record):
    """F5.9: one review of the income of a complex. "No problem" is said by leaving the problem empty (Q17)."""

    __tablename__ = "market_order_income"
    unit, label, code = COMPLEX, "公共收益排查", "F5.9"
    help = "每期排查填一次，没有问题的不填“问题”。填了问题的，自动列入限期整改。"
    reviewed_on: Mapped[date] = day("排查日期", happened=True)
    since: Mapped[date | None] = month("收支期间起")
    until: Mapped[date | None] = month("收支期间止")
    sources: Mapped[list[str] | None] = choices("收入来源", SOURCES)
    income: Mapped[Decimal | None] = money("收入")
    cost: Mapped[Decimal | None] = money("成本")
    balance: Mapped[Decimal | None] = decimal("结余", derived=True, at_least=None, unit="元")
    account: Mapped[bool] = yes_no("设专户", required=True)
    published: Mapped[bool] = yes_no("已公示", required=True)
    published_on: Mapped[date | None] = day("公示日期")
    fault: Mapped[str | None] = choice("问题类别", FAULTS, help="没有问题的不填")
    problem: Mapped[str | None] = long_text("问题", longest=1000)
    limit_on: Mapped[date | None] = day("整改期限", planned=True, listed=False, help="不填则按设置的天数")
    photos: Mapped[list[str] | None] = photos("照片", at_most=9)

    def derive(self, look: Look) -> Mapping[str, Any]:
        return {"balance": None if self.income is None else self.income - (self.cost or Decimal(0))}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.since and self.until and self.until < self.since:
            yield Problem("until", Say("收支期间的止月不能早于起月"))
        if self.cost is not None and self.income is None:
            yield Problem("income", Say("填写成本时，请同时填写收入"))
        if self.published and not self.published_on:
            yield Problem("published_on", Say("已公示的，请填写公示日期"))
        if self.published_on and self.published_on > look.today:
            yield Problem("published_on", Say("公示日期不能晚于今天"))
        if bool(self.fault) != bool(self.problem):
            yield Problem("problem" if self.fault else "fault", Say("有问题的，问题类别和问题都要填写"))
        if self.limit_on and self.limit_on < self.reviewed_on:
            yield Problem("limit_on", Say("整改期限不能早于排查日期"))


class IncomeProblem(Record):
    """F5.9: a problem with public income, until it is set right or penalised."""

    __tablename__ = "market_order_income_problem"
    __table_args__ = (Index(None, "settled_on"),)
    unit, label, code = COMPLEX, "公共收益问题", "F5.9"
    help = "由排查自动建立，群众反映、上级交办的也可直接填报。整改到位须有凭据并由另一人复核。"
    workflow = PROBLEM
    named_by = ("found_on", "fault")
    found_on: Mapped[date] = day("发现日期", happened=True)
    fault: Mapped[str] = choice("问题类别", FAULTS, required=True)
    problem: Mapped[str] = long_text("问题", required=True, longest=1000)
    limit_on: Mapped[date] = day("整改期限", required=True, planned=True)
    amount: Mapped[Decimal | None] = money("涉及金额")
    review_id: Mapped[int | None] = link("公共收益排查", Income, listed=False)
    company_id: Mapped[int | None] = reference(  # type: ignore[assignment]
        "物业企业", COMPANY, derived=True, listed=False
    )
    proof: Mapped[list[str] | None] = photos("整改凭据", at_most=9, filed=False)
    mended_on: Mapped[date | None] = day("整改完成日期", filed=False)
    penalty: Mapped[str | None] = long_text("查处情况", longest=1000, filed=False)
    settled_on: Mapped[date | None] = day("到位或查处日期", filed=False)

    def derive(self, look: Look) -> Mapping[str, Any]:
        return {"company_id": serving(look, self.complex_id, self.found_on)}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on < self.found_on:
            yield Problem("limit_on", Say("整改期限不能早于发现日期"))
