"""The units of the registry (plan 1.4, B1-B5), declared with the same fields as records, so that form, list, sheet,
API and journal follow. ``pinyin`` holds the initials a search may be typed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.base import units as u
from core.base.codes import uscc_problem
from core.base.declared import Base, Declared
from core.base.errors import Problem
from core.base.fields import choice, day, decimal, integer, personal, reference, text
from core.base.kinds import Look
from core.base.say import Say
from core.base.units import UnitKind

TYPES = ("整顿型", "提质型", "示范型")
SERVICES = ("专业物业", "打包委托", "兜底服务", "业主自管", "无物业")
MANAGED = ("专业物业", "打包委托")  # those whose property company owes the monthly duties
LEVELS = ("省", "市", "县", "街道")


class Unit(Declared, Base):
    """Base of all units. ``closed_on``: the day it ceased; it stays in history and leaves what is owed."""

    __abstract__ = True
    kind: ClassVar[UnitKind]
    label: ClassVar[str]

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-10)
    name: Mapped[str] = text("名称", required=True, longest=80, place=-5)
    code: Mapped[str | None] = text("编码", longest=40, place=-4)
    pinyin: Mapped[str] = mapped_column(String(200), default="", sort_order=90)
    version: Mapped[int] = mapped_column(Integer, default=1, sort_order=91)
    opened_on: Mapped[date | None] = day("启用日期", listed=False, place=80)
    closed_on: Mapped[date | None] = day("停用日期", listed=False, place=80)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.opened_on and self.closed_on and self.closed_on < self.opened_on:
            yield Problem("closed_on", Say("停用日期不能早于启用日期"))


class Area(Unit):
    """An administrative area: province > prefecture > county > street (GB/T 2260 codes)."""

    __tablename__ = "area"
    kind, label = u.STREET, "行政区域"
    level: Mapped[str] = choice("级别", LEVELS, required=True)
    parent_id: Mapped[int | None] = reference("上级区域", u.STREET)


class Community(Unit):
    """社区. The 12-digit code is not a key and may be unknown (plan Q28)."""

    __tablename__ = "community"
    kind, label = u.COMMUNITY, "社区"
    area_id: Mapped[int] = reference("街道", u.STREET, required=True)


class Grid(Unit):
    """网格 of a community."""

    __tablename__ = "grid"
    kind, label = u.GRID, "网格"
    community_id: Mapped[int] = reference("社区", u.COMMUNITY, required=True)


class Company(Unit):
    """物业服务企业; ``code`` is its 统一社会信用代码 (GB 32100)."""

    __tablename__ = "company"
    kind, label = u.COMPANY, "物业企业"
    person: Mapped[str | None] = personal("负责人")
    phone: Mapped[str | None] = personal("联系电话", searchable=True)

    def check(self, look: Look) -> Iterator[Problem]:
        yield from super().check(look)
        if self.code and (wrong := uscc_problem(self.code)):
            yield Problem("code", wrong)


class Department(Unit):
    """A lead or responsible department, or another member unit; ``aliases``: other names the notice uses (plan Q26)."""

    __tablename__ = "department"
    kind, label = u.DEPARTMENT, "部门单位"
    category: Mapped[str | None] = choice("类别", ("街道办所", "派驻站所", "执法部门", "市直单位", "司法", "社区"))
    aliases: Mapped[str | None] = text("别名", help="用顿号分隔，如 执法中队、综合执法队")


class Leader(Unit):
    """A responsible leader as the notice names them; in the demo a role, never a person."""

    __tablename__ = "leader"
    kind, label = u.LEADER, "领导"
    title: Mapped[str | None] = text("职务（按原文）")
    role: Mapped[str | None] = text("专班职责")


class ActionUnit(Unit):
    """A special action as a unit that owes something itself (weekly information, a coordination meeting)."""

    __tablename__ = "action"
    kind, label = u.ACTION, "专项行动"
    number: Mapped[int] = integer("序号", required=True, at_least=1)
    goal: Mapped[str | None] = text("工作目标", longest=2000, listed=False)
    english: Mapped[str | None] = text("英文名称")


class Complex(Unit):
    """住宅小区. Community, type, service and company are the current ones; ``ComplexTerm`` keeps since when."""

    __tablename__ = "complex"
    kind, label = u.COMPLEX, "小区"
    community_id: Mapped[int] = reference("社区", u.COMMUNITY, required=True)
    grid_id: Mapped[int | None] = reference("网格", u.GRID)
    type: Mapped[str] = choice("整治类型", TYPES, required=True)
    built: Mapped[str] = choice("建设状态", ("已建", "在建/新交付"), required=True, listed=False)
    service: Mapped[str] = choice("物业状态", SERVICES, required=True)
    company_id: Mapped[int | None] = reference("物业企业", u.COMPANY)
    households: Mapped[int | None] = integer("户数")
    buildings: Mapped[int | None] = integer("楼栋数")
    floor_area: Mapped[Decimal | None] = decimal("建筑面积", unit="㎡", listed=False)
    built_year: Mapped[int | None] = integer("建成年份", at_least=1949, at_most=2100, grouped=False, listed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        yield from super().check(look)
        if self.service in MANAGED and self.company_id is None:
            yield Problem("company_id", Say("有专业物业或打包委托的小区，请选择物业企业"))


class ComplexTerm(Base):
    """What was true of a complex from ``since`` to ``until`` (both included; open: 9999-12-31)."""

    __tablename__ = "complex_term"
    id: Mapped[int] = mapped_column(primary_key=True)
    complex_id: Mapped[int] = mapped_column(ForeignKey("complex.id"))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    type: Mapped[str] = mapped_column(String(60))
    service: Mapped[str] = mapped_column(String(60))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    __table_args__ = (Index(None, "complex_id", "since"), Index(None, "community_id"))
    dated: ClassVar[tuple[str, ...]] = ("community_id", "type", "service", "company_id")


class Listing(Base):
    """A complex on one of the campaign's named lists (plan Q21), with the reason for a change."""

    __tablename__ = "listing"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    complex_id: Mapped[int] = mapped_column(ForeignKey("complex.id"))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(String(200))
    __table_args__ = (UniqueConstraint("name", "complex_id", "since"),)


class Responsibility(Base):
    """Who answers for what from when to when: a leader leads an action or is linked to a complex or is 第一网格长 of a
    community; a department leads or shares an action."""

    __tablename__ = "responsibility"
    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(20))  # ROLES
    holder_kind: Mapped[str] = mapped_column(String(20))  # leader, department
    holder_id: Mapped[int] = mapped_column(Integer)
    unit_kind: Mapped[str] = mapped_column(String(20))  # action, complex, community
    unit_id: Mapped[int] = mapped_column(Integer)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    printed: Mapped[str | None] = mapped_column(String(80))  # the notice's own words, where they differ (plan Q26)
    __table_args__ = (
        Index(None, "unit_kind", "unit_id", "role"),
        Index(None, "holder_kind", "holder_id"),
    )


ROLES = {
    "leads": "牵头领导",
    "lead": "牵头部门",
    "shares": "责任部门",
    "linked": "挂钩领导",
    "first_grid": "第一网格长",
}
UNITS: dict[str, type[Unit]] = {
    m.kind.name: m for m in (Area, Community, Grid, Company, Department, Leader, ActionUnit, Complex)
}


def model_of(unit: UnitKind) -> type[Any]:
    return UNITS[unit.name]
