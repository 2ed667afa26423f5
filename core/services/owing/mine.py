"""Whose duties a person sees and is reminded of: a community's own, a leader's complexes', a department's actions'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement, and_, false, or_

from core.base.units import ACTION, COMMUNITY, COMPANY, COMPLEX, GRID
from core.base.units import DEPARTMENT as DEPARTMENT_UNIT
from core.services.owing import duties
from core.services.owing.obligations import Obligation
from core.services.permission.access import COORDINATION, DEPARTMENT, LINKED, OFFICER, Actor
from core.services.permission.rights import COMPANY as COMPANY_ROLE
from core.services.permission.rights import GRID as GRID_ROLE
from core.services.work import Work

H = TypeVar("H", bound="Heap")


def owes(work: Work, me: Actor) -> ColumnElement[bool] | None:
    """The duties the person settles with their own hands; None for who settles none."""
    if me.role == OFFICER and me.community_id is not None:
        return and_(duties.of_community(me.community_id), Obligation.rule.not_in(of_leads(work)))
    if me.role == GRID_ROLE:
        own = or_(_of_complexes(me), duties.of_unit(GRID.name, me.grid_id or 0))
        return and_(own, Obligation.rule.not_in(of_leads(work)))
    if me.role == COMPANY_ROLE:
        own = or_(_of_complexes(me), duties.of_unit(COMPANY.name, me.company_id or 0))
        return and_(own, Obligation.rule.in_(of_firms(work)))
    if me.role == DEPARTMENT:
        own = duties.of_unit(DEPARTMENT_UNIT.name, me.department_id or 0)
        headed = and_(Obligation.unit_kind == ACTION.name, Obligation.unit_id.in_(me.heads))
        return or_(and_(of_actions(me.leads), Obligation.rule.in_(of_leads(work))), own, headed)
    return None


def follows(work: Work, me: Actor) -> ColumnElement[bool] | None:
    """The duties the person sees to that others settle: of an action led, of complexes linked to."""
    if me.role == LINKED:
        return _of_complexes(me)
    if me.role == DEPARTMENT:
        return and_(of_actions(me.leads), Obligation.rule.not_in(of_leads(work)))
    return None


def sees(work: Work, me: Actor) -> ColumnElement[bool] | None:
    """Both; None for who looks at the overview instead."""
    found = [part for part in (owes(work, me), follows(work, me)) if part is not None]
    return or_(*found) if found else None


class Heap(Protocol):
    """Duties counted together, as reminders.py has them."""

    @property
    def rule(self) -> str: ...
    @property
    def unit_kind(self) -> str: ...
    @property
    def unit_id(self) -> int: ...
    @property
    def community_id(self) -> int | None: ...


def divided(
    me: Actor, leads: frozenset[str], heaps: Sequence[H], firms: frozenset[str] = frozenset()
) -> tuple[list[H], list[H]]:
    """What the person ``owes`` and what they ``follow``, of duties counted together: the same rules without a statement a
    person. ``leads``: the rules ``of_leads``; ``firms``: those ``of_firms``. The coordination group follows everything, a
    linked leader all given; a grid and a company owe of what is given."""
    if me.role in (COORDINATION, LINKED):
        return [], list(heaps)
    if me.role in (GRID_ROLE, COMPANY_ROLE):
        return [h for h in heaps if (h.rule in firms if me.role == COMPANY_ROLE else h.rule not in leads)], []
    own, others = [], []
    for one in heaps:
        led = one.rule.partition(".")[0] in me.leads
        if me.role == OFFICER:
            home = one.unit_id if one.unit_kind == COMMUNITY.name else one.community_id
            if home is not None and home == me.community_id and one.rule not in leads:
                own.append(one)
        elif me.role == DEPARTMENT:
            itself = one.unit_kind == DEPARTMENT_UNIT.name and one.unit_id == me.department_id
            headed = one.unit_kind == ACTION.name and one.unit_id in me.heads
            if itself or headed or (led and one.rule in leads):
                own.append(one)
            elif led:
                others.append(one)
    return own, others


def of_leads(work: Work) -> list[str]:
    """Rules a community can't answer: the form that settles them is the lead department's alone."""
    found = work.catalog.deadlines.items()
    return [key for key, d in found if d.answers is not None and "reporter" not in d.answers.by]


def of_firms(work: Work) -> list[str]:
    """Rules that the property company of a complex answers: their form is open to it."""
    return [key for key, d in work.catalog.deadlines.items() if d.answers is not None and d.answers.firm]


def _of_complexes(me: Actor) -> ColumnElement[bool]:
    return and_(Obligation.unit_kind == COMPLEX.name, Obligation.unit_id.in_(me.linked))


def of_actions(slugs: frozenset[str]) -> ColumnElement[bool]:
    return or_(false(), *(Obligation.rule.like(f"{slug}.%") for slug in sorted(slugs)))
