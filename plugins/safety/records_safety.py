"""Standing safety (plan 1.4, F8.1-F8.4): creation of standards, hazards, maintenance contracts, special operators."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    Look,
    Problem,
    Record,
    Say,
    choice,
    day,
    decimal,
    long_text,
    money,
    personal,
    photos,
    text,
)
from plugins.safety.workflows import CONTRACT, CREATION, POST, RECTIFYING

GRADES_OF_STANDARD = ("一级", "二级", "三级")
LEVELS = ("一般", "重大")
HAZARDS = ("消防", "电梯", "用电用气", "电动自行车违规停放充电", "高空坠物", "墙体外立面", "特种作业", "其他")
EQUIPMENT = ("电梯", "消防系统")
POSTS = ("电工作业", "焊接与热切割作业", "高处作业", "电梯安全管理", "消防设施操作", "其他特种作业")
FIXES = ("measures", "responsible", "funds", "limit_on", "emergency_plan")  # 五落实
LIMIT_DAYS = 15  # where a hazard states no limit


def years_after(day: date, years: int) -> date:
    """The last day of ``years`` years that begin on ``day``."""
    month, number = (3, 1) if (day.month, day.day) == (2, 29) else (day.month, day.day)
    return date(day.year + years, month, number) - timedelta(days=1)


class Standardisation(Record):
    """F8.1, A8-1, D24: one complex on its way to the safety standard, by the organ's announcement valid for some years."""

    __tablename__ = "safety_standardisation"
    unit, label, code = COMPLEX, "安全生产标准化创建", "F8.1"
    firm = True
    workflow = CREATION
    declared_on: Mapped[date] = day("申报日期", happened=True)
    grade: Mapped[str] = choice("申报等级", GRADES_OF_STANDARD, required=True)
    self_score: Mapped[Decimal | None] = decimal(
        "自评得分", places=1, at_most=100, unit="分", filed=False, listed=False
    )
    assessed_on: Mapped[date | None] = day("自评完成日期", filed=False)
    reviewer: Mapped[str | None] = text("评审单位", longest=80, filed=False, listed=False)
    reviewed_on: Mapped[date | None] = day("评审通过日期", filed=False, listed=False)
    certificate: Mapped[str | None] = text("公告或证书编号", longest=80, filed=False)
    achieved_on: Mapped[date | None] = day("达标日期", filed=False)
    valid_until: Mapped[date | None] = day("有效期至", planned=True, derived=True)
    note: Mapped[str | None] = long_text("备注", longest=500)

    def derive(self, look: Look) -> Mapping[str, Any]:
        years = look.setting("safety.standard_years")
        return {"valid_until": years_after(self.achieved_on, years) if self.achieved_on else None}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.state not in ("declared", "assessed", "reviewed"):
            return
        others = select(Standardisation.id).where(
            Standardisation.complex_id == self.complex_id,
            Standardisation.state.in_(("declared", "assessed", "reviewed")),
            Standardisation.id != (self.id or 0),
        )
        if found := look.read(others.limit(1)):
            yield Problem("declared_on", Say("该小区已有一项创建在办（编号 {i}），请在那条上继续", i=found[0][0]))


class Hazard(Record):
    """F8.2, A8-6, D24: one hazard from found to closed. 重大 needs the five fixes before it is worked on."""

    __tablename__ = "safety_hazard"
    __table_args__ = (Index(None, "closed_on"),)  # what is still open, without walking what was closed
    unit, label, code = COMPLEX, "安全隐患", "F8.2"
    firm = True
    workflow = RECTIFYING
    help = "重大隐患先报，再在“重大隐患：五落实”一步填齐措施、责任、资金、时限、预案。"
    found_on: Mapped[date] = day("发现日期", happened=True)
    level: Mapped[str] = choice("隐患级别", LEVELS, required=True)
    kind: Mapped[str] = choice("隐患类别", HAZARDS, required=True)
    place: Mapped[str] = text("位置", required=True, longest=100)
    description: Mapped[str] = long_text("隐患情况", required=True, longest=1000)
    limit_on: Mapped[date | None] = day("整改时限", planned=True, help=f"不填则为发现后{LIMIT_DAYS}天")
    before_photos: Mapped[list[str]] = photos("隐患照片", at_least=1, at_most=9)
    measures: Mapped[str | None] = long_text("整改措施", longest=1000, filed=False)
    responsible: Mapped[str | None] = personal("整改责任人", filed=False, listed=False)
    funds: Mapped[Decimal | None] = money("整改资金", filed=False, listed=False)
    emergency_plan: Mapped[str | None] = long_text("应急预案", longest=2000, filed=False)
    major_from: Mapped[date | None] = day("重大隐患起算日", listed=False, derived=True)
    fixed_on: Mapped[date | None] = day("五落实日期", filed=False, listed=False)
    after_photos: Mapped[list[str] | None] = photos("整改后照片", at_most=9, filed=False)
    mended_on: Mapped[date | None] = day("整改完成日期", filed=False)
    rechecked_on: Mapped[date | None] = day("复查日期", filed=False, listed=False)
    closed_on: Mapped[date | None] = day("销号日期", filed=False)

    def derive(self, look: Look) -> Mapping[str, Any]:
        """Since when the five fixes are owed: found as major, or raised to it later."""
        if self.level != "重大":
            return {"major_from": None}
        return {"major_from": self.found_on if self.state == "found" else self.major_from or look.today}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.limit_on and self.limit_on < self.found_on:
            yield Problem("limit_on", Say("整改时限不能早于发现日期"))
        if self.level == "重大" and self.state not in ("found", "void"):
            missing = [type(self).field(n).label for n in FIXES if getattr(self, n) is None]
            if missing:
                text = Say("重大隐患须先“五落实”，还缺：{m}。请用办理步骤填齐", m="、".join(missing))
                yield Problem("level", text)


class Maintenance(Record):
    """F8.3, A8-6, D24: a third party's contract for lifts or fire systems; it ends with the contract or the qualification."""

    __tablename__ = "safety_maintenance"
    unit, label, code = COMPLEX, "设备维保合同", "F8.3"
    firm = True
    workflow = CONTRACT
    named_by: ClassVar[tuple[str, ...]] = ("equipment", "contractor")
    signed_on: Mapped[date] = day("合同起始日期", happened=True)
    equipment: Mapped[str] = choice("设备", EQUIPMENT, required=True)
    contractor: Mapped[str] = text("第三方维保单位", required=True, longest=80)
    qualification: Mapped[str] = text("资质证书编号", required=True, longest=80)
    qualified_until: Mapped[date] = day("资质有效期至", required=True, planned=True)
    contract_until: Mapped[date] = day("合同有效期至", required=True, planned=True)
    expires_on: Mapped[date | None] = day("合同和资质最早到期", planned=True, derived=True)
    settled_on: Mapped[date | None] = day("续签或终止日期", filed=False)
    files: Mapped[list[str] | None] = photos("合同和资质照片", at_most=9)

    def derive(self, look: Look) -> Mapping[str, Any]:
        return {"expires_on": min(self.qualified_until, self.contract_until)}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.contract_until < self.signed_on:
            yield Problem("contract_until", Say("合同有效期不能早于起始日期"))
        if self.qualified_until < self.signed_on:
            yield Problem("qualified_until", Say("签订时维保单位的资质已过期，不能委托"))


class Operator(Record):
    """F8.4, A8-6, D24: one post of special work that must be held by somebody with a certificate. Vacant: no person."""

    __tablename__ = "safety_operator"
    unit, label, code = COMPLEX, "特种作业岗位", "F8.4"
    firm = True
    workflow = POST
    named_by: ClassVar[tuple[str, ...]] = ("kind", "post")
    help = "应设的岗位都登记；空缺的不填人员。换证、换人时重新登记同名岗位，原来一条自动结清。"
    since: Mapped[date] = day("设岗（上岗）日期", happened=True)
    kind: Mapped[str] = choice("作业类别", POSTS, required=True)
    post: Mapped[str] = text("岗位名称", required=True, longest=40, help="同一小区内不重复，如 配电房值班电工")
    person: Mapped[str | None] = personal("在岗人员")
    certificate: Mapped[str | None] = personal("证书编号", searchable=True)
    certified_on: Mapped[date | None] = day("发证日期", listed=False)
    valid_until: Mapped[date | None] = day("证书有效期至", planned=True)
    settled_on: Mapped[date | None] = day("换证或离岗日期", filed=False)

    def check(self, look: Look) -> Iterator[Problem]:
        parts = (self.certificate, self.certified_on, self.valid_until)
        if any(parts) and not all(parts):
            yield Problem("certificate", Say("证书编号、发证日期、有效期请一并填写，或都不填"))
        elif self.certificate and not self.person:
            yield Problem("person", Say("有证书时，请填写在岗人员"))
        if self.certified_on and self.certified_on > look.today:
            yield Problem("certified_on", Say("发证日期不能晚于今天"))
        if self.certified_on and self.valid_until and self.valid_until < self.certified_on:
            yield Problem("valid_until", Say("证书有效期不能早于发证日期"))
