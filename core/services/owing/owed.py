"""Duties across all rules: by action, community, state and due day, a page at a time. Who sees which: mine.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, union_all

from core.base.window import TZ, end_of
from core.services.owing import duties, mine
from core.services.owing.duties import Duty
from core.services.owing.obligations import Obligation
from core.services.work import Work

O = Obligation  # noqa: E741 - the table's short name in the conditions below
PAGE = 50
STATES = {"overdue": "逾期未办", "open": "未到期", "met": "按期办结", "late": "逾期办结", "waived": "已延期"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the list is asked for; anything unreadable is left out. ``on``: what ``community`` had not settled on that day, as
    the league table counts it; its page shows every reader the same, so it is not cut to what the reader sees to."""

    action: str = ""
    rule: str = ""
    community: int | None = None
    state: str = ""
    since: date | None = None
    until: date | None = None
    on: date | None = None
    page: int = 1

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Asked:
        number = {k: int(v) for k in ("community", "page") if (v := args.get(k, "")).isdecimal() and len(v) < 9}
        return cls(
            action=args.get("action", "")[:60],
            rule=args.get("rule", "")[:80],
            community=number.get("community"),
            state=args.get("state", "") if args.get("state", "") in STATES else "",
            since=_day(args.get("from", "")),
            until=_day(args.get("to", "")),
            on=_day(args.get("on", "")) if number.get("community") else None,
            page=max(number.get("page", 1), 1),
        )


@dataclass(frozen=True)
class Found:
    rows: Sequence[Duty]
    total: int
    pages: int


def find(work: Work, asked: Asked) -> Found:
    """One page, the longest overdue first, then by due day."""
    where = _conditions(work, asked) if asked.on is None else _late_on(work, asked, asked.on)
    total = work.session.scalar(select(func.count()).select_from(O).where(*where)) or 0
    rows = select(O).where(*where).order_by(O.due_at, O.unit_id, O.id).limit(PAGE).offset((asked.page - 1) * PAGE)
    then = (None, None) if asked.on is None else (end_of(asked.on), duties.passed(work, asked.on))
    return Found(duties.listed(work, work.session.scalars(rows).all(), *then), total, max(-(-total // PAGE), 1))


def _late_on(work: Work, asked: Asked, day: date) -> list[ColumnElement[bool]]:
    """``league.late_by_community`` of one community, row by row."""
    late = union_all(*duties.still_open(work, day)).subquery("late")
    return [
        O.id.in_(select(late.c.id)),
        duties.of_community(asked.community or 0),
        ~func.coalesce(O.waived_until >= day, False),
    ]


def _conditions(work: Work, asked: Asked) -> list[ColumnElement[bool]]:
    seen = mine.sees(work, work.actor)
    out = (
        [O.opened_at <= work.now]
        if work.actor.reads_all
        else [O.opened_at <= work.now, false() if seen is None else seen]
    )
    if asked.action:
        out.append(O.rule.like(f"{asked.action}.%") if asked.action in work.catalog.plugins else false())
    if asked.rule:
        out.append(O.rule == asked.rule)
    if asked.community:
        out.append(duties.of_community(asked.community))
    if asked.since:
        out.append(O.due_at >= datetime.combine(asked.since, time(0, 0), TZ))
    if asked.until:
        out.append(O.due_at <= end_of(asked.until))
    waived = func.coalesce(and_(O.waived_until.is_not(None), O.waived_until >= work.today), False)
    done, past = O.done_at.is_not(None), O.due_at < work.now
    match asked.state:
        case "overdue":
            out += [not_(done), past, not_(waived)]
        case "open":
            out += [not_(done), or_(not_(past), waived)]
        case "met":
            out += [done, O.in_time.is_(True)]
        case "late":
            out += [done, O.in_time.is_(False)]
        case "waived":
            out += [not_(done), waived]
    return out


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 < found.year < 9999 else None
