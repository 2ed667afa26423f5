"""What it comes to (plan 1.2, A7-1 to A7-6). Each measure is a select of (unit, numerator, denominator)."""

from sqlalchemy import and_, case, literal, or_, select

from core.api import (
    MANAGED,
    ChoicesKind,
    Complex,
    ComplexTerm,
    Indicator,
    Period,
    Rows,
    Scope,
    Setting,
    at_least,
    coverage,
    has,
    share,
    tally,
)
from plugins.environment.records import FALLBACKS, SPOTS, Cleanup, Fallback, Inspection, Shortboard

SETTINGS = (
    Setting(
        key="environment.fallback_services",
        label="无物业小区兜底须包含的内容",
        kind=ChoicesKind(options=FALLBACKS),
        default=list(FALLBACKS),
        note="D23：保洁、安保兜底",
    ),
)


def fallback_in_force(scope: Scope) -> Rows:
    """Complexes whose fallback service covers what is demanded on the day."""
    return select(Fallback.complex_id).where(
        scope.until(Fallback),
        or_(Fallback.ended_on.is_(None), Fallback.ended_on >= scope.day),
        has(Fallback.services, *scope.setting("environment.fallback_services")),
    )


def serviced(scope: Scope) -> Rows:
    in_force = fallback_in_force(scope).where(Fallback.complex_id == Complex.id).correlate(Complex).exists()
    return share(scope.complexes(), having=or_(ComplexTerm.service.in_(MANAGED), in_force))


def first_cleanup(scope: Scope) -> Rows:
    return coverage(
        of=scope.managed(), by=select(Cleanup.complex_id).where(scope.within(Cleanup), has(Cleanup.spots, *SPOTS))
    )


def cleaned(scope: Scope) -> Rows:
    return coverage(of=scope.managed(), by=select(Cleanup.complex_id).where(scope.within(Cleanup)))


def criteria(scope: Scope) -> Rows:
    """Of the complexes inspected in the month, those whose latest inspection passed all four."""
    passed = and_(Inspection.waste, Inspection.roads, Inspection.facilities, Inspection.lights)
    of = scope.units(Complex.kind).subquery("of")
    mine = select(case((passed, 1), else_=0)).where(scope.within(Inspection), Inspection.complex_id == of.c.unit_id)
    latest = (
        mine.order_by(Inspection.inspected_on.desc(), Inspection.id.desc()).limit(1).correlate(of).scalar_subquery()
    )
    rows = select(of.c.unit_id, latest.label("n")).subquery("rows")
    return select(rows.c.unit_id, rows.c.n, literal(1).label("d")).where(rows.c.n.is_not(None))


def shortboards(scope: Scope) -> Rows:
    closed = case((and_(Shortboard.closed_on.is_not(None), Shortboard.closed_on <= scope.day), 1), else_=0)
    found = select(Shortboard.complex_id, closed, literal(1)).where(scope.until(Shortboard))
    return tally(found, of=scope.units(Complex.kind))


def fallback(scope: Scope) -> Rows:
    return coverage(of=scope.complexes().where(ComplexTerm.service.not_in(MANAGED)), by=fallback_in_force(scope))


INDICATORS = (
    Indicator(
        key="environment.serviced",
        label="物业服务覆盖率",
        code="A7-1",
        clause="二（七）四",
        measure=serviced,
        numerator="有专业物业、打包委托或兜底服务的小区",
        denominator="全部小区",
        target=at_least(1),
        evidence=(Fallback,),
    ),
    Indicator(
        key="environment.first_cleanup_done",
        label="首次集中大扫除完成率",
        code="A7-2",
        clause="二（七）一",
        measure=first_cleanup,
        numerator="完成覆盖五类部位的首次大扫除的小区",
        denominator="专项行动开始时有物业管理的小区",
        target=at_least(1),
        evidence=(Cleanup,),
    ),
    Indicator(
        key="environment.cleaned_monthly",
        label="每月集中大扫除达标率",
        code="A7-3",
        clause="二（七）一",
        measure=cleaned,
        numerator="当月至少大扫除1次的小区",
        denominator="当月初有物业管理的小区",
        every=Period.MONTH,
        target=at_least(1),
        evidence=(Cleanup,),
    ),
    Indicator(
        key="environment.criteria_passed",
        label="环境四项达标率",
        code="A7-4",
        clause="二（七）目标",
        measure=criteria,
        numerator="当月最近一次检查四项全部达标的小区",
        denominator="当月检查过的小区",
        every=Period.MONTH,
        target=at_least(1),
        evidence=(Inspection,),
    ),
    Indicator(
        key="environment.shortboards_closed",
        label="红线内短板补齐率",
        code="A7-5",
        clause="二（七）三",
        measure=shortboards,
        numerator="已销号的短板",
        denominator="已发现的短板",
        watch=True,
        evidence=(Shortboard,),
    ),
    Indicator(
        key="environment.fallback_covered",
        label="无物业小区兜底服务覆盖率",
        code="A7-6",
        clause="二（七）四",
        measure=fallback,
        numerator="有保洁、安保兜底的无物业小区",
        denominator="无物业小区",
        target=at_least(1),
        evidence=(Fallback,),
    ),
)
