"""What it comes to: the share of applications that became a lift, and how many staircases still lack one."""

from sqlalchemy import case, func, literal, select

from core.api import COMMUNITY, COMPLEX, Complex, Indicator, Rows, Scope, Shape, at_least, counts, tally
from lift_installation.records import Application, Census


# [share]
def accepted(scope: Scope) -> Rows:
    done = case((scope.by_day(Application.accepted_on), 1), else_=0)
    rows = select(Application.complex_id, done, literal(1)).where(scope.until(Application))
    return tally(rows, of=scope.units(COMPLEX))


# [/share]


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
        target=at_least("0.5"),
        evidence=(Application,),
    ),
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
