"""Who may report a record: by the actor's role, the action and the unit it is for. Next: judging.py."""

from __future__ import annotations

from sqlalchemy import select

from core.base.record import Record
from core.base.units import ACTION, COMMUNITY, COMPANY, COMPLEX, DEPARTMENT, GRID
from core.estate.units import Complex, Grid
from core.services.permission import access
from core.services.work import Work

FEW = 8  # beyond so many single look-ups the community of every complex is read at once


def may_file(work: Work, slug: str, model: type[Record], unit_id: int) -> bool:
    """May the actor report such a record for that unit?"""
    return bool(relation(work, slug, model, unit_id) & {*model.by})


def may_file_somewhere(work: Work, key: str) -> bool:
    """Has the actor any unit of their own for which they may report such a record? It decides what is offered."""
    model, slug, me = work.catalog.records[key], key.partition(".")[0], work.actor
    own: list[tuple[int, int | None]] = [(0, None)]
    if model.unit in (COMPLEX, COMMUNITY, GRID) and me.community_id is not None:
        own.append((me.community_id, me.community_id))
    if model.unit == DEPARTMENT and me.department_id is not None:
        own.append((me.department_id, None))
    own += [(unit_id, None) for unit_id in me.heads if model.unit == ACTION]
    own += [(unit_id, None) for unit_id in sorted(me.linked)[:1] if model.unit == COMPLEX]
    own += [
        (unit_id, None)
        for kind, unit_id in ((GRID, me.grid_id), (COMPANY, me.company_id))
        if unit_id and model.unit == kind
    ]
    coordinated = work.catalog.plugins[slug].action.coordinated
    return any(
        access.relation(me, access.Whose(slug, model.unit, unit_id, home, model.firm), coordinated=coordinated)
        & {*model.by}
        for unit_id, home in own
    )


def relation(work: Work, slug: str, model: type[Record], unit_id: int) -> frozenset[str]:
    """What the actor is towards a record of ``model`` for that unit: reporter, lead, coordinator."""
    whose = access.Whose(slug, model.unit, unit_id, community_of(work, model, unit_id), model.firm)
    return access.relation(work.actor, whose, coordinated=work.catalog.plugins[slug].action.coordinated)


def community_of(work: Work, model: type[Record], unit_id: int) -> int | None:
    if model.unit == COMMUNITY:
        return unit_id
    if model.unit == GRID:
        return work.session.scalar(select(Grid.community_id).where(Grid.id == unit_id))
    if model.unit != COMPLEX:
        return None
    if unit_id not in work.homes:
        found = select(Complex.id, Complex.community_id)
        if len(work.homes) < FEW:
            found = found.where(Complex.id == unit_id)
        work.homes.update(work.session.execute(found).all())
    return work.homes.get(unit_id)
