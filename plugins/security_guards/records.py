"""What is reported (plan 1.4, F6.1-F6.6): guards on post and their filing, trainings, linked police officers, inspections of
image, the police station's work group. Personal data are sealed; no fingerprint, no detail of a record is kept (plan 3.4)."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, and_, func, or_, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPANY,
    COMPLEX,
    LEAD,
    STREET,
    Complex,
    Look,
    Problem,
    Record,
    Say,
    choice,
    choices,
    counts,
    day,
    id_number,
    integer,
    link,
    long_text,
    personal,
    photos,
    reference,
    text,
    yes_no,
)
from plugins.security_guards.workflows import FILING

TOO_LITTLE = "小学及以下"
EDUCATION = (TOO_LITTLE, "初中", "高中或中专", "大专及以上")
HOSTS = ("派出所", "街道")
TOPICS = ("公共秩序维护", "应急处置", "礼仪", "法律")
GONE = ("left", "barred", "void")
ADULT = 18  # 保安服务管理条例 art. 16
BANDS = ((35, "35岁及以下"), (50, "36至50岁"), (200, "51岁及以上"))


class Guard(Record):
    """F6.1, F6.2: one guard on post in one complex, known from the first day, filed or not yet."""

    __tablename__ = "security_guards_guard"
    __table_args__ = (Index(None, "filed_on"), Index(None, "trained_on"))
    unit, label, code = COMPLEX, "保安员备案", "F6.1、F6.2"
    firm = True
    help = "上岗即登记，30日内完成审查备案。证件号加密保存、只显示首尾。"
    workflow = FILING
    named_by: ClassVar[tuple[str, ...]] = ("post_no", "since")
    since: Mapped[date] = day("上岗日期", happened=True)
    post_no: Mapped[str] = text("岗位编号", required=True, longest=30, help="如 门岗1，同一小区内不重复")
    employer_id: Mapped[int | None] = reference("用人企业", COMPANY)
    name: Mapped[str] = personal("姓名", required=True, longest=40)
    number: Mapped[str | None] = id_number("证件号", listed=False)
    birth_year: Mapped[int] = integer("出生年", required=True, at_least=1940, at_most=2100, grouped=False, listed=False)
    education: Mapped[str | None] = choice("学历", EDUCATION, listed=False)
    healthy: Mapped[bool | None] = yes_no("身体健康", listed=False)
    certificate: Mapped[str | None] = personal("保安员证号", longest=40, searchable=True, listed=False)
    certified_on: Mapped[date | None] = day("发证日期", listed=False)
    screened_on: Mapped[date | None] = day("审查日期", filed=False, listed=False)
    filed_on: Mapped[date | None] = day("备案日期", filed=False)
    until: Mapped[date | None] = day("离岗日期", filed=False)
    trained_on: Mapped[date | None] = day("培训合格日期", derived=True)
    age_band: Mapped[str | None] = text("年龄段", derived=True)
    filing_from: Mapped[date | None] = day("备案期限起算", derived=True, listed=False)
    filing_settled_on: Mapped[date | None] = day("备案了结日期", derived=True, listed=False)
    train_by: Mapped[date | None] = day("培训期限", derived=True, planned=True, listed=False)
    training_settled_on: Mapped[date | None] = day("培训了结日期", derived=True, listed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if not self._adult():
            yield Problem("birth_year", Say("未满18周岁不得担任保安员（保安服务管理条例第十六条）"))
        yield from self._known_already(look)
        if self.education == TOO_LITTLE:
            yield Problem("education", Say("保安员须具有初中以上学历（保安服务管理条例第十六条）"))
        if self.healthy is False:
            yield Problem("healthy", Say("身体健康方可担任保安员（保安服务管理条例第十六条）"))
        if self.number and int(self.number[6:10]) != self.birth_year:
            yield Problem("birth_year", Say("与证件号中的出生年不一致，请核对"))
        if self.until and self.until < self.since:
            yield Problem("until", Say("离岗日期不能早于上岗日期"))
        if self.certificate and not self.certified_on:
            yield Problem("certified_on", Say("填写了保安员证号，请同时填写发证日期"))

    def _adult(self) -> bool:
        """18 on the first day: to the day where the ID number tells the birthday, else by the year."""
        if self.number is None:
            return self.since.year - self.birth_year >= ADULT
        grown = f"{int(self.number[6:10]) + ADULT}{self.number[10:14]}"
        return f"{self.since:%Y%m%d}" >= grown

    def _known_already(self, look: Look) -> Iterator[Problem]:
        """Nobody stands twice on one complex's list, and who did not pass the screening is not taken on again (art. 17).
        Numbers are sealed, so those few rows are compared here."""
        if self.number is None or self.state in GONE:
            return
        here = and_(Guard.complex_id == self.complex_id, Guard.state.not_in(GONE))
        rows = look.read(
            select(Guard.id, Guard.number, Guard.state).where(
                or_(here, Guard.state == "barred"), Guard.number.is_not(None), Guard.id != (self.id or 0)
            )
        )
        for number, known, state in rows:
            if known == self.number and state == "barred":
                yield Problem("number", Say("该人员身份审查未通过，不得上岗（记录编号 {i}）", i=number))
            elif known == self.number:
                yield Problem("number", Say("该人员在本小区已有在岗记录（编号 {i}），不要重复登记", i=number))

    def derive(self, look: Look) -> Mapping[str, Any]:
        age = self.since.year - self.birth_year
        gone = [d for d in (self.filed_on, self.until) if d]
        passed = self._first_passed(look)
        trained = [d for d in (passed, self.until) if d]
        term: date = look.setting("security_guards.all_trained_by")
        return {
            "age_band": next(label for most, label in BANDS if age <= most),
            "filing_from": max(self.since, look.setting("security_guards.filing_from")),
            "filing_settled_on": min(gone, default=None),
            "trained_on": passed,
            "train_by": max(term, self.since + timedelta(days=look.setting("security_guards.training_days"))),
            "training_settled_on": min(trained, default=None),
        }

    def _first_passed(self, look: Look) -> date | None:
        """The day of the first class passed that counts. Read from the classes (reactions.py asks for it anew), so that one
        sent back takes it away."""
        if self.id is None:
            return None
        held = select(func.min(Training.held_on)).join(Attendance, Attendance.training_id == Training.id)
        rows = look.read(
            held.where(Attendance.guard_id == self.id, Attendance.passed, counts(Attendance), counts(Training))
        )
        found: date | None = rows[0][0]
        return found

    @classmethod
    def known(cls, look: Look, unit_id: int) -> Mapping[str, Any]:
        """The company that serves the complex is known to the registry: it is not asked again."""
        found = look.read(select(Complex.company_id).where(Complex.id == unit_id))
        return {"employer_id": found[0][0]} if found and found[0][0] else {}


class Training(Record):
    """F6.3: a class held by the police station or the street; who attended is kept guard by guard."""

    __tablename__ = "security_guards_training"
    unit, label, code = STREET, "保安培训班", "F6.3"
    named_by: ClassVar[tuple[str, ...]] = ("title", "held_on")
    held_on: Mapped[date] = day("培训日期", happened=True)
    title: Mapped[str] = text("班次名称", required=True, longest=60)
    hosts: Mapped[list[str]] = choices("主办", HOSTS, required=True)
    topics: Mapped[list[str]] = choices("内容", TOPICS, required=True)
    place: Mapped[str | None] = text("地点", longest=100)
    photos: Mapped[list[str] | None] = photos("现场照片")


class Attendance(Record):
    """F6.3: one guard in one class, and whether the test was passed. Guard and class are picked, nothing is typed twice."""

    __tablename__ = "security_guards_attendance"
    unit, label, code, follows = COMPLEX, "培训学员", "F6.3", "guard_id"
    once_per: ClassVar[tuple[str, ...]] = ("training_id", "guard_id")
    training_id: Mapped[int] = link("培训班", Training, required=True)
    guard_id: Mapped[int] = link("保安员", Guard, required=True)
    passed: Mapped[bool] = yes_no("考核合格", required=True)
    score: Mapped[int | None] = integer("考核成绩", at_least=0, at_most=100, unit="分")


class PoliceLink(Record):
    """F6.4: the police officer linked with a complex, from when to when."""

    __tablename__ = "security_guards_police_link"
    unit, label, code = COMPLEX, "片警挂钩", "F6.4"
    by: ClassVar[tuple[str, ...]] = (LEAD,)
    since: Mapped[date] = day("挂钩起", happened=True)
    officer: Mapped[str] = personal("片警", required=True, longest=40)
    phone: Mapped[str | None] = personal("联系电话", longest=30, searchable=True)
    until: Mapped[date | None] = day("挂钩止")

    def check(self, look: Look) -> Iterator[Problem]:
        if self.until and self.until < self.since:
            yield Problem("until", Say("挂钩止不能早于挂钩起"))


class Inspection(Record):
    """F6.5: one look at the guards of a complex: certificate, 2011 uniform, grooming, manners."""

    __tablename__ = "security_guards_inspection"
    unit, label, code = COMPLEX, "保安形象检查", "F6.5"
    inspected_on: Mapped[date] = day("检查日期", happened=True)
    certified: Mapped[bool] = yes_no("持证上岗", required=True)
    uniformed: Mapped[bool] = yes_no("2011式着装", required=True)
    groomed: Mapped[bool] = yes_no("仪容整洁", required=True)
    polite: Mapped[bool] = yes_no("文明礼仪", required=True)
    finding: Mapped[str | None] = long_text("发现的问题", longest=500)
    photos: Mapped[list[str] | None] = photos("照片")
    failed: Mapped[int | None] = integer("不合格项", derived=True, unit="项")

    def check(self, look: Look) -> Iterator[Problem]:
        if not all((self.certified, self.uniformed, self.groomed, self.polite)) and not self.finding:
            yield Problem("finding", Say("有一项不合格时，请写明发现的问题"))

    def derive(self, look: Look) -> Mapping[str, Any]:
        return {"failed": [self.certified, self.uniformed, self.groomed, self.polite].count(False)}


class WorkGroup(Record):
    """F6.6: the police station's work group and what police and guards do together (警保联动)."""

    __tablename__ = "security_guards_work_group"
    unit, label, code = STREET, "派出所工作组", "F6.6"
    by: ClassVar[tuple[str, ...]] = (LEAD,)
    formed_on: Mapped[date] = day("成立日期", happened=True)
    head: Mapped[str] = personal("组长", required=True, longest=40)
    members: Mapped[str | None] = personal("成员", longest=400)
    linkage: Mapped[str] = long_text("警保联动事项", required=True, longest=2000)


RECORDS = (Guard, Training, Attendance, PoliceLink, Inspection, WorkGroup)
