"""What is owed (plan 1.3, D1-D3, and the limit of each decision of a meeting)."""

from typing import Any

from sqlalchemy import case, false, func, select

from core.api import (
    COMMUNITY,
    COMPANY,
    COMPLEX,
    RECORD,
    Deadline,
    Every,
    Once,
    Period,
    Rows,
    Scope,
    Stated,
    every,
    has,
    local_day,
)
from plugins.party_coverage.records import (
    CommunityDecision,
    CommunityMeeting,
    CommunitySystem,
    CompanyCensus,
    ComplexCensus,
    ComplexDecision,
    ComplexMeeting,
    ComplexSystem,
)
from plugins.party_coverage.records_meetings import SYSTEMS

DECISION_DAYS = 30


def complex_censuses(scope: Scope) -> Rows:
    """Closed at 23:59 of the last day is in time, at 00:01 of the next is late, wherever the server stands (story 2)."""
    return select(ComplexCensus.complex_id, local_day(ComplexCensus.closed_at)).where(scope.until(ComplexCensus))


def companies(scope: Scope) -> Rows:
    return scope.companies()


def company_censuses(scope: Scope) -> Rows:
    return select(CompanyCensus.company_id, local_day(CompanyCensus.closed_at)).where(scope.until(CompanyCensus))


def complex_systems(scope: Scope) -> Rows:
    return _both(scope, ComplexSystem, ComplexSystem.complex_id)


def community_systems(scope: Scope) -> Rows:
    return _both(scope, CommunitySystem, CommunitySystem.community_id)


def _both(scope: Scope, record: type[ComplexSystem] | type[CommunitySystem], unit: Any) -> Rows:
    """The day on which the later of the two systems was there first."""
    parts = [
        select(unit.label("unit"), func.min(record.adopted_on).label("day"))
        .where(scope.until(record), has(record.systems, name))
        .group_by(unit)
        .subquery(f"system{number}")
        for number, name in enumerate(SYSTEMS)
    ]
    first, second = parts
    later = case((first.c.day >= second.c.day, first.c.day), else_=second.c.day)
    return select(first.c.unit, later).join(second, second.c.unit == first.c.unit)


def _levels(scope: Scope, unit: Any, level: str) -> Rows:
    rows = scope.units(unit)
    return rows if level in scope.setting("party_coverage.meeting_levels") else rows.where(false())


def meeting_complexes(scope: Scope) -> Rows:
    return _levels(scope, COMPLEX, "小区")


def meeting_communities(scope: Scope) -> Rows:
    return _levels(scope, COMMUNITY, "社区")


def complex_meetings(scope: Scope) -> Rows:
    return select(ComplexMeeting.complex_id, local_day(ComplexMeeting.held_at)).where(scope.within(ComplexMeeting))


def community_meetings(scope: Scope) -> Rows:
    held = local_day(CommunityMeeting.held_at)
    return select(CommunityMeeting.community_id, held).where(scope.within(CommunityMeeting))


DEADLINES = (
    Deadline(
        key="party_coverage.complex_census",
        label="小区党员摸底排查",
        code="D1",
        clause="二（一）一",
        unit=COMPLEX,
        due=Once(),
        done=complex_censuses,
        answers=ComplexCensus,
        settles="填报摸底完成",
    ),
    Deadline(
        key="party_coverage.company_census",
        label="物业企业党员摸底排查",
        code="D2",
        clause="二（一）二",
        unit=COMPANY,
        due=Once(),
        who=companies,
        done=company_censuses,
        answers=CompanyCensus,
        settles="填报摸底完成",
    ),
    Deadline(
        key="party_coverage.complex_systems",
        label="小区建立联席会议、议事协商制度",
        code="D3",
        clause="二（一）三",
        unit=COMPLEX,
        due=Once(),
        done=complex_systems,
        answers=ComplexSystem,
        settles="两项制度都已备案",
    ),
    Deadline(
        key="party_coverage.community_systems",
        label="社区建立联席会议、议事协商制度",
        code="D3",
        clause="二（一）三",
        unit=COMMUNITY,
        due=Once(),
        done=community_systems,
        answers=CommunitySystem,
        settles="两项制度都已备案",
    ),
    Deadline(
        key="party_coverage.complex_meeting",
        label="小区党建联席会议例会",
        code="D3",
        clause="二（一）三",
        unit=COMPLEX,
        due=Every(period=Period.MONTH),
        due_from=every("party_coverage.meeting_every"),
        who=meeting_complexes,
        done=complex_meetings,
        answers=ComplexMeeting,
        settles="本期开过一次会",
    ),
    Deadline(
        key="party_coverage.community_meeting",
        label="社区党建联席会议例会",
        code="D3",
        clause="二（一）三",
        unit=COMMUNITY,
        due=Every(period=Period.MONTH),
        due_from=every("party_coverage.meeting_every"),
        who=meeting_communities,
        done=community_meetings,
        answers=CommunityMeeting,
        settles="本期开过一次会",
    ),
    Deadline(
        key="party_coverage.complex_decision",
        label="小区联席会议议定事项办理",
        code="F1.7",
        clause="二（一）三",
        unit=RECORD,
        of=ComplexDecision,
        due=Stated(days=DECISION_DAYS),
        opened="assigned_on",
        stated="limit_on",
        done_on="answered_on",
        answers=ComplexDecision,
        settles="办理完成并反馈",
    ),
    Deadline(
        key="party_coverage.community_decision",
        label="社区联席会议议定事项办理",
        code="F1.7",
        clause="二（一）三",
        unit=RECORD,
        of=CommunityDecision,
        due=Stated(days=DECISION_DAYS),
        opened="assigned_on",
        stated="limit_on",
        done_on="answered_on",
        answers=CommunityDecision,
        settles="办理完成并反馈",
    ),
)
