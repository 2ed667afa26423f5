"""Who may do what. One rule guards a single record and filters a list (in SQL), so the two can't disagree.

A simple role check for now: administrator of the registry, coordination group, department, community, linked leader.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import InstrumentedAttribute

from core.base.record import Record
from core.base.units import COMMUNITY, COMPLEX
from core.base.workflow import COORDINATOR, LEAD, REPORTER
from core.estate.units import Complex

ADMINISTRATOR, COORDINATION, DEPARTMENT, OFFICER, LINKED, SYSTEM = (
    "administrator",
    "coordination",
    "department",
    "community",
    "leader",
    "system",
)
ROLES = {
    ADMINISTRATOR: "系统管理员",
    COORDINATION: "综合协调组",
    DEPARTMENT: "部门",
    OFFICER: "社区",
    LINKED: "挂钩领导",
    SYSTEM: "系统",
}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts. ``leads``: slugs of the actions the department leads or the leader heads; ``shares``: those it is
    responsible for besides; ``linked``: complexes of a linked leader."""

    login: str
    label: str
    role: str
    department_id: int | None = None
    community_id: int | None = None
    leader_id: int | None = None
    leads: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()
    linked: frozenset[int] = frozenset()
    address: str = ""

    @property
    def reads_all(self) -> bool:
        return self.role in (ADMINISTRATOR, COORDINATION, SYSTEM)


SYSTEM_ACTOR = Actor(login="system", label="系统", role=SYSTEM)


def visible(actor: Actor, slug: str, record: type[Record]) -> ColumnElement[bool]:
    """Which rows of ``record`` the actor may see, as a condition."""
    if actor.reads_all or (actor.role in (DEPARTMENT, LINKED) and slug in actor.leads | actor.shares):
        return true()
    return _own(actor, record)


def _own(actor: Actor, record: type[Record]) -> ColumnElement[bool]:
    unit: InstrumentedAttribute[int] = getattr(record, record.unit.column)
    if record.unit == COMPLEX and actor.role == OFFICER:
        return unit.in_(select(Complex.id).where(Complex.community_id == actor.community_id))
    if record.unit == COMPLEX and actor.role == LINKED:
        return unit.in_(actor.linked) if actor.linked else false()
    if record.unit == COMMUNITY and actor.role == OFFICER:
        return unit == actor.community_id
    return false()


def relation(actor: Actor, slug: str, unit_community: int | None) -> frozenset[str]:
    """What the actor is towards a record of ``slug`` whose unit lies in ``unit_community``: reporter, lead, coordinator."""
    if actor.role == SYSTEM:
        return frozenset((REPORTER, LEAD, COORDINATOR))
    if actor.role == COORDINATION:
        return frozenset((COORDINATOR,))
    if actor.role == DEPARTMENT and slug in actor.leads:
        return frozenset((REPORTER, LEAD))
    if actor.role == DEPARTMENT and slug in actor.shares:
        return frozenset((REPORTER,))
    if actor.role == OFFICER and unit_community is not None and unit_community == actor.community_id:
        return frozenset((REPORTER,))
    return frozenset()


def may_report(actor: Actor, slug: str, unit_community: int | None) -> bool:
    return REPORTER in relation(actor, slug, unit_community)


def may_administer(actor: Actor) -> bool:
    return actor.role in (ADMINISTRATOR, SYSTEM)
