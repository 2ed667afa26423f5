"""Party members and coverage of property companies (plan 1.4, F1.4, F1.5)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPANY,
    Look,
    Problem,
    Record,
    Say,
    choice,
    counts,
    day,
    day_of,
    integer,
    moment,
    personal,
    photos,
    text,
    yes_no,
)
from plugins.party_coverage.workflows import NOTED, REGISTER

GROWTH = ("组织关系转接", "党员员工区域调整", "招聘党员员工", "原有")
ORGANISED = ("单独组建", "联合组建")
COVERED = (*ORGANISED, "选派党建指导员", "物业行业党委委员挂钩")
NOT_COVERED = "未覆盖"


class CompanyCensusEntry(Record):
    """F1.4: one party member who works for the company."""

    __tablename__ = "party_coverage_company_census_entry"
    unit, label, code = COMPANY, "物业企业党员摸底", "F1.4"
    workflow = NOTED
    surveyed_on: Mapped[date] = day("摸底日期", happened=True)
    name: Mapped[str] = personal("姓名", required=True)
    category: Mapped[str] = choice("党员类别", ("正式", "预备"), required=True, given=lambda today: "正式")
    job: Mapped[str | None] = text("岗位", longest=60)
    belongs: Mapped[bool] = yes_no("组织关系在本企业", required=True)
    growth: Mapped[str] = choice("增员方式", GROWTH, required=True)


class CompanyCensus(Record):
    """F1.4 完成: the census of a company is closed (D2)."""

    __tablename__ = "party_coverage_company_census"
    unit, label, code = COMPANY, "物业企业党员摸底完成", "F1.4"
    help = "全部登记后填报；没有党员的企业也要填报。11月15日24时前为按时。"
    once_per: ClassVar[tuple[str, ...]] = ("company_id",)
    closed_at: Mapped[datetime] = moment("完成时间", happened=True)
    members: Mapped[int | None] = integer("登记党员数", derived=True, unit="人")
    note: Mapped[str | None] = text("备注", longest=300)

    def derive(self, look: Look) -> Mapping[str, Any]:
        rows = select(func.count()).where(CompanyCensusEntry.company_id == self.company_id, counts(CompanyCensusEntry))
        return {"members": next((n for (n,) in look.read(rows)), 0)}

    def check(self, look: Look) -> Iterator[Problem]:
        if day_of(self.closed_at) > look.today:
            yield Problem("closed_at", Say("完成时间不能晚于今天"))


class Coverage(Record):
    """F1.5 企业“两个覆盖”台账: in what way the Party covers a company, from when to when."""

    __tablename__ = "party_coverage_coverage"
    unit, label, code = COMPANY, "企业“两个覆盖”台账", "F1.5"
    workflow = REGISTER
    help = "能组建的单独或联合组建；不具备条件的，选派党建指导员或由物业行业党委委员挂钩。"
    named_by: ClassVar[tuple[str, ...]] = ("way", "since_on")
    since_on: Mapped[date] = day("日期", happened=True)
    way: Mapped[str] = choice("覆盖方式", (*COVERED, NOT_COVERED), required=True)
    person: Mapped[str | None] = personal("党建指导员（挂钩委员）")
    document: Mapped[str | None] = text("文件", longest=100)
    files: Mapped[list[str] | None] = photos("文件照片")
    until_on: Mapped[date | None] = day("终止日期")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.way in COVERED[2:] and not self.person:
            yield Problem("person", Say("请填写党建指导员或挂钩委员"))
        if self.until_on and self.until_on < self.since_on:
            yield Problem("until_on", Say("终止日期不能早于起始日期"))
