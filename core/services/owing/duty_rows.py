"""The rows behind a deadline's figures on a day: the period that is open and whatever is still open from earlier ones,
chosen and judged exactly as ``duties.deadlines`` counts them, so that a number and the rows it opens never disagree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union_all

from core.base.describe import Deadline
from core.base.facts import DeadlineFacts
from core.base.status import SOON, Status
from core.base.window import end_of
from core.services.measuring.places import Place
from core.services.owing import duties
from core.services.owing.duties import Duty
from core.services.owing.obligations import Obligation, occurrences
from core.services.work import Work

O = Obligation  # noqa: E741 - the table's short name in the conditions below
PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of them. ``counts``: by status, whatever status was asked for. ``period`` "": the standard choice."""

    rows: list[Duty]
    counts: dict[Status, int]
    period: str
    status: Status | None
    page: int
    pages: int


def find(
    work: Work,
    facts: DeadlineFacts,
    as_of: date,
    *,
    period: str = "",
    status: str = "",
    place: Place | None = None,
    page: int = 1,
) -> Found:
    """Obligations of one deadline on ``as_of``; a ``period`` or ``status`` that is none is left out of account."""
    period = period if period in periods(work, facts.deadline, as_of) else ""
    wanted = Status(status) if status in set(Status) else None
    chosen = _chosen(work, facts, as_of, period)
    if place is not None:
        chosen = chosen.where(duties.of_place(place))
    judged = _judged(work, as_of)
    counted = chosen.with_only_columns(judged, func.count()).group_by(judged)
    counts = {Status(s): n for s, n in work.session.execute(counted)}
    total = sum(counts.values()) if wanted is None else counts.get(wanted, 0)
    pages = max((total + PAGE - 1) // PAGE, 1)
    page = min(max(page, 1), pages)
    rows = chosen if wanted is None else chosen.where(judged == wanted.value)
    late = judged == Status.OVERDUE.value  # first, the longest before the others
    order = (case((late, 0), else_=1), case((late, O.due_at)), O.due_at.desc(), O.unit_id, O.id)
    rows = rows.order_by(*order).limit(PAGE).offset((page - 1) * PAGE)
    return Found(
        rows=duties.listed(work, work.session.scalars(rows).all(), end_of(as_of), duties.passed(work, as_of)),
        counts={s: counts[s] for s in Status if s in counts},
        period=period,
        status=wanted,
        page=page,
        pages=pages,
    )


def open_on(work: Work, where: ColumnElement[bool], as_of: date, most: int = 200) -> list[Duty]:
    """What the units ``where`` selects owed by ``as_of`` and had not settled then, in due order."""
    at = end_of(as_of)
    unsettled = and_(or_(O.done_at.is_(None), O.done_at > at), O.opened_at <= at, O.due_at <= at)
    rows = select(O).where(where, unsettled).order_by(O.due_at, O.unit_id).limit(most)
    return duties.listed(work, work.session.scalars(rows).all(), at)


def periods(work: Work, deadline: Deadline, as_of: date) -> list[str]:
    """The periods begun by ``as_of``, newest first; none for a clock or for what is owed once."""
    if deadline.recurring is None or deadline.once:
        return []
    begun = occurrences(work, deadline, work.campaign.starts_on)
    return [o.window.key for o in reversed(begun) if o.window.start <= as_of]


def _chosen(work: Work, facts: DeadlineFacts, as_of: date, period: str) -> Select[Obligation]:
    rule = facts.deadline.key
    rows = select(O).where(O.opened_at <= end_of(as_of))
    if period:
        return rows.where(O.rule == rule, O.period == period)
    # Index look-ups put together: an OR over them would walk the whole ledger (see duties._counts).
    held = select(O.id).where(O.rule == rule, O.period == facts.period)
    ids = union_all(held, *duties.still_open(work, as_of)).subquery("chosen")
    return rows.where(O.id.in_(select(ids.c.id)), O.rule.concat("") == rule)


def _judged(work: Work, as_of: date) -> Any:
    """``base.status.status`` at the end of ``as_of``, said in SQL."""
    at = end_of(as_of)
    done = and_(O.done_at.is_not(None), O.done_at <= at)
    waived = and_(O.waived_until.is_not(None), O.waived_until >= as_of)
    return case(
        (and_(done, O.in_time.is_(True)), Status.MET.value),
        (done, Status.MET_LATE.value),
        (waived, Status.WAIVED.value),
        (O.due_at < duties.passed(work, as_of), Status.OVERDUE.value),
        (O.due_at <= at + SOON, Status.DUE_SOON.value),
        else_=Status.UPCOMING.value,
    )
