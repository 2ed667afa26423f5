"""Obligations as of a day: how many are met, late, open; who is overdue; what one person owes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true, tuple_, union_all

from core.base.describe import Deadline
from core.base.due import Every, Once
from core.base.facts import DeadlineFacts, Late
from core.base.status import Status, status
from core.base.units import COMMUNITY, COMPLEX, STREET, UNIT_KINDS
from core.base.window import day_of, end_of
from core.estate.units import Complex
from core.services.measuring.places import Place
from core.services.operations import faults
from core.services.owing.obligations import Obligation, occurrences
from core.services.work import Work

O = Obligation  # noqa: E741 - the table's short name in the conditions below
BACK = timedelta(days=370)  # a yearly period that ended still lies within
MOST_LATE = 30  # of each rule; the count beside the list is of all


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One obligation as a person sees it."""

    id: int
    deadline: Deadline
    unit_kind: str
    unit_id: int
    unit: str
    subject_id: int
    period: str
    due_at: datetime
    done_at: datetime | None
    status: Status
    waiver: str = ""
    late_entry: bool = False


def deadlines(
    work: Work, as_of: date, chosen: Sequence[Deadline] | None = None, place: Place | None = None
) -> tuple[DeadlineFacts, ...]:
    """Each deadline on ``as_of``: its current period in full, and whatever is still open from earlier ones; in time of the
    period that fell due last. Of one ``place``: what it, its communities and complexes owe, where they owe anything."""
    where = true() if place is None else of_place(place)
    asked = tuple(work.catalog.deadlines.values() if chosen is None else chosen)
    current = {d.key: _current(work, d, as_of) for d in asked}
    counts = _counts(work, asked, current, as_of, where)
    ended = {d.key: key for d in asked if (key := _ended(work, d, as_of))}
    rates = _rates(work, ended, as_of, where)
    late = overdue(work, as_of, [d.key for d in asked], where=where)
    standing = faults.standing(work.session)
    out = []
    for one in asked:
        period, due_at = current[one.key]
        row = standing.get(f"deadline:{one.key}")
        out.append(
            DeadlineFacts(
                deadline=one,
                period=period,
                due_at=due_at,
                late=tuple(late.get(one.key, ())),
                fault=faults.sentence(row) if row else "",
                ended=ended.get(one.key, current[one.key][0] if not one.periodic else ""),
                on_time=rates.get(one.key, (0, 0)) if one.periodic else _together(counts.get(one.key, {})),
                within=() if place is None else place.query,
                **counts.get(one.key, {}),
            )
        )
    return tuple(out if place is None else (f for f in out if f.owed))


def _current(work: Work, deadline: Deadline, as_of: date) -> tuple[str, datetime | None]:
    """The period that is open on ``as_of``, and when it is due."""
    if deadline.of is not None:
        return "-", None
    assert isinstance(deadline.due, Once | Every)
    held = [o for o in occurrences(work, deadline, as_of) if o.window.start <= max(as_of, work.campaign.starts_on)]
    return (held[0].window.key, held[0].due_at) if held else ("-", None)


def _ended(work: Work, deadline: Deadline, as_of: date) -> str:
    """The period of a recurring duty that fell due last, of which everybody has had the whole time; "" if none did yet."""
    if not deadline.periodic:
        return ""
    over = passed(work, as_of)
    found = [o for o in occurrences(work, deadline, as_of - BACK) if o.due_at < over]
    return found[-1].window.key if found else ""


def _rates(work: Work, ended: Mapping[str, str], as_of: date, where: ColumnElement[bool]) -> dict[str, tuple[int, int]]:
    """(answered in time, owed) of these periods; what is waived is not owed."""
    at = end_of(as_of)
    done = and_(O.done_at.is_not(None), O.done_at <= at)
    waived = and_(~done, O.waived_until.is_not(None), O.waived_until >= as_of)
    rows = (
        select(O.rule, _many(and_(done, O.in_time.is_(True))), _many(~func.coalesce(waived, False)))
        .where(tuple_(O.rule, O.period).in_(list(ended.items())), O.opened_at <= at, where)
        .group_by(O.rule)
    )
    return {rule: (int(met), int(owed)) for rule, met, owed in work.session.execute(rows)} if ended else {}


def _together(counts: Mapping[str, int]) -> tuple[int, int]:
    """Of a clock, or of what is owed once: everything answered or past due."""
    met = counts.get("met", 0)
    return met, met + counts.get("met_late", 0) + counts.get("overdue", 0)


def _counts(
    work: Work,
    asked: Sequence[Deadline],
    current: dict[str, tuple[str, Any]],
    as_of: date,
    where: ColumnElement[bool],
) -> dict[str, dict[str, int]]:
    at = end_of(as_of)
    done = and_(O.done_at.is_not(None), O.done_at <= at)
    waived = and_(~done, O.waived_until.is_not(None), O.waived_until >= as_of)
    past = O.due_at < passed(work, as_of)
    columns = {
        "owed": func.count(),
        "met": _many(and_(done, O.in_time.is_(True))),
        "met_late": _many(and_(done, O.in_time.is_(False))),
        "waived": _many(waived),
        "overdue": _many(and_(~done, past, ~func.coalesce(waived, False))),
        "open": _many(and_(~done, ~past)),
    }
    held = select(O.id).where(tuple_(O.rule, O.period).in_([(d.key, current[d.key][0]) for d in asked]))
    # Two index look-ups put together: an OR over both would walk the whole ledger.
    chosen = union_all(held, *still_open(work, as_of)).subquery("chosen")
    rows = select(O.rule, *(c.label(n) for n, c in columns.items())).where(
        O.id.in_(select(chosen.c.id)), O.opened_at <= at, where
    )
    return {
        row.rule: {n: int(getattr(row, n) or 0) for n in columns} for row in work.session.execute(rows.group_by(O.rule))
    }


def _many(condition: ColumnElement[bool]) -> Any:
    return func.sum(case((condition, 1), else_=0))


def still_open(work: Work, as_of: date) -> list[Select[int]]:
    """Ids of what is past due and not settled on ``as_of``: never settled, or (for a day gone by) settled later."""
    at, over = end_of(as_of), passed(work, as_of)
    never = select(O.id).where(O.done_at.is_(None), O.due_at < over)
    return [never] if as_of >= work.today else [never, select(O.id).where(O.done_at > at, O.due_at < over)]


def past_due(work: Work, as_of: date) -> ColumnElement[bool]:
    """Is it past due and not settled on ``as_of``? Today the one index of open duties says so by itself."""
    if as_of >= work.today:
        return and_(O.done_at.is_(None), O.due_at < passed(work, as_of))
    return O.id.in_(select(union_all(*still_open(work, as_of)).subquery("late").c.id))


def passed(work: Work, as_of: date) -> datetime:
    """What was due before it is past: now, while the day lasts (a clock in hours), else the day's end."""
    return min(work.now, end_of(as_of)) if as_of >= work.today else end_of(as_of)


def overdue(
    work: Work, as_of: date, rules: Sequence[str], most: int = MOST_LATE, where: ColumnElement[bool] | None = None
) -> dict[str, list[Late]]:
    """Who is overdue on ``as_of``, longest first, at most ``most`` of each rule; ``where``: of these duties alone."""
    waived = and_(O.waived_until.is_not(None), O.waived_until >= as_of)
    named = O.rule.concat("")  # a condition only: looked up by rule, the whole history of the rule would be walked
    place = func.row_number().over(partition_by=O.rule, order_by=(O.due_at, O.unit_id)).label("place")
    each = (
        select(O.rule, O.unit_kind, O.unit_id, O.due_at, Complex.community_id, place)
        .outerjoin(Complex, and_(O.unit_kind == COMPLEX.name, Complex.id == O.unit_id))
        .where(past_due(work, as_of), named.in_(rules), ~func.coalesce(waived, False))
        .where(true() if where is None else where)
        .subquery("each")
    )
    c = each.c
    rows = (
        select(c.rule, c.unit_kind, c.unit_id, c.due_at, c.community_id)
        .where(c.place <= most)
        .order_by(c.due_at, c.unit_id)
    )
    out: dict[str, list[Late]] = {}
    found = work.session.execute(rows).all()
    _prime(work, [(kind, unit_id) for _, kind, unit_id, _, _ in found])
    work.look.prime(COMMUNITY, {home for *_, home in found if home})
    for rule, kind, unit_id, due_at, community in found:
        out.setdefault(rule, []).append(
            Late(
                unit=work.look.unit_name(UNIT_KINDS[kind], unit_id),
                unit_kind=kind,
                unit_id=unit_id,
                community=work.look.unit_name(COMMUNITY, community) if community else "",
                due_at=due_at,
                days=(as_of - day_of(due_at)).days,
            )
        )
    return out


def owed_by(work: Work, where: ColumnElement[bool], until: date, most: int = 200) -> list[Duty]:
    """Open duties of the units ``where`` selects that are due by ``until``, in due order."""
    rows = (
        select(O).where(O.done_at.is_(None), O.due_at <= end_of(until), where).order_by(O.due_at, O.unit_id).limit(most)
    )
    return listed(work, work.session.scalars(rows).all())


@dataclass(frozen=True, kw_only=True)
class LateRule:
    """What is past due of one rule: how many, and the newest of them (the oldest are often past help)."""

    deadline: Deadline
    count: int
    newest: Sequence[Duty]


def late_by_rule(work: Work, where: ColumnElement[bool], most: int = 3) -> list[LateRule]:
    """Open duties that ``where`` selects, by rule, fewest first: what is rare is not buried under what is daily."""
    place = func.row_number().over(partition_by=O.rule, order_by=(O.due_at.desc(), O.unit_id)).label("place")
    many = func.count().over(partition_by=O.rule).label("many")
    each = select(O.id, place, many).where(O.done_at.is_(None), where).subquery("each")
    found = work.session.execute(select(O, each.c.many).join(each, each.c.id == O.id).where(each.c.place <= most)).all()
    counts = {row.rule: number for row, number in found}
    rows = sorted((row for row, _ in found), key=lambda r: (r.due_at, r.unit_id), reverse=True)
    by_rule: dict[str, list[Duty]] = {}
    for duty in listed(work, rows):
        by_rule.setdefault(duty.deadline.key, []).append(duty)
    return [
        LateRule(deadline=work.catalog.deadlines[key], count=counts[key], newest=by_rule[key])
        for key in sorted(by_rule, key=lambda k: (counts[k], k))
    ]


def of_community(community_id: int) -> ColumnElement[bool]:
    """Duties of a community: its own and those of its complexes."""
    complexes = select(Complex.id).where(Complex.community_id == community_id)
    return or_(
        and_(O.unit_kind == COMPLEX.name, O.unit_id.in_(complexes)),
        and_(O.unit_kind == COMMUNITY.name, O.unit_id == community_id),
    )


def of_place(place: Place) -> ColumnElement[bool]:
    """Duties in a place: of the complexes and communities in it, and of the areas it is made of."""
    complexes = select(Complex.id).where(Complex.community_id.in_(place.communities))
    return or_(
        and_(O.unit_kind == COMPLEX.name, O.unit_id.in_(complexes)),
        and_(O.unit_kind == COMMUNITY.name, O.unit_id.in_(place.communities)),
        and_(O.unit_kind == STREET.name, O.unit_id.in_(place.areas)),
    )


def of_unit(kind: str, unit_id: int) -> ColumnElement[bool]:
    return and_(O.unit_kind == kind, O.unit_id == unit_id)


def listed(
    work: Work, rows: Sequence[Obligation], at: datetime | None = None, over: datetime | None = None
) -> list[Duty]:
    """``rows`` as a person sees them at the moment ``at`` (default: now); what was settled later is not settled yet."""
    _prime(work, [(row.unit_kind, row.unit_id) for row in rows])
    return [_duty(work, row, at or work.now, over) for row in rows if row.rule in work.catalog.deadlines]


def _prime(work: Work, units: Sequence[tuple[str, int]]) -> None:
    """The names of all these units, one statement a kind."""
    for kind in {k for k, _ in units}:
        work.look.prime(UNIT_KINDS[kind], {i for k, i in units if k == kind})


def _duty(work: Work, row: Obligation, at: datetime, over: datetime | None) -> Duty:
    return Duty(
        id=row.id,
        deadline=work.catalog.deadlines[row.rule],
        unit_kind=row.unit_kind,
        unit_id=row.unit_id,
        unit=work.look.unit_name(UNIT_KINDS[row.unit_kind], row.unit_id),
        subject_id=row.subject_id,
        period=row.period,
        due_at=row.due_at,
        done_at=row.done_at if row.done_at is not None and row.done_at <= at else None,
        status=status(row.due_at, row.done_at, row.waived_until, at, over, row.in_time),
        late_entry=row.late_entry,
        waiver=row.waiver or "",
    )
