"""Who answers for what, from when to when: read for pages, begun and ended by the administrator, journalled. A duty is
ended, never deleted, so that a past day still knows who answered for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select

from core.base.errors import Forbidden, Invalid, NotFound, Problem
from core.base.say import Say
from core.base.units import UNIT_KINDS, UnitKind
from core.base.window import FAR
from core.estate.units import ROLES, Responsibility, model_of
from core.services.audit import journal
from core.services.campaign.campaign_plan import HOLDS
from core.services.permission import rights
from core.services.work import Work

R = Responsibility
SUBJECT = "responsibility"
HELD = tuple(sorted({k.name for pair in HOLDS.values() for k in pair}))  # kinds that hold a duty or are held by one


@dataclass(frozen=True, kw_only=True)
class Held:
    """One line: ``holder`` answers as ``role`` for ``unit``."""

    id: int
    role: str
    label: str
    holder_kind: str
    holder_id: int
    holder: str
    unit_kind: str
    unit_id: int
    unit: str
    since: date
    until: date
    printed: str

    def in_force(self, day: date) -> bool:
        return self.since <= day <= self.until


def of(work: Work, kind: str, unit_id: int, *, on: date | None = None) -> list[Held]:
    """What a unit answers for and who answers for it, in the order of the roles; ``on``: only what holds that day."""
    holds = (R.holder_kind == kind) & (R.holder_id == unit_id)
    is_held = (R.unit_kind == kind) & (R.unit_id == unit_id)
    return _read(work, holds | is_held, on)


def of_action(work: Work, slug: str, on: date) -> list[Held]:
    """Everybody who leads or shares an action on the day."""
    model = model_of(UNIT_KINDS["action"])
    mine = (R.unit_kind == "action") & R.unit_id.in_(select(model.id).where(model.code == slug))
    return _read(work, mine, on)


def add(work: Work, role: str, holder: str, unit: str, since: date, until: date = FAR) -> int:
    """``holder`` (name, code or #id) answers as ``role`` for ``unit`` from ``since`` on."""
    _administrator(work)
    if role not in HOLDS:
        raise Invalid([Problem("role", Say("请选择职责"))])
    found, problems = [], []
    for field, kind, text in zip(("holder", "unit"), HOLDS[role], (holder, unit), strict=True):
        one = work.look.unit_id(kind, text.strip())
        if one is None:
            problems.append(Problem(field, Say("没有名为“{n}”的{k}", n=text.strip()[:60], k=kind.label)))
        found.append(one or 0)
    if until < since:
        problems.append(Problem("until", Say("终止日期不能早于起始日期")))
    if not problems and (clash := _standing(work, role, found[0], found[1], since, until)) is not None:
        problems.append(Problem("since", Say("这项职责自{d}起已经登记", d=clash.isoformat())))
    if problems:
        raise Invalid(problems)
    kinds = {"holder_kind": HOLDS[role][0].name, "unit_kind": HOLDS[role][1].name}
    row = R(role=role, holder_id=found[0], unit_id=found[1], since=since, until=until, **kinds)
    work.session.add(row)
    work.session.flush()
    changes = {n: [None, _said(work, row, n)] for n in ("role", "holder", "unit", "since")}
    journal.write(work, "create", SUBJECT, row.id, changes, (row.unit_kind, row.unit_id))
    return row.id


def end(work: Work, row_id: int, on: date) -> None:
    """``on`` is the last day it holds."""
    _administrator(work)
    row = work.session.get(R, row_id)
    if row is None:
        raise NotFound(f"responsibility {row_id}")
    if on < row.since:
        raise Invalid([Problem("until", Say("终止日期不能早于起始日期{d}", d=row.since.isoformat()))])
    if on == row.until:
        return
    changes = {"until": [_said(work, row, "until"), on.isoformat()]}
    changes |= {n: [_said(work, row, n)] * 2 for n in ("role", "holder", "unit")}  # what the line is about
    row.until = on
    journal.write(work, "edit", SUBJECT, row.id, changes, (row.unit_kind, row.unit_id))


def _administrator(work: Work) -> None:
    if not work.actor.may(rights.REGISTRY):
        raise Forbidden(Say("只有系统管理员可以调整职责分工"))


def _standing(work: Work, role: str, holder_id: int, unit_id: int, since: date, until: date) -> date | None:
    """Since when the very same duty holds in part of since..until, if it does."""
    same = select(R.since).where(R.role == role, R.holder_id == holder_id, R.unit_id == unit_id)
    return work.session.scalar(same.where(R.since <= until, R.until >= since).limit(1))


def _said(work: Work, row: Responsibility, name: str) -> str:
    if name == "role":
        return ROLES[row.role]
    if name in ("holder", "unit"):
        kind = UNIT_KINDS[getattr(row, f"{name}_kind")]
        return work.look.unit_name(kind, getattr(row, f"{name}_id"))
    day: date = getattr(row, name)
    return "" if day == FAR else day.isoformat()


def _read(work: Work, where: ColumnElement[bool], on: date | None) -> list[Held]:
    rows = select(R).where(where, *([R.since <= on, R.until >= on] if on is not None else []))
    found: Sequence[Responsibility] = work.session.scalars(rows.order_by(R.since.desc(), R.id)).all()
    _prime(work, [(r.holder_kind, r.holder_id) for r in found] + [(r.unit_kind, r.unit_id) for r in found])
    order = list(ROLES)
    return sorted((_held(work, r) for r in found), key=lambda h: order.index(h.role) if h.role in order else 99)


def _prime(work: Work, units: Sequence[tuple[str, int]]) -> None:
    for kind in {k for k, _ in units}:
        work.look.prime(UNIT_KINDS[kind], {i for k, i in units if k == kind})


def _held(work: Work, row: Responsibility) -> Held:
    def name(kind: UnitKind, unit_id: int) -> str:
        return work.look.unit_name(kind, unit_id)

    return Held(
        id=row.id,
        role=row.role,
        label=ROLES.get(row.role, row.role),
        holder_kind=row.holder_kind,
        holder_id=row.holder_id,
        holder=name(UNIT_KINDS[row.holder_kind], row.holder_id),
        unit_kind=row.unit_kind,
        unit_id=row.unit_id,
        unit=name(UNIT_KINDS[row.unit_kind], row.unit_id),
        since=row.since,
        until=row.until,
        printed=row.printed or "",
    )
