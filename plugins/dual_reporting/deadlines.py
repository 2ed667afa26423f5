"""What is owed (plan 1.3, D26 and D27), and how long a published need may wait to be taken up."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, union_all

from core.api import COMMUNITY, DEPARTMENT, RECORD, Deadline, Every, Once, Period, Rows, Scope, Within
from plugins.dual_reporting import indicators as figures
from plugins.dual_reporting.records_homes import CommunityEvent, CommunityNeed, ComplexEvent, ComplexNeed
from plugins.dual_reporting.records_organs import Activity, ProjectList


def organs(scope: Scope) -> Rows:
    return scope.organs()


def lists(scope: Scope) -> Rows:
    return select(ProjectList.department_id, ProjectList.made_on).where(scope.until(ProjectList))


def activities(scope: Scope) -> Rows:
    held = figures.activities(scope).subquery("told")
    return select(held.c.organ, held.c.day)


def community_needs(scope: Scope) -> Rows:
    return select(CommunityNeed.community_id, CommunityNeed.published_on).where(
        scope.within(CommunityNeed, "month"), scope.until(CommunityNeed)
    )


def complex_needs(scope: Scope) -> Rows:
    return select(ComplexNeed.complex_id, ComplexNeed.published_on).where(
        scope.within(ComplexNeed, "month"), scope.until(ComplexNeed)
    )


def community_events(scope: Scope) -> Rows:
    return select(CommunityEvent.community_id, CommunityEvent.held_on).where(scope.within(CommunityEvent))


def complex_events(scope: Scope) -> Rows:
    """The complex's own, and an organ's activity in it: told once, counts for both."""
    own = select(ComplexEvent.complex_id.label("home"), ComplexEvent.held_on.label("day"))
    organs = select(Activity.home_id, Activity.held_on)
    both = union_all(own.where(scope.within(ComplexEvent)), organs.where(scope.within(Activity))).subquery("events")
    return select(both.c.home, both.c.day)


def claim(settings: Mapping[str, Any]) -> Within:
    return Within(days=settings["dual_reporting.claim_days"])


DEADLINES = (
    Deadline(
        key="dual_reporting.project_list",
        label="市直单位项目清单",
        code="D26",
        clause="二（九）一",
        unit=DEPARTMENT,
        due=Once(),
        who=organs,
        done=lists,
        answers=ProjectList,
        settles="1份涉及社区或小区的项目清单",
    ),
    Deadline(
        key="dual_reporting.activities",
        label="市直单位集中活动不少于2次",
        code="D26",
        clause="二（九）一",
        unit=DEPARTMENT,
        due=Once(times=2),
        who=organs,
        done=activities,
        answers=Activity,
        settles="在小区开展2次集中活动",
    ),
    Deadline(
        key="dual_reporting.community_needs",
        label="社区公开需求清单",
        code="D27",
        clause="二（九）一",
        unit=COMMUNITY,
        due=Every(period=Period.MONTH),
        who=figures.communities,
        done=community_needs,
        answers=CommunityNeed,
        settles="当月清单公开至少1项需求",
    ),
    Deadline(
        key="dual_reporting.complex_needs",
        label="小区公开需求清单",
        code="D27",
        clause="二（九）一",
        due=Every(period=Period.MONTH),
        who=figures.complexes,
        done=complex_needs,
        answers=ComplexNeed,
        settles="当月清单公开至少1项需求",
    ),
    Deadline(
        key="dual_reporting.community_events",
        label="社区对接共建活动",
        code="D27",
        clause="二（九）一",
        unit=COMMUNITY,
        due=Every(period=Period.MONTH),
        who=figures.communities,
        done=community_events,
        answers=CommunityEvent,
        settles="当月至少1场",
    ),
    Deadline(
        key="dual_reporting.complex_events",
        label="小区对接共建活动",
        code="D27",
        clause="二（九）一",
        due=Every(period=Period.MONTH),
        who=figures.complexes,
        done=complex_events,
        answers=ComplexEvent,
        settles="当月至少1场，市直单位来小区的集中活动也算",
    ),
    Deadline(
        key="dual_reporting.community_claim",
        label="社区需求认领",
        code="F9.5",
        clause="二（九）一",
        unit=RECORD,
        of=CommunityNeed,
        due=Within(days=15),
        due_from=claim,
        opened="published_on",
        done_on="claimed_on",
        answers=CommunityNeed,
        settles="有市直单位认领",
    ),
    Deadline(
        key="dual_reporting.complex_claim",
        label="小区需求认领",
        code="F9.5",
        clause="二（九）一",
        unit=RECORD,
        of=ComplexNeed,
        due=Within(days=15),
        due_from=claim,
        opened="published_on",
        done_on="claimed_on",
        answers=ComplexNeed,
        settles="有市直单位认领",
    ),
)
