"""What it comes to (plan 1.2, A3-1 to A3-6; Q7-Q11). Each measure is a select of (unit, numerator, denominator)."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, not_, or_, select
from sqlalchemy.orm import aliased

from core.api import (
    STREET,
    ChoiceKind,
    Complex,
    Indicator,
    IntegerKind,
    Offer,
    Period,
    Rows,
    Scope,
    Setting,
    Shape,
    at_least,
    count,
    counts,
    coverage,
    every_setting,
    local_day,
    tally,
    whole,
)
from plugins.disputes.intakes import ANYWHERE, AREA, AreaKind
from plugins.disputes.records_baseline import BASELINES, SAME_PERIOD, Baseline, reduction
from plugins.disputes.records_complaint import Complaint
from plugins.disputes.records_meetings import CommunityMeeting, Promotion
from plugins.disputes.workflows import COMPLICATED, SIMPLE

OFF = "不启用"
CUTOFFS = (OFF, "17:00", "17:30", "18:00")

SETTINGS = (
    Setting(
        key="disputes.baseline",
        label="投诉量下降率的基数",
        kind=ChoiceKind(options=BASELINES),
        default=SAME_PERIOD,
        note="Q7；方案两处“下降15%”是同一指标（Q10）",
    ),
    Setting(
        key="disputes.cutoff",
        label="当日期限的收件截止时刻（之后或休息日收的，顺延到下一工作日）",
        kind=ChoiceKind(options=CUTOFFS),
        default=OFF,
        note="Q11：方案写“当天”，默认不启用",
    ),
    Setting(
        key="disputes.complex_days",
        label="复杂件会商前的默认办结天数",
        kind=IntegerKind(at_least=1, at_most=90, unit="天"),
        default=15,
        note="Q8：用于“到期处置率”；方案未定，参照12345投诉类10至12个工作日",
    ),
    Setting(
        key="disputes.late_entry_days",
        label="解释、办结时间最多补登天数",
        kind=IntegerKind(at_least=0, at_most=7, unit="天"),
        default=1,
        note="Q11：防止事后倒填",
    ),
    Setting(
        key=AREA,
        label="小程序、网格系统报送的受理范围（西,南,东,北 经纬度）",
        kind=AreaKind(longest=80),
        default=ANYWHERE,
        note="位置在范围以外的不受理；方案未定，默认不限",
    ),
    every_setting("disputes.meeting_every", "物业管理联席会议频次", Period.MONTH, note="D8"),
)


def kept(scope: Scope) -> ColumnElement[bool]:
    """Complaints received in the window, without those another body had taken over by the day (Q9)."""
    gone = and_(Complaint.transferred_at.is_not(None), scope.by_day(Complaint.transferred_at))
    return and_(scope.within(Complaint), not_(gone))


def reduced(scope: Scope) -> Rows:
    n, d = reduction(scope.setting("disputes.baseline"), scope.start, scope.day, scope.days)
    return whole(scope.street(), n, d)


def ended(scope: Scope) -> tuple[Any, ColumnElement[bool]]:
    """(complaints with the main one they were merged into, condition: disposed by the day). A merged one is disposed when
    its main one is; an explained one is not (Q8)."""
    main = aliased(Complaint)
    merged = and_(scope.by_day(Complaint.merged_at), scope.by_day(main.closed_at))
    rows = select(Complaint.complex_id).outerjoin(main, main.id == Complaint.main_id)
    return rows, or_(scope.by_day(Complaint.closed_at), merged)


def disposed(scope: Scope) -> Rows:
    rows, done = ended(scope)
    of = rows.add_columns(case((done, 1), else_=0), literal(1)).where(kept(scope))
    return tally(of, of=scope.units(Complex.kind))


def disposed_due(scope: Scope) -> Rows:
    """Q8's second figure: without what is open and not yet due."""
    rows, done = ended(scope)
    due = or_(Complaint.due_on <= scope.day, done)
    of = rows.add_columns(case((done, 1), else_=0), literal(1)).where(kept(scope), due)
    return tally(of, of=scope.units(Complex.kind))


def received(scope: Scope) -> Rows:
    of = select(Complaint.complex_id).where(kept(scope), Complaint.is_property)
    return count(of=scope.units(Complex.kind), records=of)


def matters(scope: Scope) -> Rows:
    """Q9: the same without what was merged into another complaint."""
    merged = and_(Complaint.merged_at.is_not(None), scope.by_day(Complaint.merged_at))
    of = select(Complaint.complex_id).where(kept(scope), Complaint.is_property, not_(merged))
    return count(of=scope.units(Complex.kind), records=of)


def _same_day(scope: Scope, complexity: str, at: Any) -> Rows:
    """In time / (done + open and overdue): what came in on the last day and waits is not late yet."""
    received_on = local_day(Complaint.received_at)
    judged = or_(scope.by_day(at), received_on < scope.day)
    rows = select(Complaint.complex_id, case((local_day(at) == received_on, 1), else_=0), literal(1))
    return tally(
        rows.where(scope.within(Complaint), Complaint.complexity == complexity, judged), of=scope.units(Complex.kind)
    )


def simple_same_day(scope: Scope) -> Rows:
    return _same_day(scope, SIMPLE, Complaint.ended_at)


def complex_same_day(scope: Scope) -> Rows:
    return _same_day(scope, COMPLICATED, Complaint.answered_at)


def _settled(scope: Scope, *levels: str) -> Rows:
    rows = select(Complaint.complex_id, case((Complaint.level.in_(levels), 1), else_=0), literal(1))
    return tally(rows.where(kept(scope), scope.by_day(Complaint.closed_at)), of=scope.units(Complex.kind))


def settled_in_grid(scope: Scope) -> Rows:
    return _settled(scope, "网格")


def settled_in_community(scope: Scope) -> Rows:
    return _settled(scope, "网格", "社区")


def mini_program(scope: Scope) -> Rows:
    return coverage(of=scope.units(Complex.kind), by=select(Promotion.complex_id).where(scope.until(Promotion)))


INDICATORS = (
    Indicator(
        key="disputes.complaints_reduced",
        label="住宅小区（物业）信访投诉量下降率",
        code="A3-1",
        clause="二（三）目标",
        measure=reduced,
        unit=STREET,
        shape=Shape.REDUCTION,
        numerator="本期收到的物业管理类投诉（件次）",
        denominator="所选基数的同口径件次；没有基数为“未设基数”，不显示百分比",
        target=at_least("0.15"),
        evidence=(Complaint, Baseline),
    ),
    Indicator(
        key="disputes.disposed",
        label="信访处置率",
        code="A3-2",
        clause="二（三）目标",
        measure=disposed,
        numerator="截至当日已办结的投诉（当日解释不算办结）",
        denominator="截至当日收到的投诉",
        target=at_least(1),
        evidence=(Complaint,),
    ),
    Indicator(
        key="disputes.disposed_due",
        label="到期处置率",
        code="A3-2、Q8",
        clause="二（三）目标",
        measure=disposed_due,
        numerator="已办结的投诉",
        denominator="已办结和已到应办结日期的投诉",
        watch=True,
        evidence=(Complaint,),
    ),
    Indicator(
        key="disputes.received",
        label="物业管理类投诉（件次）",
        code="Q9",
        clause="二（三）目标",
        measure=received,
        shape=Shape.COUNT,
        numerator="收到的物业管理类投诉，对方已受理的转出件不计",
        suffix="件次",
        watch=True,
        evidence=(Complaint,),
    ),
    Indicator(
        key="disputes.matters",
        label="物业管理类投诉（去重件）",
        code="Q9",
        clause="二（三）目标",
        measure=matters,
        shape=Shape.COUNT,
        numerator="同上，并案的只计主件",
        suffix="件",
        watch=True,
        evidence=(Complaint,),
    ),
    Indicator(
        key="disputes.simple_same_day",
        label="简单件当日处置率",
        code="A3-3",
        clause="二（三）2",
        measure=simple_same_day,
        numerator="收件当天办结的简单件",
        denominator="已终结和已逾期的简单件",
        target=at_least(1),
        evidence=(Complaint,),
    ),
    Indicator(
        key="disputes.complex_same_day",
        label="复杂件当日解释率",
        code="A3-4",
        clause="二（三）2",
        measure=complex_same_day,
        numerator="收件当天已解释的复杂件",
        denominator="已解释和已逾期的复杂件",
        target=at_least(1),
        evidence=(Complaint,),
    ),
    Indicator(
        key="disputes.settled_in_grid",
        label="网格内化解率",
        code="A3-5",
        clause="二（三）目标",
        measure=settled_in_grid,
        numerator="在网格化解的投诉",
        denominator="已办结的投诉",
        watch=True,
        evidence=(Complaint,),
    ),
    Indicator(
        key="disputes.settled_in_community",
        label="社区内化解率",
        code="A3-5",
        clause="二（三）目标",
        measure=settled_in_community,
        numerator="在网格或社区化解的投诉",
        denominator="已办结的投诉",
        watch=True,
        evidence=(Complaint,),
    ),
    Indicator(
        key="disputes.mini_program",
        label="“晋江网格服务”小程序推广覆盖率",
        code="A3-6",
        clause="二（三）5",
        measure=mini_program,
        numerator="有推广佐证的小区",
        denominator="全部小区",
        target=at_least(1),
        evidence=(Promotion,),
    ),
)


def complaints_offered(scope: Scope) -> Rows:
    """1.6: complaints count in assessments, whistle and become needs; no personal data leave this plugin."""
    day = local_day(Complaint.received_at).label("day")
    closed = case((scope.by_day(Complaint.closed_at), local_day(Complaint.closed_at))).label("closed_on")
    return select(
        Complaint.id.label("record_id"),
        Complaint.complex_id,
        day,
        Complaint.category,
        Complaint.is_property,
        Complaint.summary,
        closed,
    ).where(scope.until(Complaint))


def meetings_offered(scope: Scope) -> Rows:
    """1.6: 联席会议 is an item of the communities' assessment (G6)."""
    day = local_day(CommunityMeeting.held_at).label("day")
    return select(CommunityMeeting.id.label("record_id"), CommunityMeeting.community_id, day).where(
        scope.until(CommunityMeeting)
    )


OFFERS = (
    Offer(
        key="disputes.complaints",
        label="信访投诉",
        columns={
            "record_id": "投诉编号",
            "complex_id": "小区",
            "day": "收件日期",
            "category": "类别",
            "is_property": "物业管理类",
            "summary": "事由",
            "closed_on": "办结日期",
        },
        rows=complaints_offered,
    ),
    Offer(
        key="disputes.meetings",
        label="社区物业管理联席会议",
        columns={"record_id": "记录编号", "community_id": "社区", "day": "日期"},
        rows=meetings_offered,
    ),
)


def evidence(start: date, end: date) -> Rows:
    """``market_order_evidence``: one point a complaint on property management; what it costs is market_order's setting.
    Merged, transferred and void ones cost nothing."""
    day = local_day(Complaint.received_at).label("day")
    return select(
        Complaint.complex_id,
        day,
        literal("投诉").label("category"),
        literal(1).label("points"),
        (Complaint.category + "：" + Complaint.summary).label("text"),
        literal("disputes.complaint").label("record_key"),
        Complaint.id.label("record_id"),
    ).where(
        day.between(start, end),
        counts(Complaint),
        Complaint.is_property,
        Complaint.merged_at.is_(None),
        Complaint.transferred_at.is_(None),
    )
