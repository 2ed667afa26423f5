"""G12, the fund “美好家园”: given, granted, spent. Neither the account nor an earmark is ever spent below zero."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    LEAD,
    STREET,
    Look,
    Problem,
    Record,
    Say,
    choice,
    counts,
    day,
    decimal,
    money,
    personal,
    reference,
    text,
    yes_no,
)

DONORS = ("华侨", "乡贤", "企业家", "银行", "其他")


def _sum(look: Look, model: Any, own: Any, earmark: str | None = None) -> Decimal:
    """All amounts of ``model`` but the record's own; of one earmark, or of all."""
    where = [counts(model)]
    if isinstance(own, model):
        where.append(model.id != (own.id or 0))
    if earmark is not None:
        where.append(model.earmark == earmark)
    ((total,),) = look.read(select(func.sum(model.amount)).where(*where))
    return total or Decimal(0)


def _balance(look: Look, own: Any, earmark: str | None = None) -> Decimal:
    """What would be left with ``own`` as it is now."""
    signs = ((Donation, 1), (Spending, -1)) if earmark is not None else ((Donation, 1), (Grant, 1), (Spending, -1))
    left = sum((sign * _sum(look, model, own, earmark) for model, sign in signs), Decimal(0))
    mine = earmark is None or getattr(own, "earmark", None) == earmark
    return left + (own.amount if mine else 0) * (-1 if isinstance(own, Spending) else 1)


def _covered(own: Any, look: Look) -> Iterator[Problem]:
    if own.amount <= 0:
        yield Problem("amount", Say("金额应大于零"))
        return
    if (left := _balance(look, own)) < 0:
        yield Problem("amount", Say("基金余额不足：将差{n}元", n=f"{-left:,.2f}"))
    earmark = getattr(own, "earmark", None)
    if earmark and (left := _balance(look, own, earmark)) < 0:
        yield Problem("amount", Say("“{e}”的专款不足：将差{n}元", e=earmark, n=f"{-left:,.2f}"))


class Donation(Record):
    """G12: money given, with or without an earmark. An anonymous donor is not kept."""

    __tablename__ = "safeguards_donation"
    unit, label, code = STREET, "基金捐赠", "G12"
    by = (LEAD,)
    received_on: Mapped[date] = day("到账日期", happened=True)
    donor_kind: Mapped[str] = choice("捐方类别", DONORS, required=True)
    anonymous: Mapped[bool] = yes_no("匿名", required=True)
    donor: Mapped[str | None] = personal("捐方", longest=80)
    amount: Mapped[Decimal] = money("金额", required=True)
    earmark: Mapped[str | None] = text("指定用途", longest=60, help="不填为不指定；支出时须填同样的名称")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.anonymous and self.donor:
            yield Problem("donor", Say("匿名捐赠不登记捐方"))
        yield from _covered(self, look)


class Grant(Record):
    """G12: matching money of the city for a project (以奖代补)."""

    __tablename__ = "safeguards_grant"
    unit, label, code = STREET, "市级财政以奖代补", "G12"
    by = (LEAD,)
    received_on: Mapped[date] = day("到账日期", happened=True)
    project: Mapped[str] = text("项目", required=True, longest=80)
    share: Mapped[Decimal | None] = decimal("补助比例", at_most=100, unit="%")
    amount: Mapped[Decimal] = money("金额", required=True)

    def check(self, look: Look) -> Iterator[Problem]:
        yield from _covered(self, look)


class Spending(Record):
    """G12: money spent on a complex, approved and published."""

    __tablename__ = "safeguards_spending"
    unit, label, code = STREET, "基金支出", "G12"
    by = (LEAD,)
    spent_on: Mapped[date] = day("支出日期", happened=True)
    home_id: Mapped[int] = reference("小区", COMPLEX, required=True)
    project: Mapped[str] = text("项目", required=True, longest=80)
    amount: Mapped[Decimal] = money("金额", required=True)
    earmark: Mapped[str | None] = text("使用的专款", longest=60)
    approved_by: Mapped[str] = text("审批", required=True, longest=60, help="写职务")
    published: Mapped[bool] = yes_no("已公开", required=True)

    def check(self, look: Look) -> Iterator[Problem]:
        yield from _covered(self, look)
