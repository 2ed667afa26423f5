"""What it comes to: the share of complexes looked through in the month, and of findings that are cleared."""

from datetime import date

from sqlalchemy import case, func, literal, select

from charging_safety.records import Check
from core.api import Indicator, Period, Rows, Scope, at_least, counts, coverage, tally


# [measure]
def checked(scope: Scope) -> Rows:
    return coverage(of=scope.managed(), by=select(Check.complex_id).where(scope.within(Check)))


def cleared(scope: Scope) -> Rows:
    done = case((Check.cleared_on <= scope.day, Check.found), else_=0)
    return tally(select(Check.complex_id, done, Check.found).where(scope.until(Check)), of=scope.managed())


# [/measure]


# [evidence]
def evidence(start: date, end: date) -> Rows:
    """``market_order_evidence``: cables of the month that are still hanging speak against the service."""
    said = literal("飞线充电未清除：").concat(func.coalesce(Check.place, ""))
    return select(
        Check.complex_id,
        Check.checked_on.label("day"),
        literal("安全").label("category"),
        literal(1).label("points"),
        said.label("text"),
        literal("charging_safety.check").label("record_key"),
        Check.id.label("record_id"),
    ).where(Check.checked_on.between(start, end), Check.found > 0, Check.cleared_on.is_(None), counts(Check))


# [/evidence]


INDICATORS = (
    Indicator(
        key="charging_safety.checked",
        label="每月飞线充电排查覆盖率",
        code="A20-1",
        clause="示例",
        measure=checked,
        every=Period.MONTH,
        numerator="当月排查过的小区",
        denominator="有物业管理的小区",
        target=at_least(1),
        evidence=(Check,),
    ),
    Indicator(
        key="charging_safety.cleared",
        label="飞线充电清除率",
        code="A20-2",
        clause="示例",
        measure=cleared,
        numerator="已清除的飞线（处）",
        denominator="发现的飞线（处）",
        target=at_least(1),
        evidence=(Check,),
    ),
)
