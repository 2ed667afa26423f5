"""Personal values of the registry's units in clear (whom to call at a property company): for who keeps the registry, directs the
campaign or deals with the unit, with a reason, journalled like those of records (reveal.py)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from core.base.errors import Forbidden, NotFound
from core.base.fields import Field
from core.base.say import Say
from core.estate.units import UNITS, Company, Complex, Unit
from core.services.audit import journal
from core.services.permission import rights
from core.services.personal.reveal import reasoned
from core.services.work import Work

EVERYWHERE = (rights.COORDINATION, rights.DEPARTMENT, rights.SYSTEM)


def get(work: Work, kind: str, unit_id: int) -> Unit:
    """The unit; ``NotFound`` also for a kind without personal fields."""
    model = UNITS.get(kind)
    found = work.session.get(model, unit_id) if model is not None and any(f.personal for f in model.fields()) else None
    if found is None:
        raise NotFound(f"{kind} {unit_id}")
    return found


def fields(unit: Unit) -> tuple[Field, ...]:
    """The personal fields of ``unit`` that hold anything."""
    return tuple(f for f in unit.fields() if f.personal and getattr(unit, f.name))


def may_reveal(work: Work, unit: Unit) -> bool:
    """Who keeps the registry, any department, and who answers for a complex the company serves now."""
    if work.actor.may(rights.REGISTRY) or work.actor.role in EVERYWHERE:
        return True
    own = _own(work)
    if own is None or not isinstance(unit, Company):
        return False
    served = select(Complex.id).where(Complex.company_id == unit.id, own).limit(1)
    return work.session.scalar(served) is not None


def reveal(work: Work, kind: str, unit_id: int, reason: str) -> dict[str, str]:
    """{field: value} in clear, once the look is journalled: show it when the unit of work has ended, not before."""
    unit = get(work, kind, unit_id)
    if not may_reveal(work, unit):
        raise Forbidden(Say("您不能查看这个单位的联系方式"))
    shown = fields(unit)
    told = {"reason": [None, reasoned(reason)], "fields": [None, "、".join(f.label for f in shown)]}
    journal.write(work, "reveal", kind, unit.id, told, (kind, unit.id))
    return {f.name: getattr(unit, f.name) for f in shown}


def _own(work: Work) -> ColumnElement[bool] | None:
    """The complexes the actor answers for."""
    if work.actor.role == rights.OFFICER:
        return Complex.community_id == work.actor.community_id
    if work.actor.role in (rights.GRID, rights.LINKED):
        return Complex.id.in_(work.actor.linked)
    return None
