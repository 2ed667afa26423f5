"""What a city organ (市直单位) is linked to, promises and does: F9.1-F9.3."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sqlalchemy.orm import Mapped

from core.api import (
    COMMUNITY,
    COMPLEX,
    DEPARTMENT,
    Look,
    Problem,
    Record,
    Say,
    day,
    integer,
    link,
    long_text,
    photos,
    reference,
    references,
    text,
)
from plugins.dual_reporting.workflows import ITEM


class OrganLink(Record):
    """F9.1: the communities and complexes an organ is linked with; they are the ones the monthly duties fall on (Q24)."""

    __tablename__ = "dual_reporting_organ_link"
    unit, label, code, public = DEPARTMENT, "市直单位挂钩", "F9.1", True
    since: Mapped[date] = day("挂钩起", happened=True)
    communities: Mapped[list[int]] = references("挂钩社区", COMMUNITY, at_least=1)
    complexes: Mapped[list[int] | None] = references("挂钩小区", COMPLEX)
    until: Mapped[date | None] = day("挂钩止")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.until and self.until < self.since:
            yield Problem("until", Say("挂钩止不能早于挂钩起"))


class ProjectList(Record):
    """F9.2: one project list of an organ for the communities and complexes it is linked with."""

    __tablename__ = "dual_reporting_project_list"
    unit, label, code, public = DEPARTMENT, "项目清单", "F9.2", True
    named_by: ClassVar[tuple[str, ...]] = ("title",)
    made_on: Mapped[date] = day("制定日期", happened=True)
    title: Mapped[str] = text("清单名称", required=True, longest=80)
    communities: Mapped[list[int] | None] = references("涉及社区", COMMUNITY)
    complexes: Mapped[list[int] | None] = references("涉及小区", COMPLEX)
    files: Mapped[list[str] | None] = photos("清单照片")

    def check(self, look: Look) -> Iterator[Problem]:
        if not self.communities and not self.complexes:
            yield Problem("communities", Say("请至少选择一个涉及的社区或小区"))


class Item(Record):
    """F9.2: one project of the list."""

    __tablename__ = "dual_reporting_item"
    unit, label, code, follows, workflow, public = DEPARTMENT, "清单项目", "F9.2", "list_id", ITEM, True
    list_id: Mapped[int] = link("项目清单", ProjectList, required=True)
    name: Mapped[str] = text("项目名称", required=True, longest=80)
    content: Mapped[str] = long_text("内容", required=True, longest=1000)
    answers: Mapped[str] = text("责任岗位", required=True, longest=60, help="写岗位，不写姓名")
    limit_on: Mapped[date] = day("时限", required=True, planned=True)
    done_on: Mapped[date | None] = day("完成日期", filed=False)


class Activity(Record):
    """F9.3: one collective activity of an organ in a complex; it is that complex's event of the month as well (A9-4)."""

    __tablename__ = "dual_reporting_activity"
    unit, label, code, public = DEPARTMENT, "集中活动", "F9.3", True
    held_on: Mapped[date] = day("活动日期", happened=True)
    home_id: Mapped[int] = reference("活动小区", COMPLEX, required=True)
    people: Mapped[int] = integer("参加人数", required=True, at_least=1, at_most=5000, unit="人")
    content: Mapped[str] = text("活动内容", required=True, longest=200)
    photos: Mapped[list[str]] = photos("现场照片", at_least=1)
