"""Which units a form offers to a person: those they may report for, all of them if few, found by typing if many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select

from core.base.declared import Declared
from core.base.record import Record
from core.base.units import COMMUNITY, COMPANY, COMPLEX, GRID, UnitKind
from core.estate.units import model_of
from core.services.permission import access
from core.services.permission.access import OFFICER
from core.services.permission.rights import COMPANY as COMPANY_ROLE
from core.services.permission.rights import GRID as GRID_ROLE
from core.services.work import Work

MANY = 300  # a longer list is searched by typing, not scrolled
FOUND = 20


def few(work: Work, kind: UnitKind, *, of: type[Declared] | None = None) -> Sequence[tuple[int, str]]:
    """The units to choose from, by name; nothing if there are more than ``MANY``. ``of``: the record they are for."""
    found = work.session.execute(_rows(work, kind, own=of is not None).limit(MANY + 1)).all()
    return [(row.id, row.name) for row in found] if len(found) <= MANY else ()


def nothing(work: Work, kind: UnitKind) -> bool:
    """Is there no unit of the kind the person could report for? Then a form would only be filled in vain."""
    return work.session.execute(_rows(work, kind, own=True).limit(1)).first() is None


def records(
    work: Work, model: type[Record], *, unit_id: int | None = None, chosen: int | None = None
) -> Sequence[tuple[int, str]]:
    """The newest records the person may link to, those of ``unit_id`` alone if it has any; ``chosen`` is among them."""
    slug = work.catalog.key_of(model).partition(".")[0]
    rows = select(model.id).where(access.visible(work.actor, slug, model)).order_by(model.id.desc()).limit(MANY)
    ids: list[int] = []
    if unit_id is not None:
        ids = list(work.session.scalars(rows.where(getattr(model, model.unit.column) == unit_id)))
    ids = ids or list(work.session.scalars(rows))
    ids += [chosen] if chosen is not None and chosen not in ids else []
    work.look.prime_records(model, ids)
    return [(i, work.look.record_name(model, i)) for i in ids]


def origins(work: Work) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """Kinds of record a fact may have come from, (key, label), under their action's label."""
    catalog = work.catalog
    out = [
        (str(p.action.label), [(k, str(m.label)) for k, m in catalog.records.items() if k.partition(".")[0] == slug])
        for slug, p in catalog.plugins.items()
    ]
    return [(label, kinds) for label, kinds in out if kinds]


def matching(work: Work, kind: UnitKind, text: str, *, own: bool = False) -> Sequence[str]:
    """Names that hold ``text`` or whose pinyin initials begin with it."""
    model: Any = model_of(kind)
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = or_(
        model.name.like(f"%{escaped}%", escape="\\"),
        model.code.like(f"{escaped}%", escape="\\"),
        model.pinyin.like(f"{escaped.lower()}%", escape="\\"),
    )
    return [row.name for row in work.session.execute(_rows(work, kind, own=own).where(like).limit(FOUND))]


def _rows(work: Work, kind: UnitKind, *, own: bool) -> Any:
    """An officer's own complexes or community, a grid's or a company's own; for everybody else what is there. The door
    still judges (access.py)."""
    model: Any = model_of(kind)
    rows = select(model.id, model.name).where(model.closed_on.is_(None)).order_by(model.name)
    me = work.actor
    if own and me.role == OFFICER and kind in (COMPLEX, COMMUNITY):
        rows = rows.where((model.community_id if kind == COMPLEX else model.id) == me.community_id)
    if own and me.role in (GRID_ROLE, COMPANY_ROLE) and kind in (COMPLEX, GRID, COMPANY):
        rows = rows.where(model.id.in_(me.linked if kind == COMPLEX else {me.grid_id, me.company_id}))
    return rows
