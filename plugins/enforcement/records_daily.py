"""What stands on the wall and what a complex does each day: F4.1, F4.2, F4.7."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    DEPARTMENT,
    LEAD,
    STREET,
    Look,
    Problem,
    Record,
    Say,
    day,
    integer,
    long_text,
    moment,
    personal,
    photos,
    reference,
    text,
    yes_no,
)


class LawItem(Record):
    """F4.1: one item of the enforcement list, with the office that enforces it and its office telephone."""

    __tablename__ = "enforcement_law_item"
    unit, label, code, public = STREET, "执法事项清单", "F4.1", True
    by: ClassVar[tuple[str, ...]] = (LEAD,)
    named_by: ClassVar[tuple[str, ...]] = ("item",)
    issued_on: Mapped[date] = day("发布日期", happened=True)
    item: Mapped[str] = text("执法事项", required=True, longest=80)
    basis: Mapped[str] = text("依据", required=True, longest=200)
    office_id: Mapped[int] = reference("执法部门", DEPARTMENT, required=True)
    hotline: Mapped[str] = text("受理热线", required=True, longest=30, help="公开的办公热线，不填个人号码")
    edition: Mapped[str] = text("版本", required=True, longest=20)


class Posting(Record):
    """F4.2: the list and the address book of the offices, seen on the wall of a complex."""

    __tablename__ = "enforcement_posting"
    unit, label, code = COMPLEX, "清单和通讯录张贴", "F4.2"
    posted_on: Mapped[date] = day("张贴日期", happened=True)
    place: Mapped[str] = text("张贴位置", required=True, longest=60)
    photos: Mapped[list[str]] = photos("张贴照片", at_least=1)
    edition: Mapped[str | None] = text("版本", longest=20)


class Keeper(Record):
    """F4.7: who answers for a part of the complex (网格责任人)."""

    __tablename__ = "enforcement_keeper"
    unit, label, code = COMPLEX, "网格责任人", "F4.7"
    firm = True
    since: Mapped[date] = day("明确日期", happened=True)
    name: Mapped[str] = personal("责任人", required=True, longest=40)
    part: Mapped[str] = text("责任区域", required=True, longest=60)
    until: Mapped[date | None] = day("终止日期")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.until and self.until < self.since:
            yield Problem("until", Say("终止日期不能早于明确日期"))


class DailyPatrol(Record):
    """F4.7: the patrol of one day; what is found is stopped and reported at once (物业管理条例 art. 45)."""

    __tablename__ = "enforcement_daily_patrol"
    unit, label, code = COMPLEX, "每日巡查", "F4.7"
    firm = True
    once_per: ClassVar[tuple[str, ...]] = ("complex_id", "patrolled_on")
    patrolled_on: Mapped[date] = day("巡查日期", happened=True)
    found: Mapped[int] = integer("发现问题", required=True, at_least=0, at_most=200, unit="个", given=lambda today: 0)
    stopped: Mapped[bool | None] = yes_no("已制止")
    reported: Mapped[bool | None] = yes_no("已报告")
    reported_at: Mapped[datetime | None] = moment("报告时间", listed=False)
    blocked: Mapped[bool | None] = yes_no("拦截违建材料机械", listed=False)
    note: Mapped[str | None] = long_text("情况", longest=500)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.found and (self.stopped is None or self.reported is None):
            yield Problem("stopped", Say("发现问题时，请填写是否已制止、已报告"))
        if self.reported and self.reported_at is None:
            yield Problem("reported_at", Say("已报告的请填写报告时间"))
