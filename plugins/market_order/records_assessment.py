"""F5.1-F5.3: the score sheet of a hundred points, the monthly assessment with its deductions, the bulletin of the month."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Index, func, or_, select
from sqlalchemy.orm import Mapped, aliased

from core.api import (
    COMPANY,
    COMPLEX,
    LEAD,
    STREET,
    Company,
    Complex,
    Look,
    Problem,
    Record,
    Rows,
    Say,
    choice,
    counts,
    day,
    decimal,
    integer,
    link,
    long_text,
    month,
    origin,
    photos,
    reference,
    text,
    yes_no,
)
from plugins.market_order.records_common import serving
from plugins.market_order.workflows import ASSESSMENT, BULLETIN, DEDUCTION, ITEM, STANDARD, WHOLE

SUPERVISOR, COMPLAINT, OTHER = "监督员评价", "投诉", "其他"
SHEET = ("保洁", "保安", "保绿", "保修", "客服", "公示", "公共收益", "党建联建")  # what the hundred points stand on
CATEGORIES = (*SHEET, SUPERVISOR, COMPLAINT, "执法", "安全", OTHER)
BANDS = ("优秀", "良好", "合格", "不合格")
NONE = Decimal(0)
LISTED = 10  # complexes on the red and on the black list of a bulletin


class Standard(Record):
    """F5.1: one version of the standard; its items make up a hundred points. One is in force at a time."""

    __tablename__ = "market_order_standard"
    unit, label, code = STREET, "考评标准", "F5.1"
    help = "先填版本，再逐条填考评条目；条目分值合计100分才能施行。"
    workflow = STANDARD
    by = (LEAD,)
    once_per = ("version_name",)
    named_by = ("version_name",)
    public = True
    made_on: Mapped[date] = day("拟订日期", happened=True)
    version_name: Mapped[str] = text("版本", required=True, longest=60)
    pass_line: Mapped[Decimal] = decimal("达标线", required=True, at_most=100, unit="分")
    total: Mapped[Decimal | None] = decimal("条目分值合计", derived=True, unit="分")
    in_force_on: Mapped[date | None] = day("施行日期", filed=False)
    replaced_on: Mapped[date | None] = day("停用日期", filed=False)

    @classmethod
    def known(cls, look: Look, unit_id: int) -> dict[str, Any]:
        return {"pass_line": look.setting("market_order.pass_line")}

    def derive(self, look: Look) -> Mapping[str, Any]:
        ((total,),) = look.read(select(func.sum(Item.points)).where(Item.standard_id == (self.id or 0), counts(Item)))
        return {"total": total or NONE}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.state != "in_force":
            return
        others = select(Standard.version_name).where(Standard.state == "in_force", Standard.id != (self.id or 0))
        for (name,) in look.read(others):
            yield Problem("", Say("“{n}”正在施行，请先停用", n=name))


class Item(Record):
    """F5.1: one line of the standard; fixed once the standard is in force."""

    __tablename__ = "market_order_item"
    unit, label, code = STREET, "考评条目", "F5.1"
    workflow = ITEM
    by = (LEAD,)
    follows = "standard_id"
    named_by = ("category", "content")
    public = True
    standard_id: Mapped[int] = link("考评标准", Standard, required=True)
    category: Mapped[str] = choice("大类", SHEET, required=True)
    content: Mapped[str] = text("条目", required=True, longest=100)
    points: Mapped[Decimal] = decimal("分值", required=True, at_least="0.01", at_most=100, unit="分")

    def check(self, look: Look) -> Iterator[Problem]:
        states = look.read(select(Standard.state).where(Standard.id == self.standard_id))
        if [state for (state,) in states] != ["draft"]:
            yield Problem("standard_id", Say("标准已施行或停用，条目不能再变；请另拟新版本"))


class Assessment(Record):
    """F5.2: one assessment of one complex in one month. The score and its parts are summed from the deductions."""

    __tablename__ = "market_order_assessment"
    __table_args__ = (Index(None, "company_id", "approved_on"), Index(None, "scored_on"))
    unit, label, code = COMPLEX, "月度考评", "F5.2"
    help = "保存后，投诉、监督员评价、执法等依据自动列为扣分，可写明原因不予扣分；再逐条补充现场扣分，最后打分。"
    workflow = ASSESSMENT
    by = (LEAD,)
    once_per = ("complex_id", "month")
    named_by = ("month",)
    held_on: Mapped[date] = day("现场考评日期", happened=True)
    assessor: Mapped[str | None] = text("考评组", longest=60, help="写科室或小组，不写个人")
    note: Mapped[str | None] = long_text("总体评价", longest=1000)
    month: Mapped[date | None] = month("考评月份", derived=True)
    company_id: Mapped[int | None] = reference("物业企业", COMPANY, derived=True)  # type: ignore[assignment]
    standard_id: Mapped[int | None] = link("考评标准", Standard, derived=True, listed=False)
    line: Mapped[Decimal | None] = decimal("达标线", derived=True, listed=False, unit="分")
    daily: Mapped[Decimal | None] = decimal("日常和现场扣分", derived=True, unit="分")
    complaint: Mapped[Decimal | None] = decimal("投诉扣分", derived=True, unit="分")
    supervisor_rating: Mapped[Decimal | None] = decimal("监督员评分（5分制）", derived=True, listed=False)
    supervisor: Mapped[Decimal | None] = decimal("监督员评价扣分", derived=True, unit="分")
    score: Mapped[Decimal | None] = decimal("总分", derived=True, at_most=100, unit="分")
    band: Mapped[str | None] = choice("等次", BANDS, derived=True)
    passed: Mapped[bool | None] = yes_no("达标", derived=True)
    scored_on: Mapped[date | None] = day("打分日期", filed=False)
    answered_on: Mapped[date | None] = day("企业答复日期", filed=False, listed=False)
    appeal: Mapped[str | None] = long_text("企业申诉理由", longest=1000, filed=False)
    appeal_result: Mapped[str | None] = long_text("申诉复核意见", longest=1000, filed=False)
    approved_on: Mapped[date | None] = day("审定日期", filed=False)

    def derive(self, look: Look) -> Mapping[str, Any]:
        fixed = {"month": self.held_on.replace(day=1), "company_id": self.company_id}
        if self.company_id is None or self.state == "open":
            fixed["company_id"] = serving(look, self.complex_id, self.held_on)
        standard = self._standard(look)
        return {**fixed, **standard, **self._score(look, standard["line"])}

    def _standard(self, look: Look) -> Mapping[str, Any]:
        """The standard in force on the day of the visit; once scored it stays."""
        if self.line is not None and self.state != "open":
            return {"standard_id": self.standard_id, "line": self.line}
        on = self.held_on
        found = look.read(
            select(Standard.id, Standard.pass_line)
            .where(Standard.in_force_on <= on, or_(Standard.replaced_on.is_(None), Standard.replaced_on > on))
            .order_by(Standard.in_force_on.desc(), Standard.id.desc())
            .limit(1)
        )
        if found:
            return {"standard_id": found[0][0], "line": found[0][1]}
        return {"standard_id": None, "line": look.setting("market_order.pass_line")}

    def _score(self, look: Look, line: Decimal) -> Mapping[str, Any]:
        rows = look.read(
            select(Deduction.category, func.sum(Deduction.points))
            .where(Deduction.assessment_id == (self.id or 0), counts(Deduction))
            .group_by(Deduction.category)
        )
        said = select(Deduction.rating).where(
            Deduction.assessment_id == (self.id or 0), counts(Deduction), Deduction.rating.is_not(None)
        )
        ratings: Sequence[Decimal] = [rating for (rating,) in look.read(said)]
        by = dict(rows)
        complaint = min(by.pop(COMPLAINT, NONE), look.setting("market_order.complaint_cap"))
        supervisor = min(by.pop(SUPERVISOR, NONE), look.setting("market_order.supervisor_weight"))
        daily = sum(by.values(), NONE)
        score = max(WHOLE - daily - complaint - supervisor, NONE)
        return {
            "daily": daily,
            "complaint": complaint,
            "supervisor_rating": round(sum(ratings, NONE) / len(ratings), 2) if ratings else None,
            "supervisor": supervisor,
            "score": score,
            "band": band(score, line, look),
            "passed": score >= line,
        }

    def check(self, look: Look) -> Iterator[Problem]:
        if self.company_id is None:
            yield Problem("complex_id", Say("该小区当天没有物业企业，不在考评范围"))
        own = select(Deduction.id).where(Deduction.assessment_id == (self.id or 0))
        if look.read(own.where(Deduction.complex_id != self.complex_id).limit(1)):
            yield Problem("complex_id", Say("已有扣分，不能换小区；请在正确的小区另建"))


def band(score: Decimal, line: Decimal, look: Look) -> str:
    if score < line:
        return BANDS[3]
    if score >= look.setting("market_order.band_excellent"):
        return BANDS[0]
    return BANDS[1] if score >= look.setting("market_order.band_good") else BANDS[2]


class Deduction(Record):
    """F5.2: one deduction with its evidence: a photo, or the record of another action it was proposed from. It is never
    erased: dropped or adjusted with a reason, as long as the assessment is not approved."""

    __tablename__ = "market_order_deduction"
    unit, label, code = COMPLEX, "考评扣分", "F5.2"
    help = "逐条写明事实并附照片；保存后不能改，只能“改分”或“不予扣分”并写明原因。"
    workflow = DEDUCTION
    by = (LEAD,)
    follows = "assessment_id"
    named_by = ("category", "points")
    once_per = ("assessment_id", "source")
    assessment_id: Mapped[int] = link("月度考评", Assessment, required=True)
    category: Mapped[str] = choice("大类", CATEGORIES, required=True)
    item_id: Mapped[int | None] = link("考评条目", Item, listed=False)
    fact: Mapped[str] = text("扣分事实", required=True, longest=200)
    points: Mapped[Decimal] = decimal("扣分", required=True, at_most=100, unit="分")
    rating: Mapped[Decimal | None] = decimal("监督员评分", at_most=5, listed=False, help="只用于监督员评价")
    photos: Mapped[list[str] | None] = photos("照片", at_most=9)
    source: Mapped[str | None] = origin("依据记录")

    def check(self, look: Look) -> Iterator[Problem]:
        states = [state for (state,) in look.read(select(Assessment.state).where(Assessment.id == self.assessment_id))]
        if states and states[0] not in ("open", "appealed"):
            yield Problem("assessment_id", Say("这次考评已打分，扣分不能再变；需要改的请先“退回重评”"))
        if not self.photos and not self.source:
            yield Problem("photos", Say("没有依据记录的扣分，请上传照片"))
        if self.rating is not None and self.category != SUPERVISOR:
            yield Problem("rating", Say("只有“监督员评价”填写监督员评分"))
        if self.item_id is not None:
            for category, most in look.read(select(Item.category, Item.points).where(Item.id == self.item_id)):
                if category != self.category:
                    yield Problem("item_id", Say("所选条目属于“{c}”，与大类不符", c=category))
                if self.points > most:
                    yield Problem("points", Say("不能超过该条目的分值{n}分", n=f"{most:g}"))


class Bulletin(Record):
    """F5.3: the bulletin of a month, ranked from the approved assessments; its number is given by hand."""

    __tablename__ = "market_order_bulletin"
    unit, label, code = STREET, "考评通报", "F5.3"
    help = "每月5日由系统拟出上月通报。排名取自已审定的考评；文号由办公室人工编，印发时填写。"
    workflow = BULLETIN
    by = (LEAD,)
    once_per = ("area_id", "month")
    named_by = ("month",)
    month: Mapped[date] = month("考评月份", required=True)
    drafted_on: Mapped[date] = day("拟稿日期", happened=True)
    good: Mapped[str | None] = long_text("好的方面")
    bad: Mapped[str | None] = long_text("存在问题")
    demands: Mapped[str | None] = long_text("工作要求")
    document_no: Mapped[str | None] = text("文号", longest=60, filed=False)
    issued_on: Mapped[date | None] = day("印发日期", filed=False)
    assessed: Mapped[int | None] = integer("已审定小区数", derived=True)
    below: Mapped[int | None] = integer("不达标小区数", derived=True)
    companies: Mapped[str | None] = long_text("企业排名", derived=True)
    red: Mapped[str | None] = long_text("红榜小区", derived=True)
    black: Mapped[str | None] = long_text("黑榜小区", derived=True)

    def derive(self, look: Look) -> Mapping[str, Any]:
        own = (Assessment.month == self.month, Assessment.approved_on <= look.today)
        by_complex = look.read(complex_ranks(*own))
        below = [row for row in by_complex if row.score < row.line]
        lines = [
            f"{n}. {one.name}：平均{one.mean:.1f}分，{one.many}个小区，最低{one.least:.1f}分"
            for n, one in enumerate(company_ranks(look.read, *own), 1)
        ]
        return {
            "assessed": len(by_complex),
            "below": len(below),
            "companies": "\n".join(lines) or None,
            "red": "\n".join(f"{r.name}：{r.score:.1f}分" for r in by_complex[:LISTED] if r.score >= r.line) or None,
            "black": "\n".join(f"{r.name}：{r.score:.1f}分" for r in reversed(below[-LISTED:])) or None,
        }


def complex_ranks(*where: ColumnElement[bool]) -> Rows:
    """Complexes from the best: (id, name, company_id, score, line)."""
    rows = select(Complex.id, Complex.name, Assessment.company_id, Assessment.score, Assessment.line)
    joined = rows.join(Assessment, Assessment.complex_id == Complex.id).where(counts(Assessment), *where)
    return joined.order_by(Assessment.score.desc(), Complex.name)


@dataclass(frozen=True)
class Rank:
    """One company of a month."""

    company_id: int
    name: str
    mean: Decimal
    many: int
    least: Decimal


def company_ranks(read: Callable[[Rows], Sequence[Any]], *where: ColumnElement[bool]) -> list[Rank]:
    """Companies from the best, by the mean of their complexes."""
    rows = select(Company.id, Company.name, func.sum(Assessment.score), func.count(), func.min(Assessment.score))
    joined = rows.join(Assessment, Assessment.company_id == Company.id).where(counts(Assessment), *where)
    found = read(joined.group_by(Company.id, Company.name))
    ranks = [Rank(key, name, total / many, many, least) for key, name, total, many, least in found]
    return sorted(ranks, key=lambda one: (-one.mean, one.name))


def latest(on: Any) -> Rows:
    """(company_id, complex_id, month, score, line): of each complex the newest assessment approved by ``on``. Who has left a
    complex is judged by it until its successor is."""
    newer = aliased(Assessment)
    replaced = select(newer.id).where(
        newer.complex_id == Assessment.complex_id,
        newer.month > Assessment.month,
        newer.approved_on <= on,
    )
    return select(
        Assessment.company_id, Assessment.complex_id, Assessment.month, Assessment.score, Assessment.line
    ).where(counts(Assessment), Assessment.approved_on <= on, ~replaced.exists())
