"""Which records a person reaches and what they are towards each. One rule guards a single record and filters a list (in SQL),
so the two can't disagree. Which functions a role opens at all is data: rights.py.

Figures and duties of any unit are open to everybody of the campaign's staff (the wall chart hangs in the corridor); records are
open to whom they concern.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import InstrumentedAttribute

from core.base.record import Record
from core.base.units import ACTION, COMMUNITY, COMPLEX, GRID, UnitKind
from core.base.units import COMPANY as COMPANY_UNIT
from core.base.units import DEPARTMENT as DEPARTMENT_UNIT
from core.base.workflow import COORDINATOR, LEAD, REPORTER
from core.base.workflow import SYSTEM as ITSELF
from core.estate.units import Complex, Grid
from core.services.permission import rights
from core.services.permission.rights import (
    ADMINISTRATOR,
    COMPANY,
    COORDINATION,
    DEPARTMENT,
    LINKED,
    OFFICER,
    ROLES,
    SYSTEM,
)
from core.services.permission.rights import GRID as GRID_ROLE

__all__ = ["ADMINISTRATOR", "COORDINATION", "DEPARTMENT", "LINKED", "OFFICER", "ROLES", "SYSTEM", "Actor", "Whose"]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts. ``leads``: slugs of the actions the department leads or the leader heads; ``shares``: those it is
    responsible for besides; ``linked``: the complexes of a linked leader, a grid or a property company. ``separated``: the
    campaign is real, the three administrators are apart (rights.py)."""

    login: str
    label: str
    role: str
    department_id: int | None = None
    community_id: int | None = None
    leader_id: int | None = None
    grid_id: int | None = None
    company_id: int | None = None
    separated: bool = False
    leads: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()
    linked: frozenset[int] = frozenset()
    heads: frozenset[int] = frozenset()  # units of the actions it leads
    address: str = ""

    @property
    def reads_all(self) -> bool:
        return self.role in (COORDINATION, SYSTEM) or (self.role == ADMINISTRATOR and not self.separated)

    def may(self, right: str) -> bool:
        """Does the role open this function (rights.py)?"""
        return rights.holds(self.role, right, separated=self.separated)


SYSTEM_ACTOR = Actor(login="system", label="系统", role=SYSTEM)


@dataclass(frozen=True)
class Whose:
    """Of which plugin and unit a record is; ``community``: the one its unit lies in, if it does; ``firm``: the property
    company of the complex reports it."""

    slug: str
    unit: UnitKind
    unit_id: int
    community: int | None = None
    firm: bool = False


def visible(actor: Actor, slug: str, record: type[Record]) -> ColumnElement[bool]:
    """Which rows of ``record`` the actor may see, as a condition."""
    if actor.reads_all or (record.public and actor.role != COMPANY):  # a company is none of the campaign's staff
        return true()
    return answerable(actor, slug, record)


def answerable(actor: Actor, slug: str, record: type[Record]) -> ColumnElement[bool]:
    """Which rows concern the actor: those of their units, or all of an action they lead or share."""
    if slug in actor.leads | actor.shares and actor.role in (DEPARTMENT, LINKED):
        return true()
    return own(actor, record)


def concerned(actor: Actor, slug: str, complex_id: int, community_id: int) -> bool:
    """Do the records an action holds of a complex concern the actor, the whole of them? A company's are told class by class."""
    if actor.reads_all or (slug in actor.leads | actor.shares and actor.role in (DEPARTMENT, LINKED)):
        return True
    if actor.role == OFFICER:
        return community_id == actor.community_id
    return actor.role in (LINKED, GRID_ROLE) and complex_id in actor.linked


def own(actor: Actor, record: type[Record]) -> ColumnElement[bool]:
    unit: InstrumentedAttribute[int] = getattr(record, record.unit.column)
    if record.unit == DEPARTMENT_UNIT and actor.role == DEPARTMENT:
        return unit == actor.department_id
    if record.unit == ACTION and actor.heads:
        return unit.in_(actor.heads)
    if record.confidential or (actor.role == COMPANY and not record.firm):
        return false()
    if record.unit == COMPLEX and actor.role == OFFICER:
        return unit.in_(select(Complex.id).where(Complex.community_id == actor.community_id))
    if record.unit == COMPLEX and actor.role in (LINKED, GRID_ROLE, COMPANY):
        return unit.in_(actor.linked) if actor.linked else false()
    if record.unit == COMPANY_UNIT and actor.role == COMPANY:
        return unit == actor.company_id
    if record.unit == COMMUNITY and actor.role == OFFICER:
        return unit == actor.community_id
    if record.unit == GRID and actor.role == OFFICER:
        return unit.in_(select(Grid.id).where(Grid.community_id == actor.community_id))
    if record.unit == GRID and actor.role == GRID_ROLE:
        return unit == actor.grid_id
    return false()


def relation(actor: Actor, whose: Whose, *, coordinated: bool = False) -> frozenset[str]:
    """What the actor is towards a record: reporter, lead, coordinator. ``coordinated``: the action is the coordination
    group's own."""
    if actor.role == SYSTEM:
        return frozenset((REPORTER, LEAD, COORDINATOR, ITSELF))
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
    if actor.role == COMPANY:
        own = whose.unit == COMPANY_UNIT and whose.unit_id == actor.company_id
        return whose.firm and (own or (whose.unit == COMPLEX and whose.unit_id in actor.linked))
    if actor.role == GRID_ROLE:
        own = whose.unit == GRID and whose.unit_id == actor.grid_id
        return own or (whose.unit == COMPLEX and whose.unit_id in actor.linked)
    return actor.role == OFFICER and whose.community is not None and whose.community == actor.community_id


def may_set(actor: Actor, slug: str, *, coordinated: bool = False) -> bool:
    """May the actor change the targets, dates and choices of an action? ``coordinated``: the action is the coordination
    group's own."""
    own = slug in actor.leads if actor.role == DEPARTMENT else coordinated or actor.role != COORDINATION
    return actor.may(rights.OWN_ACTION) and own
