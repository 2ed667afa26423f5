"""What it comes to (plan 1.2, A9-1 to A9-5). Whom the monthly duties fall on is Q24: the linked ones, or all."""

from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select, type_coerce, union

from core.api import (
    COMMUNITY,
    DEPARTMENT,
    ChoiceKind,
    Community,
    Complex,
    Department,
    Indicator,
    IntegerKind,
    Period,
    Rows,
    Scope,
    Setting,
    Shape,
    at_least,
    count,
    coverage,
    has,
    holds,
    tally,
)
from plugins.dual_reporting.records_homes import (
    SUPERVISOR,
    Cadre,
    CommunityEvent,
    CommunityNeed,
    ComplexEvent,
    ComplexNeed,
    Opinion,
)
from plugins.dual_reporting.records_organs import Activity, OrganLink, ProjectList

LINKED, ALL = "挂钩的社区和小区", "全部社区和小区"

SETTINGS = (
    Setting(
        key="dual_reporting.involved",
        label="“涉及的社区、住宅小区”",
        kind=ChoiceKind(options=(LINKED, ALL)),
        default=LINKED,
        note="Q24：默认指当月有市直单位挂钩的",
    ),
    Setting(
        key="dual_reporting.claim_days",
        label="需求公开后多少天内认领",
        kind=IntegerKind(at_least=1, at_most=90, unit="天"),
        default=15,
        note="Q32：方案未定，取默认",
    ),
)


def _in_force(scope: Scope) -> Any:
    """Links in force on some day of the window."""
    return and_(scope.until(OrganLink), or_(OrganLink.until.is_(None), OrganLink.until >= scope.start))


def communities(scope: Scope) -> Rows:
    """Involved communities (Q24)."""
    rows = scope.units(COMMUNITY)
    if scope.setting("dual_reporting.involved") == ALL:
        return rows
    linked = select(OrganLink.id).where(holds(OrganLink.communities, Community.id), _in_force(scope))
    return rows.where(linked.correlate(Community).exists())


def complexes(scope: Scope) -> Rows:
    """Involved complexes (Q24)."""
    rows = scope.units(Complex.kind)
    if scope.setting("dual_reporting.involved") == ALL:
        return rows
    linked = select(OrganLink.id).where(holds(OrganLink.complexes, Complex.id), _in_force(scope))
    return rows.where(linked.correlate(Complex).exists())


def lists_made(scope: Scope) -> Rows:
    return coverage(of=scope.organs(), by=select(ProjectList.department_id).where(scope.until(ProjectList)))


def activities(scope: Scope) -> Rows:
    """(organ, day, complex) of what an organ did in complexes, its own report and the complex's told once."""
    own = select(
        Activity.department_id.label("organ"), Activity.held_on.label("day"), Activity.home_id.label("home")
    ).where(scope.until(Activity))
    told = (
        select(Department.id, ComplexEvent.held_on, ComplexEvent.complex_id)
        .join(ComplexEvent, holds(ComplexEvent.organs, Department.id))
        .where(scope.until(ComplexEvent))
    )
    both = union(own, told).subquery("both")
    return select(both.c.organ, both.c.day, both.c.home)


def activities_held(scope: Scope) -> Rows:
    base, held = scope.organs().subquery("base"), activities(scope).subquery("held")
    many = select(func.count()).where(held.c.organ == base.c[0]).correlate(base).scalar_subquery()
    return select(base.c[0], case((many >= 2, 1), else_=0), literal(1))


def community_needs(scope: Scope) -> Rows:
    by = select(CommunityNeed.community_id).where(scope.within(CommunityNeed, "month"), scope.until(CommunityNeed))
    return coverage(of=communities(scope), by=by)


def complex_needs(scope: Scope) -> Rows:
    by = select(ComplexNeed.complex_id).where(scope.within(ComplexNeed, "month"), scope.until(ComplexNeed))
    return coverage(of=complexes(scope), by=by)


def community_events(scope: Scope) -> Rows:
    by = select(CommunityEvent.community_id).where(scope.within(CommunityEvent))
    return coverage(of=communities(scope), by=by)


def complex_events(scope: Scope) -> Rows:
    own = select(ComplexEvent.complex_id).where(scope.within(ComplexEvent))
    organs = select(Activity.home_id).where(scope.within(Activity))
    both = union(own, organs).subquery("events")
    return coverage(of=complexes(scope), by=select(both.c[0]))


def cadres_reported(scope: Scope) -> Rows:
    reported = and_(Cadre.reported_on.is_not(None), Cadre.reported_on <= scope.day)
    rows = select(Cadre.complex_id, case((reported, 1), else_=0), literal(1)).where(scope.until(Cadre))
    return tally(rows, of=scope.units(Complex.kind))


def supervisors(scope: Scope) -> Rows:
    """Who took up the post by the day; taking it up is reporting."""
    posted = and_(has(Cadre.posts, SUPERVISOR), Cadre.reported_on <= scope.day)
    return count(of=scope.units(Complex.kind), records=select(Cadre.complex_id).where(scope.until(Cadre), posted))


def evidence(start: Any, end: Any) -> Rows:
    """1.6 A9 to A5: points missing to five on the mean of a supervisor's marks, for the assessment of that month."""
    return select(
        Opinion.complex_id,
        Opinion.month.label("day"),
        literal("监督员评价").label("category"),
        type_coerce(literal(5, Opinion.mean.type) - Opinion.mean, Opinion.mean.type).label("points"),
        literal("物业服务监督员月度评价").label("text"),
        literal("dual_reporting.opinion").label("record_key"),
        Opinion.id.label("record_id"),
    ).where(Opinion.month.between(start, end), Opinion.state != "returned")


INDICATORS = (
    Indicator(
        key="dual_reporting.lists_made",
        label="市直单位项目清单完成率",
        code="A9-1",
        clause="二（九）一",
        measure=lists_made,
        unit=DEPARTMENT,
        numerator="至少有1份涉及社区或小区的项目清单的市直单位",
        denominator="全部市直单位",
        target=at_least(1),
        evidence=(ProjectList,),
    ),
    Indicator(
        key="dual_reporting.activities_held",
        label="市直单位集中活动达标率",
        code="A9-2",
        clause="二（九）一",
        measure=activities_held,
        unit=DEPARTMENT,
        numerator="在小区开展集中活动不少于2次的市直单位",
        denominator="全部市直单位",
        target=at_least(1),
        evidence=(Activity, ComplexEvent),
    ),
    Indicator(
        key="dual_reporting.community_needs_published",
        label="社区需求清单按月公开率",
        code="A9-3",
        clause="二（九）一",
        measure=community_needs,
        unit=COMMUNITY,
        every=Period.MONTH,
        numerator="当月公开至少1份需求清单的社区",
        denominator="涉及的社区",
        target=at_least(1),
        evidence=(CommunityNeed,),
    ),
    Indicator(
        key="dual_reporting.needs_published",
        label="小区需求清单按月公开率",
        code="A9-3",
        clause="二（九）一",
        measure=complex_needs,
        every=Period.MONTH,
        numerator="当月公开至少1份需求清单的小区",
        denominator="涉及的小区",
        target=at_least(1),
        evidence=(ComplexNeed,),
    ),
    Indicator(
        key="dual_reporting.community_events_held",
        label="社区对接共建活动按月完成率",
        code="A9-4",
        clause="二（九）一",
        measure=community_events,
        unit=COMMUNITY,
        every=Period.MONTH,
        numerator="当月开展至少1场对接共建活动的社区",
        denominator="涉及的社区",
        target=at_least(1),
        evidence=(CommunityEvent,),
    ),
    Indicator(
        key="dual_reporting.events_held",
        label="小区对接共建活动按月完成率",
        code="A9-4",
        clause="二（九）一",
        measure=complex_events,
        every=Period.MONTH,
        numerator="当月有对接共建活动或市直单位集中活动的小区",
        denominator="涉及的小区",
        target=at_least(1),
        evidence=(ComplexEvent, Activity),
    ),
    Indicator(
        key="dual_reporting.cadres_reported",
        label="公职党员报到率",
        code="A9-5",
        clause="二（九）二",
        measure=cadres_reported,
        numerator="已到居住小区报到的公职党员",
        denominator="登记在册的公职党员",
        watch=True,
        evidence=(Cadre,),
    ),
    Indicator(
        key="dual_reporting.supervisors",
        label="物业服务监督员数",
        code="A9-5",
        clause="二（九）三",
        measure=supervisors,
        shape=Shape.COUNT,
        numerator="认领物业服务监督员岗位的公职党员",
        suffix="名",
        watch=True,
        evidence=(Cadre,),
    ),
)
