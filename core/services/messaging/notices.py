"""What the system proposes to be sent to whom (督办单、提醒函…): every unit that owes something is a case with its colour; the
plugins say which paper it asks for. Nothing is written here: a proposal is drafted through the form of its record.

Who is answerable for what is mine.py's; next: web/pages/notices.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from core.base import shown
from core.base.blocks import Light, plain
from core.base.notice import Case, Colour, Ground, NoticeRule
from core.base.record import Record
from core.base.units import COMMUNITY, COMPANY, UNIT_KINDS, UnitKind
from core.base.units import DEPARTMENT as DEPARTMENT_UNIT
from core.base.window import day_of, end_of
from core.estate.units import Community, Department
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.measuring import figures
from core.services.messaging import reminders
from core.services.messaging.reminders import Pile
from core.services.owing import duties, mine
from core.services.owing.obligations import Obligation
from core.services.permission import access, filing
from core.services.permission.access import Actor
from core.services.work import Work

O = Obligation  # noqa: E741 - the table's short name in the conditions below
NAMED = 5  # units of one rule a draft names; the rest is a number
ORDER = list(Colour)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A paper somebody may draft: ``key`` is the record's."""

    key: str
    record: type[Record]
    case: Case


@dataclass(frozen=True, kw_only=True)
class InHand:
    """A paper that is not closed yet. ``name``: its unit and what names it. ``number``: its 文号, "" while the clerk has given
    none. ``limit``: the day its answer is due, None while no clock of it runs."""

    key: str
    record: Record
    name: str
    number: str
    limit: date | None
    late: bool


def may_draft(work: Work) -> bool:
    """Who may report at least one of the papers."""
    return any(filing.may_file_somewhere(work, key) for key, _ in _rules(work))


def proposals(work: Work, in_hand: Sequence[InHand]) -> list[Proposal]:
    """By colour, red first, then by how much is late; none for a unit that has one of the class in hand."""
    busy = {(one.key, one.record.unit_id) for one in in_hand}
    out = [
        Proposal(key=key, record=rule.record, case=case)
        for case in _cases(work)
        for key, rule in _rules(work)
        if rule.record.unit == case.unit and (key, case.unit_id) not in busy and rule.meets(case)
    ]
    return sorted(out, key=lambda p: (ORDER.index(p.case.colour), -sum(g.late for g in p.case.grounds)))


def draft(work: Work, key: str, unit_id: int, *, soon: bool = False) -> dict[str, Any]:
    """What the form of the paper is first filled in with; empty if nothing asks for it any more. Where something is late a
    paper says only that; ``soon``: what falls due within three days as well."""
    for found, rule in _rules(work):
        if found == key:
            for case in _cases(work, (rule.record.unit, unit_id)):
                if rule.meets(case):
                    said = _named(work, case if soon else _late_only(case))
                    return {**rule.write(said), rule.record.unit.column: unit_id}
    return {}


def _late_only(case: Case) -> Case:
    late = tuple(replace(g, soon=0) for g in case.grounds if g.late)
    return replace(case, grounds=late) if late else case


def in_hand(work: Work) -> list[InHand]:
    """Papers not closed that the actor may see, the earliest answer first."""
    out: list[InHand] = []
    for key, rule in _rules(work):
        model = rule.record
        rows = (
            select(model, func.min(O.due_at))
            .outerjoin(O, (O.subject_id == model.id) & O.rule.in_(_clocks_of(work, model)) & O.done_at.is_(None))
            .where(model.state.not_in(model.workflow.closed), access.visible(work.actor, key.partition(".")[0], model))
            .group_by(*model.__table__.columns)
        )
        found = work.session.execute(rows).all()
        work.look.prime_records(model, [record.id for record, _ in found])
        for record, due in found:
            late = due is not None and due < work.now
            limit = day_of(due) if due is not None else None
            name, given = work.look.record_name(model, record.id), _given(record)
            out.append(InHand(key=key, record=record, name=name, number=given, limit=limit, late=late))
    return sorted(out, key=lambda one: (one.limit or date.max, one.record.id))


def _given(record: Record) -> str:
    """Its 文号; a remark in its place that holds no figure is none."""
    text = str(getattr(record, "number", None) or "")
    return text if any(c.isdigit() for c in text) else ""


def _rules(work: Work) -> Iterator[tuple[str, NoticeRule]]:
    for plugin in work.catalog.plugins.values():
        for rule in plugin.notices:
            yield work.catalog.key_of(rule.record), rule


def _clocks_of(work: Work, model: type[Record]) -> list[str]:
    return [key for key, d in work.catalog.deadlines.items() if d.of is model]


def _cases(work: Work, only: tuple[UnitKind, int] | None = None) -> Iterator[Case]:
    """Every community, department and company with something open that is late or due within three days, or that leads an
    action whose figures are behind."""
    piles, leads, lags = reminders.piles_of(work), frozenset(mine.of_leads(work)), _lags(work)
    for unit, unit_id, name, me in _addressees(work, piles):
        if only in (None, (unit, unit_id)):
            if me is None:
                own = [p for p in piles if (p.unit_kind, p.unit_id) == (unit.name, unit_id)]
            else:
                own, _ = mine.divided(me, leads, piles)
            behind = [line for slug in sorted(me.leads) for line in lags.get(slug, ())] if me is not None else []
            if own or behind:
                yield _case(work, unit, unit_id, name, own, behind)


def _addressees(work: Work, piles: Sequence[Pile]) -> Iterator[tuple[UnitKind, int, str, Actor | None]]:
    """Whom a paper may be sent to, each with what an account of theirs would answer for."""
    units = [
        *((COMMUNITY, "community_id", access.OFFICER, *row) for row in work.session.execute(_open(work, Community))),
        *(
            (DEPARTMENT_UNIT, "department_id", access.DEPARTMENT, *row)
            for row in work.session.execute(_open(work, Department))
        ),
    ]
    stand_ins = [Account(login="", label=name, role=role, **{at: number}) for _, at, role, number, name in units]
    for (kind, _, _, number, name), me in zip(
        units, accounts.actors_of(work.session, stand_ins, work.today), strict=True
    ):
        yield kind, number, name, me
    companies = sorted({p.unit_id for p in piles if p.unit_kind == COMPANY.name})
    work.look.prime(COMPANY, set(companies))
    for number in companies:
        yield COMPANY, number, work.look.unit_name(COMPANY, number), None


def _open(work: Work, model: Any) -> Any:
    ended = model.closed_on.is_not(None) & (model.closed_on < work.today)
    return select(model.id, model.name).where(~ended).order_by(model.id)


def _case(work: Work, unit: UnitKind, unit_id: int, name: str, own: Sequence[Pile], behind: Sequence[str]) -> Case:
    by_rule: dict[str, list[Pile]] = {}
    for pile in own:
        by_rule.setdefault(pile.rule, []).append(pile)
    grounds = [
        Ground(
            deadline=work.catalog.deadlines[rule],
            late=sum(p.late for p in heap),
            soon=sum(p.today + p.soon for p in heap),
            first=min(p.first for p in heap),
        )
        for rule, heap in by_rule.items()
    ]
    grave = any(p.since[work.catalog.deadlines[p.rule].ladder[-1]] for p in own)
    late = any(g.late for g in grounds)
    colour = Colour.RED if grave else Colour.YELLOW if late or behind else Colour.BLUE
    return Case(
        unit=unit,
        unit_id=unit_id,
        name=name,
        today=work.today,
        colour=colour,
        grounds=tuple(sorted(grounds, key=lambda g: (-g.late, g.first, g.deadline.key))),
        lags=tuple(behind),
    )


def _lags(work: Work) -> Mapping[str, list[str]]:
    """By action, the figures with a target that are behind it, each in a line."""
    out: dict[str, list[str]] = {}
    for one in figures.indicators(work, work.today):
        if one.target is not None and one.light in (Light.RED, Light.AMBER):
            line = f"{one.indicator.label}：{plain(shown.figure_cell(one, work.today))}，目标{shown.target_text(one)}"
            out.setdefault(one.indicator.key.partition(".")[0], []).append(line)
    return out


def _named(work: Work, case: Case) -> Case:
    """The same with the units of what is overdue named, as a draft says them."""
    where = _owed_by(work, case)
    late = select(O).where(
        where, O.done_at.is_(None), O.due_at < end_of(work.today - timedelta(days=1)) + timedelta(seconds=1)
    )
    waived = O.waived_until.is_not(None) & (O.waived_until >= work.today)
    rows = work.session.scalars(late.where(~func.coalesce(waived, False)).order_by(O.due_at, O.unit_id)).all()
    for kind in {row.unit_kind for row in rows}:
        work.look.prime(UNIT_KINDS[kind], {row.unit_id for row in rows if row.unit_kind == kind})
    by_rule: dict[str, list[Obligation]] = {}
    for row in rows:
        by_rule.setdefault(row.rule, []).append(row)

    def named(ground: Ground) -> Ground:
        own = by_rule.get(ground.deadline.key, [])
        names = dict.fromkeys(
            work.look.unit_name(UNIT_KINDS[r.unit_kind], r.unit_id)
            for r in own
            if (r.unit_kind, r.unit_id) != (case.unit.name, case.unit_id)
        )
        return replace(ground, whose=tuple(names), subjects=tuple(r.subject_id for r in own if r.subject_id))

    return replace(case, grounds=tuple(map(named, case.grounds)))


def _owed_by(work: Work, case: Case) -> ColumnElement[bool]:
    role = {COMMUNITY: ("community_id", access.OFFICER), DEPARTMENT_UNIT: ("department_id", access.DEPARTMENT)}
    if case.unit not in role:
        return duties.of_unit(case.unit.name, case.unit_id)
    at, name = role[case.unit]
    stand_in = Account(login="", label=case.name, role=name, **{at: case.unit_id})
    owes = mine.owes(work, accounts.actor_of(work.session, stand_in, work.today))
    assert owes is not None  # both roles settle duties with their own hands
    return owes
