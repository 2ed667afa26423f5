"""F5.4 and F5.5: what becomes of a company below the line, and the credit file."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Index, and_, case, func, or_, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPANY,
    COMPLEX,
    LEAD,
    STREET,
    Look,
    Problem,
    Record,
    Rows,
    Say,
    choice,
    choices,
    counts,
    day,
    integer,
    link,
    long_text,
    origin,
    personal,
    photos,
    reference,
    text,
    yes_no,
)
from plugins.market_order.records_assessment import Assessment, latest
from plugins.market_order.workflows import CREDIT, EXIT, RESTRICTION

ANY, MEAN = "任一项目不达标即不达标", "按项目平均分"
FIRM, PERSON = "企业", "从业人员"
BAD, GOOD = "不良", "良好"
SOURCES = ("社区报送", "业委会反映", "部门移送", "群众投诉", "检查考评", "企业自报")


def below(on: Any, rule: str) -> Rows:
    """Companies below the line on ``on`` (Q18): any of their newest assessments, or the mean of them."""
    rows = latest(on).subquery("newest")
    failed = func.sum(case((rows.c.score < rows.c.line, 1), else_=0)) > 0
    poor = func.sum(rows.c.score) < func.sum(rows.c.line)
    return select(rows.c.company_id).group_by(rows.c.company_id).having(failed if rule == ANY else poor)


class Restriction(Record):
    """F5.4: a company takes no new complex from a day on, because of an assessment; lifted after a better one."""

    __tablename__ = "market_order_restriction"
    unit, label, code = COMPANY, "限制承接新项目", "F5.4"
    help = "依据已审定且不达标的考评。限制期内，新的承接（含打包委托）在登记时会被拦下。"
    workflow = RESTRICTION
    by = (LEAD,)
    named_by = ("from_on",)
    assessment_id: Mapped[int] = link("依据考评", Assessment, required=True)
    from_on: Mapped[date] = day("限制起始", happened=True)
    until_on: Mapped[date | None] = day("限制截止", planned=True, help="不填则至复评达标解除为止")
    terms: Mapped[str | None] = long_text("限制事项", longest=1000)
    files: Mapped[list[str] | None] = photos("文件")
    retested: Mapped[bool | None] = yes_no("复评达标", derived=True)
    lifted_on: Mapped[date | None] = day("解除日期", filed=False)

    @classmethod
    def known(cls, look: Look, unit_id: int) -> dict[str, Any]:
        """The newest assessment below the line."""
        rows = latest(look.today).with_only_columns(Assessment.id)
        poor = rows.where(Assessment.company_id == unit_id, Assessment.score < Assessment.line)
        found = look.read(poor.order_by(Assessment.month.desc(), Assessment.id.desc()).limit(1))
        return {"assessment_id": found[0][0]} if found else {}

    def derive(self, look: Look) -> Mapping[str, Any]:
        if self.state != "in_force" and self.lifted_on is None:
            return {"retested": self.retested}
        based = select(Assessment.month).where(Assessment.id == self.assessment_id).scalar_subquery()
        again = select(Assessment.id).where(
            Assessment.company_id == self.company_id, Assessment.month > based, Assessment.approved_on <= look.today
        )
        poor = below(look.today, look.setting("market_order.company_rule")).subquery()
        still = select(poor.c.company_id).where(poor.c.company_id == self.company_id)
        return {"retested": bool(look.read(again.limit(1))) and not look.read(still)}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.until_on and self.until_on < self.from_on:
            yield Problem("until_on", Say("限制截止不能早于起始"))
        if self.id is not None:
            return
        rows = select(Assessment.company_id, Assessment.approved_on, Assessment.passed)
        for company, approved, passed in look.read(rows.where(Assessment.id == self.assessment_id)):
            if company != self.company_id:
                yield Problem("assessment_id", Say("所选考评不是这家企业的"))
            elif approved is None:
                yield Problem("assessment_id", Say("所选考评还没有审定"))
            elif passed and look.setting("market_order.company_rule") == ANY:
                yield Problem("assessment_id", Say("所选考评已达标，不能作为限制依据"))


def restricting(on: Any) -> ColumnElement[bool]:
    """The restriction is in force on ``on``."""
    return and_(
        counts(Restriction),
        Restriction.from_on <= on,
        or_(Restriction.until_on.is_(None), Restriction.until_on >= on),
        or_(Restriction.lifted_on.is_(None), Restriction.lifted_on > on),
    )


class Exit(Record):
    """F5.4: a company under restriction leaves a complex, stage by stage; it serves until somebody has taken over."""

    __tablename__ = "market_order_exit"
    unit, label, code = COMPANY, "清退程序", "F5.4"
    help = "一个小区一条。议决、解约、交接按《民法典》第九百四十六、九百四十九、九百五十条办理。"
    workflow = EXIT
    by = (LEAD,)
    follows = "restriction_id"
    named_by = ("complex_id",)
    restriction_id: Mapped[int] = link("限制承接", Restriction, required=True)
    complex_id: Mapped[int] = reference("退出的小区", COMPLEX, required=True)
    talked_on: Mapped[date] = day("约谈日期", happened=True)
    rectify_by: Mapped[date | None] = day("整改期限", planned=True, filed=False)
    voted_on: Mapped[date | None] = day("议决日期", filed=False)
    notified_on: Mapped[date | None] = day("通知解约日期", filed=False)
    done_on: Mapped[date | None] = day("清退完成日期", filed=False)
    files: Mapped[list[str] | None] = photos("文件")
    note: Mapped[str | None] = long_text("备注", longest=500)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.rectify_by and self.rectify_by < self.talked_on:
            yield Problem("rectify_by", Say("整改期限不能早于约谈日期"))
        if self.voted_on and not self.talked_on <= self.voted_on <= look.today:
            yield Problem("voted_on", Say("议决日期应在约谈日期之后、不晚于今天"))


class Credit(Record):
    """F5.5: one entry of the credit file, of a company or of one of its people. What other actions report arrives as a draft;
    it counts once the lead has told the company and recorded it."""

    __tablename__ = "market_order_credit"
    __table_args__ = (Index(None, "recorded_on"),)
    unit, label, code = COMPANY, "信用信息", "F5.5"
    help = "同一事实只记一次。先告知，再由另一人记入；有异议的写明理由，核实后再定。"
    workflow = CREDIT
    once_per = ("source",)
    named_by = ("happened_on", "kind")
    happened_on: Mapped[date] = day("事实发生日期", happened=True)
    subject: Mapped[str] = choice("对象", (FIRM, PERSON), required=True)
    person: Mapped[str | None] = personal("从业人员姓名", longest=40, listed=False)
    kind: Mapped[str] = choice("类型", (BAD, GOOD), required=True)
    fact: Mapped[str] = long_text("事实", required=True, longest=1000)
    source: Mapped[str | None] = origin("来源记录")
    determined_by: Mapped[str | None] = text("认定部门", longest=60)
    valid_until: Mapped[date | None] = day("有效期至", planned=True)
    notified_on: Mapped[date | None] = day("告知日期", filed=False, listed=False)
    objection: Mapped[str | None] = long_text("异议", longest=1000, filed=False)
    objection_result: Mapped[str | None] = long_text("异议核实结果", longest=1000, filed=False)
    recorded_on: Mapped[date | None] = day("记入日期", filed=False)
    revoked_on: Mapped[date | None] = day("撤销日期", filed=False, listed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        if self.subject == PERSON and not self.person:
            yield Problem("person", Say("对象是从业人员时，请填写姓名"))
        if self.valid_until and self.valid_until < self.happened_on:
            yield Problem("valid_until", Say("有效期不能早于事实发生日期"))


class CreditRound(Record):
    """F5.5 / D18: one call for credit information, even if nothing came in."""

    __tablename__ = "market_order_credit_round"
    unit, label, code = STREET, "信用信息征集", "F5.5"
    help = "每期征集填一次；没有收到线索也填，线索数填0。"
    by = (LEAD,)
    held_on: Mapped[date] = day("征集日期", happened=True)
    channels: Mapped[list[str]] = choices("征集渠道", SOURCES, required=True)
    found: Mapped[int] = integer("收到线索", required=True, at_most=10_000, unit="条")
    note: Mapped[str | None] = long_text("说明", longest=500)
