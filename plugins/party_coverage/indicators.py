"""What it comes to (plan 1.2, A1-1 to A1-9). Committees and their members are read through what self_governance offers."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, union_all

from core.api import (
    COMMUNITY,
    COMPANY,
    ChoicesKind,
    Complex,
    Indicator,
    IntegerKind,
    Period,
    Rows,
    Scope,
    Setting,
    YesNoKind,
    at_least,
    coverage,
    every_setting,
    has,
    tally,
)
from plugins.party_coverage.records import (
    CensusEntry,
    CommunitySystem,
    CompanyCensus,
    CompanyCensusEntry,
    ComplexCensus,
    ComplexSystem,
    Coverage,
    CrossPost,
    Eligibility,
    Organisation,
)
from plugins.party_coverage.records_company import COVERED, ORGANISED
from plugins.party_coverage.records_complex import FULL, REGULAR
from plugins.party_coverage.records_meetings import SYSTEMS

LEVELS = ("社区", "小区")

SETTINGS = (
    Setting(
        key="party_coverage.members_needed",
        label="业委会党员数达标线",
        kind=IntegerKind(at_least=1, at_most=11, unit="人"),
        default=3,
        note="Q1：“超过3人（含）以上”按不少于3人",
    ),
    Setting(
        key="party_coverage.probationary_counted",
        label="预备党员计为党员",
        kind=YesNoKind(),
        default=True,
        note="Q1：计入，报告中单列",
    ),
    Setting(
        key="party_coverage.temporary_included",
        label="临时物管会计入党员占比",
        kind=YesNoKind(),
        default=False,
        note="Q1、Q2：默认不计",
    ),
    Setting(
        key="party_coverage.full_needed",
        label="建制式党组织须有的正式党员数",
        kind=IntegerKind(at_least=1, at_most=50, unit="人"),
        default=3,
        note="F1.2：符合条件自动提示，可由人工认定",
    ),
    Setting(
        key="party_coverage.meeting_levels",
        label="哪一级应定期召开党建联席会议",
        kind=ChoicesKind(options=LEVELS),
        default=list(LEVELS),
        note="D3：社区或小区党组织牵头",
    ),
    every_setting("party_coverage.meeting_every", "党建联席会议频次", Period.MONTH, note="D3、Q32"),
)


def _bodies(scope: Scope) -> tuple[Any, Any]:
    """(complex, body) of committees in office, and (body, politics) of who sits there; with the temporary ones only if a
    setting says so. Bodies of both kinds are told apart by a letter."""
    c, m = scope.offered("self_governance.committees"), scope.offered("self_governance.members")
    bodies = [select(c.c.complex_id, literal("c").label("kind"), c.c.committee_id.label("body"))]
    people = [select(literal("c").label("kind"), m.c.committee_id.label("body"), m.c.politics)]
    if scope.setting("party_coverage.temporary_included"):
        t = scope.offered("self_governance.temporary")
        p = scope.offered("self_governance.temporary_members")
        bodies.append(select(t.c.complex_id, literal("t").label("kind"), t.c.temporary_id.label("body")))
        people.append(select(literal("t").label("kind"), p.c.temporary_id.label("body"), p.c.politics))
    both = [union_all(*some) if len(some) > 1 else some[0] for some in (bodies, people)]
    return both[0].subquery("bodies"), both[1].subquery("people")


def _by_party(scope: Scope, met: Any) -> Rows:
    """Per complex: bodies for which ``met(party members, members)`` holds, and all bodies."""
    bodies, people = _bodies(scope)
    kinds = ("中共党员", "预备党员") if scope.setting("party_coverage.probationary_counted") else ("中共党员",)
    party = func.sum(case((people.c.politics.in_(kinds), 1), else_=0))
    sums = (
        select(people.c.kind, people.c.body, func.count().label("many"), party.label("party"))
        .group_by(people.c.kind, people.c.body)
        .subquery("sums")
    )
    held = bodies.outerjoin(sums, and_(sums.c.kind == bodies.c.kind, sums.c.body == bodies.c.body))
    reached = met(func.coalesce(sums.c.party, 0), func.coalesce(sums.c.many, 0))
    rows = select(bodies.c.complex_id, case((reached, 1), else_=0), literal(1)).select_from(held)
    return tally(rows, of=scope.units(Complex.kind))


def with_three(scope: Scope) -> Rows:
    needed = scope.setting("party_coverage.members_needed")
    return _by_party(scope, lambda party, many: party >= needed)


def majority(scope: Scope) -> Rows:
    return _by_party(scope, lambda party, many: party * 2 > many)


def complex_census(scope: Scope) -> Rows:
    return coverage(of=scope.units(Complex.kind), by=select(ComplexCensus.complex_id).where(scope.until(ComplexCensus)))


def company_census(scope: Scope) -> Rows:
    return coverage(of=scope.companies(), by=select(CompanyCensus.company_id).where(scope.until(CompanyCensus)))


def organised(scope: Scope) -> ColumnElement[bool]:
    """Organisations that exist on the day."""
    return and_(scope.until(Organisation), or_(Organisation.ended_on.is_(None), Organisation.ended_on >= scope.day))


def formed_where_due(scope: Scope) -> Rows:
    """Complexes that meet the conditions: the officer's last decision, else three full members registered."""
    of = scope.units(Complex.kind).subquery("of")
    decided = (
        select(case((Eligibility.meets, 1), else_=0))
        .where(scope.until(Eligibility), Eligibility.complex_id == of.c.unit_id)
        .order_by(Eligibility.judged_on.desc(), Eligibility.id.desc())
        .limit(1)
        .correlate(of)
        .scalar_subquery()
    )
    full = (
        select(func.count())
        .where(CensusEntry.complex_id == of.c.unit_id, CensusEntry.category == FULL, scope.until(CensusEntry))
        .correlate(of)
        .scalar_subquery()
    )
    hint = case((full >= scope.setting("party_coverage.full_needed"), 1), else_=0)
    rows = select(of.c.unit_id, func.coalesce(decided, hint).label("meets")).subquery("rows")
    due = select(rows.c.unit_id).where(rows.c.meets == 1)
    return coverage(of=due, by=select(Organisation.complex_id).where(organised(scope), Organisation.form == REGULAR))


def complex_organised(scope: Scope) -> Rows:
    return coverage(of=scope.units(Complex.kind), by=select(Organisation.complex_id).where(organised(scope)))


def _covered(scope: Scope, ways: tuple[str, ...]) -> Rows:
    left = or_(Coverage.until_on.is_(None), Coverage.until_on >= scope.day)
    rows = select(Coverage.company_id).where(scope.until(Coverage), left, Coverage.way.in_(ways))
    return coverage(of=scope.companies(), by=rows)


def company_organised(scope: Scope) -> Rows:
    return _covered(scope, ORGANISED)


def company_covered(scope: Scope) -> Rows:
    return _covered(scope, COVERED)


def both_systems(scope: Scope, record: type[ComplexSystem] | type[CommunitySystem], unit: Any) -> Rows:
    """Units with both systems on file, in one record or in two."""
    first, second = (select(unit).where(scope.until(record), has(record.systems, name)) for name in SYSTEMS)
    return first.where(unit.in_(second))


def complex_systems(scope: Scope) -> Rows:
    return coverage(of=scope.units(Complex.kind), by=both_systems(scope, ComplexSystem, ComplexSystem.complex_id))


def community_systems(scope: Scope) -> Rows:
    return coverage(of=scope.units(COMMUNITY), by=both_systems(scope, CommunitySystem, CommunitySystem.community_id))


def _with_both_bodies(scope: Scope) -> Rows:
    committees = scope.offered("self_governance.committees")
    return scope.units(Complex.kind).where(
        Complex.id.in_(select(committees.c.complex_id)),
        Complex.id.in_(select(Organisation.complex_id).where(organised(scope))),
    )


def _crossed(scope: Scope) -> Rows:
    left = or_(CrossPost.until_on.is_(None), CrossPost.until_on >= scope.day)
    return select(CrossPost.complex_id).where(scope.until(CrossPost), left)


def cross_posts(scope: Scope) -> Rows:
    return coverage(of=_with_both_bodies(scope), by=_crossed(scope))


def both_heads(scope: Scope) -> Rows:
    return coverage(of=_with_both_bodies(scope), by=_crossed(scope).where(CrossPost.both_heads.is_(True)))


INDICATORS = (
    Indicator(
        key="party_coverage.committees_with_three",
        label="党员3人（含）以上业委会占比",
        code="A1-1",
        clause="二（一）目标",
        measure=with_three,
        numerator="在任党员成员不少于3人的在任业委会",
        denominator="在任业委会（不含临时物管会）",
        target=at_least("0.5"),
        needs=("self_governance.committees", "self_governance.members"),
    ),
    Indicator(
        key="party_coverage.committees_majority",
        label="党员人数过半的业委会占比",
        code="A1-1",
        clause="市级口径，方案未提",
        measure=majority,
        numerator="在任成员中党员超过一半的在任业委会",
        denominator="在任业委会（不含临时物管会）",
        watch=True,
        needs=("self_governance.committees", "self_governance.members"),
    ),
    Indicator(
        key="party_coverage.complex_census_closed",
        label="小区党员摸底完成率",
        code="A1-2",
        clause="二（一）一",
        measure=complex_census,
        numerator="已填报摸底完成的小区",
        denominator="全部小区",
        target=at_least(1),
        evidence=(ComplexCensus, CensusEntry),
    ),
    Indicator(
        key="party_coverage.company_census_closed",
        label="物业企业党员摸底完成率",
        code="A1-3",
        clause="二（一）二",
        unit=COMPANY,
        measure=company_census,
        numerator="已填报摸底完成的物业企业",
        denominator="在本街道服务的物业企业",
        target=at_least(1),
        evidence=(CompanyCensus, CompanyCensusEntry),
    ),
    Indicator(
        key="party_coverage.formed_where_due",
        label="建制式党组织应建尽建率",
        code="A1-4",
        clause="二（一）一",
        measure=formed_where_due,
        numerator="有建制式党组织的符合条件小区",
        denominator="符合建制式组建条件的小区",
        target=at_least(1),
        evidence=(Organisation, Eligibility),
    ),
    Indicator(
        key="party_coverage.complex_organised",
        label="小区党组织覆盖率",
        code="A1-5",
        clause="二（一）一",
        measure=complex_organised,
        numerator="有建制式或功能型党组织的小区",
        denominator="全部小区",
        watch=True,
        evidence=(Organisation,),
    ),
    Indicator(
        key="party_coverage.company_organised",
        label="物业企业党组织覆盖率",
        code="A1-6",
        clause="二（一）二",
        unit=COMPANY,
        measure=company_organised,
        numerator="单独或联合组建党组织的物业企业",
        denominator="在本街道服务的物业企业",
        watch=True,
        evidence=(Coverage,),
    ),
    Indicator(
        key="party_coverage.company_work_covered",
        label="物业企业党的工作覆盖率",
        code="A1-7",
        clause="二（一）二",
        unit=COMPANY,
        measure=company_covered,
        numerator="有党组织、党建指导员或行业党委委员挂钩的物业企业",
        denominator="在本街道服务的物业企业",
        target=at_least(1),
        evidence=(Coverage,),
    ),
    Indicator(
        key="party_coverage.systems_in_place",
        label="小区联席会议、议事协商制度建立率",
        code="A1-8",
        clause="二（一）三",
        measure=complex_systems,
        numerator="两项制度都已备案的小区",
        denominator="全部小区",
        target=at_least(1),
        evidence=(ComplexSystem,),
    ),
    Indicator(
        key="party_coverage.community_systems_in_place",
        label="社区联席会议、议事协商制度建立率",
        code="A1-8",
        clause="二（一）三",
        unit=COMMUNITY,
        measure=community_systems,
        numerator="两项制度都已备案的社区",
        denominator="全部社区",
        target=at_least(1),
        evidence=(CommunitySystem,),
    ),
    Indicator(
        key="party_coverage.cross_posts",
        label="双向交叉任职率",
        code="A1-9",
        clause="二（一）一",
        measure=cross_posts,
        numerator="有1人以上同时在党组织和业委会任职的小区",
        denominator="党组织和在任业委会都有的小区",
        watch=True,
        evidence=(CrossPost,),
        needs=("self_governance.committees",),
    ),
    Indicator(
        key="party_coverage.both_heads",
        label="书记、主任“一肩挑”率",
        code="A1-9",
        clause="二（一）一",
        measure=both_heads,
        numerator="党组织书记兼任业委会主任的小区",
        denominator="党组织和在任业委会都有的小区",
        watch=True,
        evidence=(CrossPost,),
        needs=("self_governance.committees",),
    ),
)
