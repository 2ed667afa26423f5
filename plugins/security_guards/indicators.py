"""What it comes to (plan 1.2, A6-1 to A6-4). Guards on post are counted by day, so every day of the past stays as it was."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_, select

from core.api import (
    Complex,
    DayKind,
    Indicator,
    IntegerKind,
    Rows,
    Scope,
    Setting,
    at_least,
    coverage,
    tally,
)
from plugins.security_guards.records import Guard, Inspection, PoliceLink

SETTINGS = (
    Setting(
        key="security_guards.all_trained_by",
        label="全员培训期限",
        kind=DayKind(),
        default=date(2025, 6, 30),
        note="D21、Q6：“2025年上半年”取6月30日",
    ),
    Setting(
        key="security_guards.filing_from",
        label="备案期限的最早起算日",
        kind=DayKind(),
        default=date(2024, 11, 8),
        note="D21：方案印发前已在岗的，从方案印发日起算30日",
    ),
    Setting(
        key="security_guards.training_days",
        label="期限之后上岗的，多少天内培训",
        kind=IntegerKind(at_least=1, at_most=365, unit="天"),
        default=90,
        note="D21、Q32：方案未定，取默认",
    ),
)


def on_post(scope: Scope) -> ColumnElement[bool]:
    """On post on the day, filed or not."""
    return and_(scope.until(Guard), or_(Guard.until.is_(None), Guard.until >= scope.day))


def _of_guards(scope: Scope, having: ColumnElement[bool]) -> Rows:
    rows = select(Guard.complex_id, case((having, 1), else_=0), literal(1)).where(on_post(scope))
    return tally(rows, of=scope.units(Complex.kind))


def filed(scope: Scope) -> Rows:
    return _of_guards(scope, and_(Guard.filed_on.is_not(None), Guard.filed_on <= scope.day))


def trained(scope: Scope) -> Rows:
    return _of_guards(scope, and_(Guard.trained_on.is_not(None), Guard.trained_on <= scope.day))


def certified(scope: Scope) -> Rows:
    return _of_guards(scope, and_(Guard.certified_on.is_not(None), Guard.certified_on <= scope.day))


def uniformed(scope: Scope) -> Rows:
    rows = select(Inspection.complex_id, case((Inspection.uniformed, 1), else_=0), literal(1))
    return tally(rows.where(scope.until(Inspection)), of=scope.units(Complex.kind))


def officer_linked(scope: Scope) -> Rows:
    in_force = or_(PoliceLink.until.is_(None), PoliceLink.until >= scope.day)
    return coverage(
        of=scope.units(Complex.kind), by=select(PoliceLink.complex_id).where(scope.until(PoliceLink), in_force)
    )


def evidence(start: Any, end: Any) -> Rows:
    """1.6 A6 to A5: items of a guard inspection that failed, for the monthly assessment."""
    return select(
        Inspection.complex_id,
        Inspection.inspected_on.label("day"),
        literal("保安").label("category"),
        Inspection.failed.label("points"),
        literal("保安形象检查有不合格项").label("text"),
        literal("security_guards.inspection").label("record_key"),
        Inspection.id.label("record_id"),
    ).where(Inspection.inspected_on.between(start, end), Inspection.failed > 0, Inspection.state != "returned")


INDICATORS = (
    Indicator(
        key="security_guards.filed",
        label="小区保安备案率",
        code="A6-1",
        clause="二（六）四",
        measure=filed,
        numerator="当日在岗且已备案的保安员",
        denominator="当日在岗的保安员",
        target=at_least(1),
        evidence=(Guard,),
    ),
    Indicator(
        key="security_guards.trained",
        label="保安培训覆盖率",
        code="A6-2",
        clause="二（六）四",
        measure=trained,
        numerator="当日在岗且培训考核合格的保安员",
        denominator="当日在岗的保安员",
        target=at_least("0.25"),
        evidence=(Guard,),
    ),
    Indicator(
        key="security_guards.certified",
        label="保安员持证上岗率",
        code="A6-3",
        clause="二（六）三",
        measure=certified,
        numerator="当日在岗且持有保安员证的保安员",
        denominator="当日在岗的保安员",
        target=at_least(1),
        evidence=(Guard,),
    ),
    Indicator(
        key="security_guards.uniformed",
        label="2011式着装合格率",
        code="A6-3",
        clause="二（六）三",
        measure=uniformed,
        numerator="着装合格的形象检查",
        denominator="全部形象检查",
        target=at_least(1),
        evidence=(Inspection,),
    ),
    Indicator(
        key="security_guards.officer_linked",
        label="片警挂钩覆盖率",
        code="A6-4",
        clause="二（六）一",
        measure=officer_linked,
        numerator="当日有片警挂钩的小区",
        denominator="全部小区",
        target=at_least(1),
        evidence=(PoliceLink,),
    ),
)
