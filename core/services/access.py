"""Who may do what. One rule guards a single record and filters a list (in SQL), so the two can't disagree.

A simple role check for now: administrator of the registry, coordination group, department, community, linked leader.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import InstrumentedAttribute

from core.base.record import Record
from core.base.units import ACTION, COMMUNITY, COMPLEX, GRID, UnitKind
from core.base.units import DEPARTMENT as DEPARTMENT_UNIT
from core.base.workflow import COORDINATOR, LEAD, REPORTER
from core.estate.units import Complex, Grid

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
    heads: frozenset[int] = frozenset()  # units of the actions it leads
    address: str = ""

    @property
    def reads_all(self) -> bool:
        return self.role in (ADMINISTRATOR, COORDINATION, SYSTEM)


SYSTEM_ACTOR = Actor(login="system", label="系统", role=SYSTEM)


@dataclass(frozen=True)
class Whose:
    """Of which plugin and unit a record is; ``community``: the one its unit lies in, if it does."""

    slug: str
    unit: UnitKind
    unit_id: int
    community: int | None = None


def visible(actor: Actor, slug: str, record: type[Record]) -> ColumnElement[bool]:
    """Which rows of ``record`` the actor may see, as a condition."""
    if actor.reads_all or record.public:
        return true()
    return answerable(actor, slug, record)


def answerable(actor: Actor, slug: str, record: type[Record]) -> ColumnElement[bool]:
    """Which rows concern the actor: those of their units, or all of an action they lead or share."""
    if slug in actor.leads | actor.shares and actor.role in (DEPARTMENT, LINKED):
        return true()
    return _own(actor, record)


def _own(actor: Actor, record: type[Record]) -> ColumnElement[bool]:
    unit: InstrumentedAttribute[int] = getattr(record, record.unit.column)
    if record.unit == DEPARTMENT_UNIT and actor.role == DEPARTMENT:
        return unit == actor.department_id
    if record.unit == ACTION and actor.heads:
        return unit.in_(actor.heads)
    if record.confidential:
        return false()
    if record.unit == COMPLEX and actor.role == OFFICER:
        return unit.in_(select(Complex.id).where(Complex.community_id == actor.community_id))
    if record.unit == COMPLEX and actor.role == LINKED:
        return unit.in_(actor.linked) if actor.linked else false()
    if record.unit == COMMUNITY and actor.role == OFFICER:
        return unit == actor.community_id
    if record.unit == GRID and actor.role == OFFICER:
        return unit.in_(select(Grid.id).where(Grid.community_id == actor.community_id))
    return false()


def relation(actor: Actor, whose: Whose, *, coordinated: bool = False) -> frozenset[str]:
    """What the actor is towards a record: reporter, lead, coordinator. ``coordinated``: the action is the coordination
    group's own."""
    if actor.role == SYSTEM:
        return frozenset((REPORTER, LEAD, COORDINATOR))
    if actor.role == COORDINATION:
        return frozenset((COORDINATOR, REPORTER, LEAD) if coordinated else (COORDINATOR,))
    if actor.role == DEPARTMENT and whose.slug in actor.leads:
        itself = whose.unit not in (DEPARTMENT_UNIT, ACTION) or _answers(actor, whose)
        return frozenset((REPORTER, LEAD) if itself else (LEAD,))  # each department answers for itself
    return frozenset((REPORTER,)) if _answers(actor, whose) else frozenset()


def _answers(actor: Actor, whose: Whose) -> bool:
    """Does the unit, or a share in the action, make the actor its reporter?"""
    if actor.role == DEPARTMENT:
        own = whose.unit == DEPARTMENT_UNIT and whose.unit_id == actor.department_id
        headed = whose.unit == ACTION and whose.unit_id in actor.heads
        shared = whose.slug in actor.shares and whose.unit not in (DEPARTMENT_UNIT, ACTION)
        return own or headed or shared
    return actor.role == OFFICER and whose.community is not None and whose.community == actor.community_id


def may_set(actor: Actor, slug: str) -> bool:
    """May the actor change the targets, dates and choices of an action?"""
    return may_administer(actor) or (actor.role == DEPARTMENT and slug in actor.leads)


def may_administer(actor: Actor) -> bool:
    return actor.role in (ADMINISTRATOR, SYSTEM)
