"""What it comes to: the share of applications that became a lift, and how many staircases still lack one."""

from sqlalchemy import case, func, literal, select

from core.api import (
    COMMUNITY,
    COMPLEX,
    DOWN,
    UP,
    Complex,
    Indicator,
    Rows,
    Scope,
    Shape,
    at_least,
    at_most,
    counts,
    days_between,
    tally,
)
from lift_installation.records import Application, Census


# [share]
def accepted(scope: Scope) -> Rows:
    done = case((scope.by_day(Application.accepted_on), 1), else_=0)
    rows = select(Application.complex_id, done, literal(1)).where(scope.until(Application))
    return tally(rows, of=scope.units(COMPLEX))


# [/share]


# [average]
def waited(scope: Scope) -> Rows:
    """n: days between application and posting, added up; d: the applications posted."""
    days = days_between(Application.posted_on, Application.applied_on)
    rows = select(Application.complex_id, days, literal(1)).where(scope.until(Application))
    return tally(rows.where(scope.by_day(Application.posted_on)), of=scope.units(COMPLEX))


# [/average]


# [reduction]
def without(scope: Scope) -> Rows:
    """n: staircases of the community still without a lift; d: how many there were (the baseline)."""
    lifts = (
        select(func.count())
        .select_from(Application)
        .join(Complex, Complex.id == Application.complex_id)
        .where(Complex.community_id == Census.community_id, counts(Application), scope.by_day(Application.accepted_on))
        .scalar_subquery()
    )
    rows = select(Census.community_id, Census.staircases - lifts, Census.staircases).where(scope.until(Census))
    return tally(rows, of=scope.units(COMMUNITY))


# [/reduction]


INDICATORS = (
    Indicator(
        key="lift_installation.accepted",
        label="加装电梯完成率",
        code="A21-1",
        clause="示例",
        measure=accepted,
        numerator="已验收的梯号",
        denominator="申请加装的梯号",
        aim=UP,  # more is better: so it is where nothing is said
        target=at_least("0.5"),
        evidence=(Application,),
    ),
    # [days]
    Indicator(
        key="lift_installation.waited",
        label="申请到公示平均天数",
        code="A21-3",
        clause="示例",
        measure=waited,
        shape=Shape.AVERAGE,
        suffix="天",
        aim=DOWN,
        numerator="从申请到公示的天数",
        denominator="已公示的申请",
        target=at_most(7),
        evidence=(Application,),
    ),
    # [/days]
    # [baseline]
    Indicator(
        key="lift_installation.without",
        label="无电梯楼梯压降率",
        code="A21-2",
        clause="示例",
        measure=without,
        unit=COMMUNITY,
        shape=Shape.REDUCTION,
        numerator="现在没有电梯的楼梯",
        denominator="方案开始时没有电梯的楼梯（摸底）",
        target=at_least("0.1"),
        evidence=(Census, Application),
    ),
    # [/baseline]
)
