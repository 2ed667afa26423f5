"""What it comes to (plan 1.2, A2-1 to A2-6): who is in office on a day, and each measure as (unit, numerator, denominator)."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, true

from core.api import (
    ChoiceKind,
    ChoicesKind,
    Complex,
    DayKind,
    Indicator,
    IntegerKind,
    Period,
    Rows,
    Scope,
    Setting,
    YesNoKind,
    at_least,
    counts,
    coverage,
    every_setting,
    share,
    tally,
)
from plugins.self_governance.records import (
    Attendance,
    Candidate,
    Committee,
    Evaluation,
    Formation,
    Member,
    Progress,
    TemporaryCommittee,
)
from plugins.self_governance.records_candidate import REVIEWERS
from plugins.self_governance.records_committee import ELECTED
from plugins.self_governance.workflows import STAGES

FILED, ELECTED_ON = "备案", "选举产生"
POOLED, EACH = "全部成员合并计算", "按业委会计算"
PARTY, PROBATIONARY = "中共党员", "预备党员"

SETTINGS = (
    Setting(
        key="self_governance.counts_from",
        label="业委会自何时计入组建率",
        kind=ChoiceKind(options=(FILED, ELECTED_ON)),
        default=FILED,
        note="Q2、Q3：在任业委会",
    ),
    Setting(
        key="self_governance.expired_counted",
        label="届满未换届的业委会仍计为在任",
        kind=YesNoKind(),
        default=False,
        note="Q2、Q3：在任业委会",
    ),
    Setting(
        key="self_governance.unbuilt_counted",
        label="组建率分母包括在建/新交付小区",
        kind=YesNoKind(),
        default=True,
        note="Q3：默认全部小区",
    ),
    Setting(
        key="self_governance.counted_from",
        label="“新组建（换届）”自何日起算",
        kind=DayKind(),
        default=date(2024, 11, 8),
        note="Q5：默认方案印发之日",
    ),
    Setting(
        key="self_governance.party_share_by",
        label="“成员50%以上为党员”的算法",
        kind=ChoiceKind(options=(POOLED, EACH)),
        default=POOLED,
        note="Q4",
    ),
    Setting(
        key="self_governance.probationary_counted",
        label="预备党员计为党员",
        kind=YesNoKind(),
        default=True,
        note="Q1",
    ),
    Setting(
        key="self_governance.substitutes_counted",
        label="候补计为成员",
        kind=YesNoKind(),
        default=False,
        note="F2.3：候补不在任",
    ),
    Setting(
        key="self_governance.reviewers",
        label="人选联审须答复的单位",
        kind=ChoicesKind(options=REVIEWERS),
        default=list(REVIEWERS[:3]),
        note="D4：社区、网格联合公安、信访等",
    ),
    Setting(
        key="self_governance.review_days",
        label="部门答复联审的工作日",
        kind=IntegerKind(at_least=1, at_most=60, unit="个工作日"),
        default=5,
        note="D4：方案未定，默认5个工作日",
    ),
    every_setting("self_governance.training_every", "业委会委员培训频次", Period.QUARTER, note="D5、Q32"),
)


def in_office(scope: Scope) -> ColumnElement[bool]:
    """Committees in office on the day: begun and filed (or elected: a setting), not ended, the term not over."""
    begun = Committee.filed_on if scope.setting("self_governance.counts_from") == FILED else Committee.started_on
    running = true() if scope.setting("self_governance.expired_counted") else Committee.ends_on >= scope.day
    left = or_(Committee.ended_on.is_(None), Committee.ended_on >= scope.day)
    return and_(scope.until(Committee), begun <= scope.day, left, running)


def temporary_in_office(scope: Scope) -> ColumnElement[bool]:
    left = or_(TemporaryCommittee.ended_on.is_(None), TemporaryCommittee.ended_on >= scope.day)
    over = and_(TemporaryCommittee.ends_on.is_not(None), TemporaryCommittee.ends_on < scope.day)
    return and_(scope.until(TemporaryCommittee), left, ~func.coalesce(over, False))


def seated(scope: Scope) -> ColumnElement[bool]:
    """Members in their post on the day; substitutes only if a setting says so."""
    left = or_(Member.until_on.is_(None), Member.until_on >= scope.day)
    seat = true() if scope.setting("self_governance.substitutes_counted") else Member.post != "候补"
    return and_(scope.until(Member), left, seat)


def in_party(scope: Scope) -> ColumnElement[bool]:
    kinds = (PARTY, PROBATIONARY) if scope.setting("self_governance.probationary_counted") else (PARTY,)
    return Member.politics.in_(kinds)


def newly_elected(scope: Scope) -> ColumnElement[bool]:
    """Q5: elected anew or again within the campaign, and in office."""
    since = scope.setting("self_governance.counted_from")
    return and_(in_office(scope), Committee.nature.in_(ELECTED), Committee.started_on >= since)


def homes(scope: Scope) -> Rows:
    """The complexes of the denominator (Q3)."""
    rows = scope.units(Complex.kind)
    return rows if scope.setting("self_governance.unbuilt_counted") else rows.where(Complex.built == "已建")


def with_committee(scope: Scope) -> Rows:
    return select(Committee.complex_id).where(in_office(scope))


def with_temporary(scope: Scope) -> Rows:
    return select(TemporaryCommittee.complex_id).where(temporary_in_office(scope))


def formed(scope: Scope) -> Rows:
    return coverage(of=homes(scope), by=with_committee(scope))


def _party_of_each(scope: Scope) -> Any:
    """(complex, committee, members, party members) of the newly elected."""
    party = func.sum(case((in_party(scope), 1), else_=0))
    return (
        select(Committee.complex_id, Committee.id, func.count().label("many"), party.label("party"))
        .join(Member, Member.committee_id == Committee.id)
        .where(newly_elected(scope), seated(scope))
        .group_by(Committee.complex_id, Committee.id)
        .subquery("each")
    )


def _half(scope: Scope) -> Rows:
    each = _party_of_each(scope)
    return tally(
        select(each.c.complex_id, case((each.c.party * 2 >= each.c.many, 1), else_=0), literal(1)),
        of=scope.units(Complex.kind),
    )


def _pooled(scope: Scope) -> Rows:
    each = _party_of_each(scope)
    return tally(select(each.c.complex_id, each.c.party, each.c.many), of=scope.units(Complex.kind))


def new_members(scope: Scope) -> Rows:
    by_committee = scope.setting("self_governance.party_share_by") == EACH
    return _half(scope) if by_committee else _pooled(scope)


def unfit(scope: Scope) -> Rows:
    """Complexes whose stage on the day is 不具备条件."""
    of = homes(scope).subquery("of")
    mine = select(Progress.stage).join(Formation, Formation.id == Progress.formation_id)
    mine = mine.where(scope.until(Progress), Progress.complex_id == of.c.unit_id, counts(Formation))
    latest = mine.order_by(Progress.reported_on.desc(), Progress.id.desc()).limit(1).correlate(of).scalar_subquery()
    rows = select(of.c.unit_id, latest.label("stage")).subquery("rows")
    return select(rows.c.unit_id).where(rows.c.stage == STAGES["unfit"])


def temporary_formed(scope: Scope) -> Rows:
    return coverage(of=unfit(scope), by=with_temporary(scope))


def self_governed(scope: Scope) -> Rows:
    committee = exists().where(Committee.complex_id == Complex.id, in_office(scope)).correlate(Complex)
    temporary = (
        exists().where(TemporaryCommittee.complex_id == Complex.id, temporary_in_office(scope)).correlate(Complex)
    )
    return share(homes(scope), having=or_(committee, temporary))


def reviewed(scope: Scope) -> Rows:
    done = and_(
        scope.by_day(Candidate.reviewed_on),
        or_(Candidate.listed_on.is_(None), Candidate.listed_on >= Candidate.reviewed_on),
    )
    rows = select(Candidate.complex_id, case((done, 1), else_=0), literal(1)).where(scope.until(Candidate))
    return tally(rows, of=scope.units(Complex.kind))


def trained(scope: Scope) -> Rows:
    signed = exists().where(Attendance.member_id == Member.id, scope.until(Attendance)).correlate(Member)
    rows = (
        select(Member.complex_id, case((signed, 1), else_=0), literal(1))
        .join(Committee, Committee.id == Member.committee_id)
        .where(in_office(scope), seated(scope))
    )
    return tally(rows, of=scope.units(Complex.kind))


def evaluated(scope: Scope) -> Rows:
    """In office and evaluated within the campaign, by the day."""
    done = exists().where(Evaluation.committee_id == Committee.id, scope.within(Evaluation)).correlate(Committee)
    rows = select(Committee.complex_id, case((done, 1), else_=0), literal(1)).where(in_office(scope))
    return tally(rows, of=scope.units(Complex.kind))


INDICATORS = (
    Indicator(
        key="self_governance.committees_formed",
        label="业委会组建率",
        code="A2-1",
        clause="二（二）目标",
        measure=formed,
        numerator="有在任业委会的小区",
        denominator="全部小区",
        target=at_least("0.6"),
        evidence=(Committee, Formation),
    ),
    Indicator(
        key="self_governance.new_members_in_party",
        label="新组建（换届）业委会成员党员占比",
        code="A2-2",
        clause="二（二）目标",
        measure=new_members,
        numerator="新组建（换届）业委会的在任党员成员",
        denominator="新组建（换届）业委会的全部在任成员",
        target=at_least("0.5"),
        evidence=(Member, Committee),
    ),
    Indicator(
        key="self_governance.new_committees_in_party",
        label="新组建（换届）业委会中党员过半数的占比",
        code="A2-2",
        clause="二（二）目标",
        measure=_half,
        numerator="党员占在任成员50%以上的新组建（换届）业委会",
        denominator="有成员登记的新组建（换届）业委会",
        watch=True,
        evidence=(Committee, Member),
    ),
    Indicator(
        key="self_governance.temporary_formed",
        label="不具备条件小区临时物管会成立率",
        code="A2-3",
        clause="二（二）目标",
        measure=temporary_formed,
        numerator="有临时物管会的不具备条件小区",
        denominator="当日处于“不具备条件”阶段的小区",
        target=at_least(1),
        evidence=(TemporaryCommittee, Formation),
    ),
    Indicator(
        key="self_governance.self_governed",
        label="业主自治组织覆盖率",
        code="A2-4",
        clause="二（二）目标",
        measure=self_governed,
        numerator="有在任业委会或临时物管会的小区",
        denominator="全部小区",
        target=at_least(1),
        evidence=(Committee, TemporaryCommittee),
    ),
    Indicator(
        key="self_governance.candidates_reviewed",
        label="人选联审覆盖率",
        code="A2-5",
        clause="二（二）一",
        measure=reviewed,
        numerator="列入候选前已完成联审的人选",
        denominator="已提名的人选",
        target=at_least(1),
        evidence=(Candidate,),
    ),
    Indicator(
        key="self_governance.members_trained",
        label="业委会委员培训覆盖率",
        code="A2-6",
        clause="二（二）二",
        measure=trained,
        numerator="参加过履职培训的在任成员",
        denominator="在任业委会的在任成员",
        watch=True,
        evidence=(Attendance, Member),
    ),
    Indicator(
        key="self_governance.committees_evaluated",
        label="业委会年底履职评价完成率",
        code="A2-6",
        clause="二（二）三",
        measure=evaluated,
        numerator="专项行动开始以来已作履职评价的在任业委会",
        denominator="在任业委会",
        watch=True,
        evidence=(Evaluation, Committee),
    ),
)
