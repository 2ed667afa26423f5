"""What it comes to (plan 1.2, A4-1 to A4-7; Q14-Q16)."""

from typing import Any

from sqlalchemy import String, and_, case, cast, func, literal, or_, select

from core.api import (
    COMMUNITY,
    DEPARTMENT,
    MANAGED,
    STREET,
    Change,
    Complex,
    ComplexTerm,
    Indicator,
    IntegerKind,
    Period,
    Rows,
    Scope,
    Setting,
    Shape,
    TextKind,
    at_least,
    count,
    coverage,
    every_setting,
    holds,
    tally,
)
from plugins.enforcement.records_daily import DailyPatrol, Keeper, Posting
from plugins.enforcement.records_findings import Case, Finding
from plugins.enforcement.records_joint import FIVE, NEGLECT, JointAction, Patrol

SETTINGS = (
    Setting(
        key="enforcement.departments",
        label="“各执法部门”",
        kind=TextKind(longest=200),
        default="执法中队、派出所、市场监管所、消防队",
        note="Q15：用顿号分隔；责任部门中另有城管办、安办",
    ),
    Setting(
        key="enforcement.sign_hours",
        label="吹哨后多少小时内接收",
        kind=IntegerKind(at_least=1, at_most=72, unit="小时"),
        default=1,
        note="方案未定，取外地通行做法",
    ),
    Setting(
        key="enforcement.contact_hours",
        label="吹哨后多少小时内联系社区",
        kind=IntegerKind(at_least=1, at_most=240, unit="小时"),
        default=24,
        note="方案未定，取外地通行做法",
    ),
    Setting(
        key="enforcement.attend_days",
        label="未写明时，吹哨后多少天内到场",
        kind=IntegerKind(at_least=0, at_most=30, unit="天"),
        default=3,
        note="方案未定，取外地通行做法",
    ),
    Setting(
        key="enforcement.refusals",
        label="一张吹哨单退回几次后升级专班",
        kind=IntegerKind(at_least=1, at_most=9, unit="次"),
        default=2,
        note="第二次退回由综合协调组裁定",
    ),
    every_setting(
        "enforcement.training_every", "统一执法培训频次", Period.QUARTER, note="D12：方案写“统一培训”，取每季度"
    ),
)


def offices(scope: Scope) -> Rows:
    """各执法部门 (Q15)."""
    names = [part for part in str(scope.setting("enforcement.departments")).replace("，", "、").split("、") if part]
    return scope.departments([name.strip() for name in names])


def handled(scope: Scope) -> Rows:
    """Of the five types: brought to its end by the day / found by the day; 无法认定 is in neither (Q16)."""
    done = and_(Finding.done_on.is_not(None), Finding.done_on <= scope.day)
    rows = select(Finding.complex_id, case((done, 1), else_=0), literal(1))
    return tally(rows.where(scope.until(Finding), Finding.kind.in_(FIVE)), of=scope.units(Complex.kind))


def joint_actions(scope: Scope) -> Rows:
    return count(of=scope.street(), records=select(JointAction.area_id).where(scope.within(JointAction)))


def joint_by_community(scope: Scope) -> Rows:
    """Q14: how many joint actions came to each community."""
    came = (
        select(Complex.community_id.label("home"), JointAction.id.label("action"))
        .join(JointAction, holds(JointAction.complexes, Complex.id))
        .where(scope.within(JointAction))
        .distinct()
        .subquery("came")
    )
    return count(of=scope.units(COMMUNITY), records=select(came.c.home))


def patrols(scope: Scope) -> Rows:
    return coverage(of=offices(scope), by=select(Patrol.department_id).where(scope.within(Patrol)))


def posted(scope: Scope) -> Rows:
    return coverage(of=scope.units(Complex.kind), by=select(Posting.complex_id).where(scope.until(Posting)))


def cases(scope: Scope) -> Rows:
    return count(of=scope.street(), records=select(Case.area_id).where(scope.until(Case)))


def daily_patrol(scope: Scope) -> Rows:
    """Days with a patrol / days since the campaign began, of the complexes managed on the day."""
    base = scope.complexes().where(ComplexTerm.service.in_(MANAGED)).subquery("base")
    mine = select(func.count()).where(DailyPatrol.complex_id == base.c[0], scope.within(DailyPatrol))
    return select(base.c[0], mine.correlate(base).scalar_subquery(), scope.days)


def keepers(scope: Scope) -> Rows:
    in_force = or_(Keeper.until.is_(None), Keeper.until >= scope.day)
    named = select(Keeper.complex_id).where(scope.until(Keeper), in_force)
    return coverage(of=scope.complexes().where(ComplexTerm.service.in_(MANAGED)), by=named)


def credit_recorded(scope: Scope) -> Rows:
    """Concluded findings of neglect with a line in the credit file, which is another action's (1.6 A4 to A5)."""
    lines = scope.offered("market_order.credit_origins")
    mine = literal("enforcement.finding/").concat(_text(Finding.id))
    known = select(lines.c.origin).where(lines.c.origin == mine, lines.c.day <= scope.day)
    rows = select(Finding.complex_id, case((known.correlate(Finding).exists(), 1), else_=0), literal(1))
    concluded = and_(Finding.kind == NEGLECT, Finding.done_on <= scope.day, scope.until(Finding))
    return tally(rows.where(concluded), of=scope.units(Complex.kind))


def _text(column: Any) -> Any:
    return cast(column, String)


def evidence(start: Any, end: Any) -> Rows:
    """1.6 A4 to A5: concluded findings of neglect in the month, for the assessment of the complex."""
    return select(
        Finding.complex_id,
        Finding.done_on.label("day"),
        literal("执法").label("category"),
        literal(1).label("points"),
        (Finding.kind + "：" + Finding.place).label("text"),
        literal("enforcement.finding").label("record_key"),
        Finding.id.label("record_id"),
    ).where(Finding.done_on.between(start, end), Finding.kind == NEGLECT, Finding.state == "done")


def credit(change: Change) -> dict[str, Any] | None:
    """``market_order_credit``: story 12, a concluded finding of neglect speaks of the company that served then."""
    concluded = change.key == "enforcement.finding" and change.entered("done")
    if not concluded or change.after["kind"] != NEGLECT or change.after["served_by_id"] is None:
        return None
    return {
        "company_id": change.after["served_by_id"],
        "fact": f"物业履职不到位：{change.after['place']}",
        "happened_on": change.after["found_on"],
        "origin": change.origin,
        "determined_by": "执法中队",
    }


INDICATORS = (
    Indicator(
        key="enforcement.handled",
        label="重难点问题执法到位率",
        code="A4-1",
        clause="二（四）目标",
        measure=handled,
        numerator="执法到位的五类问题（有结果且复查通过，或已立案、移送）",
        denominator="发现或接报的五类问题，无法认定的不计",
        target=at_least(1),
        evidence=(Finding,),
    ),
    Indicator(
        key="enforcement.joint_actions",
        label="联合执法次数",
        code="A4-2",
        clause="二（四）二",
        measure=joint_actions,
        unit=STREET,
        every=Period.MONTH,
        shape=Shape.COUNT,
        suffix="次",
        numerator="当月两个以上部门参加的联合执法",
        denominator="—",
        target=at_least(2),
        evidence=(JointAction,),
    ),
    Indicator(
        key="enforcement.joint_by_community",
        label="到社区开展联合执法次数",
        code="A4-2",
        clause="二（四）二",
        measure=joint_by_community,
        unit=COMMUNITY,
        every=Period.MONTH,
        shape=Shape.COUNT,
        suffix="次",
        numerator="当月到过该社区的联合执法",
        denominator="—",
        watch=True,
        evidence=(JointAction,),
    ),
    Indicator(
        key="enforcement.patrols",
        label="执法部门下沉巡查达标率",
        code="A4-3",
        clause="二（四）三",
        measure=patrols,
        unit=DEPARTMENT,
        every=Period.MONTH,
        numerator="当月下沉巡查至少1次的执法部门",
        denominator="各执法部门",
        target=at_least(1),
        evidence=(Patrol,),
    ),
    Indicator(
        key="enforcement.posted",
        label="执法清单和通讯录张贴率",
        code="A4-4",
        clause="二（四）一",
        measure=posted,
        numerator="有张贴照片的小区",
        denominator="全部小区",
        target=at_least(1),
        evidence=(Posting,),
    ),
    Indicator(
        key="enforcement.cases",
        label="打击案例",
        code="A4-5",
        clause="二（四）二",
        measure=cases,
        unit=STREET,
        shape=Shape.COUNT,
        suffix="个",
        numerator="恶意拒缴物业费、非法侵占、挪用资金的案例",
        denominator="—",
        target=at_least(1),
        evidence=(Case,),
    ),
    Indicator(
        key="enforcement.daily_patrol",
        label="物业每日巡查落实率",
        code="A4-6",
        clause="二（四）四",
        measure=daily_patrol,
        numerator="有巡查记录的天数",
        denominator="专项行动以来的天数×当日有物业管理的小区",
        target=at_least(1),
        evidence=(DailyPatrol,),
    ),
    Indicator(
        key="enforcement.keepers",
        label="网格责任人制度建立率",
        code="A4-6",
        clause="二（四）四",
        measure=keepers,
        numerator="明确了网格责任人的小区",
        denominator="当日有物业管理的小区",
        target=at_least(1),
        evidence=(Keeper,),
    ),
    Indicator(
        key="enforcement.credit_recorded",
        label="物业履职不到位记入信用率",
        code="A4-7",
        clause="二（四）二",
        measure=credit_recorded,
        numerator="已记入信用信息的履职不到位问题",
        denominator="已认定的履职不到位问题",
        target=at_least(1),
        needs=("market_order.credit_origins",),
        evidence=(Finding,),
    ),
)
