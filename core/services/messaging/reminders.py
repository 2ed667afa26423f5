"""Reminders (提醒) and escalation (催办): one digest a person and day of what is due soon, due today and overdue; at once
what is owed the very day it came in. Who is told of somebody else's lateness, and from which day on, is said by the rule.

The responsibility valid on that day decides who is told. Next: messages.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from core.base.describe import Deadline
from core.base.due import SameDay, Within
from core.base.units import COMPLEX
from core.base.window import TZ, day_of, end_of
from core.estate.units import Complex
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.measuring.days import KeptDay
from core.services.messaging import messages
from core.services.messaging.messages import Told
from core.services.owing import mine
from core.services.owing.obligations import Obligation
from core.services.permission.access import ADMINISTRATOR, COORDINATION, DEPARTMENT, LINKED, OFFICER, Actor
from core.services.permission.rights import COMPANY, GRID
from core.services.work import Work

O = Obligation  # noqa: E741 - the table's short name in the conditions below
SOON = timedelta(days=3)  # habits.md: warned three days before the limit
QUIET = (time(20, 0), time(8, 0))  # nobody's telephone rings between these
SHOWN = 12  # rules a digest names; the rest is a number
STEPS = {
    DEPARTMENT: 0,
    LINKED: 1,
    COORDINATION: 2,
    OFFICER: 0,
    GRID: 0,
    COMPANY: 0,
    ADMINISTRATOR: 2,
}  # whose rung of a rule's ladder


@dataclass(frozen=True)
class Part:
    """What a person is told of one rule: how many are overdue, due today, due soon, and the earliest day."""

    deadline: Deadline
    late: int
    today: int
    soon: int
    first: date

    @property
    def line(self) -> str:
        said = [(self.late, "逾期"), (self.today, "今天到期"), (self.soon, "三天内到期")]
        counts = "，".join(f"{word} {n} 件" for n, word in said if n)
        return f"{self.deadline.label}：{counts}，最早 {self.first.month}月{self.first.day}日"


@dataclass(frozen=True)
class Pile:
    """Open duties of one rule that are told of together: of a community's complexes, or of one unit of another kind.
    ``since``: days overdue to how many are so long overdue or longer."""

    rule: str
    unit_kind: str
    unit_id: int
    community_id: int | None
    first: date
    late: int
    today: int
    soon: int
    since: dict[int, int]


def digests(work: Work, people: Sequence[Actor] | None = None) -> Iterator[Told]:
    """The day's digest of everybody who has something to be told."""
    piles, leads, firms, spoken = piles_of(work), frozenset(mine.of_leads(work)), frozenset(mine.of_firms(work)), False
    for me in people if people is not None else everybody(work):
        if me.role not in STEPS:  # who guards the platform owes nothing in the campaign
            continue
        theirs = piles_of(work, me.linked) if me.role in (LINKED, GRID, COMPANY) else piles
        own, others = mine.divided(me, leads, theirs, firms)
        parts = [*_parts(work, own, None), *_parts(work, others, STEPS[me.role])]
        parts.sort(key=lambda p: (-p.late, -p.today, p.first))
        if not parts:
            continue
        late, today, soon = (sum(getattr(p, n) for p in parts) for n in ("late", "today", "soon"))
        counts = [(late, "逾期"), (today, "今天到期"), (soon, "三天内到期")]
        lines = [p.line for p in parts[:SHOWN]]
        if len(parts) > SHOWN:
            lines.append(f"另有 {len(parts) - SHOWN} 类事项，见“应办事项”。")
        yield Told(
            key=f"digest/{work.today}/{me.login}",
            login=me.login,
            kind="digest" if own else "escalation",
            title="，".join(f"{word} {n} 件" for n, word in counts if n),
            text="\n".join(lines),
            link="/" if own else "/obligations?state=overdue",
            group=me.role == COORDINATION and not spoken,  # a chat group reads it once, whoever has an account
        )
        spoken = spoken or me.role == COORDINATION


def urgent(work: Work) -> Iterator[Told]:
    """Clocks that run out within the day they were started: told as soon as they are there, to who must answer."""
    rules = [key for key, d in work.catalog.deadlines.items() if isinstance(d.due, SameDay | Within) and _short(d)]
    rows = select(O).where(
        O.rule.in_(rules), O.done_at.is_(None), O.due_at >= work.now, O.opened_at >= work.now - timedelta(days=1)
    )
    found = work.session.scalars(rows.order_by(O.id)).all()
    if not found:
        return
    spoken: set[int] = set()  # a chat group is told of each once, however many people must answer
    for me in everybody(work):
        where = mine.owes(work, me)
        if where is None:
            continue
        theirs = set(work.session.scalars(select(O.id).where(O.id.in_([row.id for row in found]), where)))
        for row in (r for r in found if r.id in theirs):
            one = work.catalog.deadlines[row.rule]
            by = f"{row.due_at.astimezone(TZ):%m-%d %H:%M}"
            yield Told(
                key=f"urgent/{row.rule}/{row.subject_id}/{me.login}",
                login=me.login,
                kind="urgent",
                title=f"{one.label}：{by} 前办理",
                text="，".join(filter(None, (f"编号 {row.subject_id}", one.settles))) + "。",
                link=f"/r/{work.catalog.key_of(one.of)}/{row.subject_id}" if one.of is not None else "/",
                at_once=True,
                group=row.id not in spoken,
            )
            spoken.add(row.id)


def remind(work: Work, ways: Mapping[str, bool] | None = None) -> str:
    """The daily job: everybody's digest, once however often it runs."""
    told = list(digests(work))
    many = messages.tell(work, told, ways or {}, after=awake(work.now))
    up = sum(1 for one in told if one.kind == "escalation")
    return f"提醒 {many} 人" + (f"，其中催办督促 {up} 人" if up else "")


def awake(now: datetime) -> datetime:
    """``now``, or the end of the quiet hours it falls in."""
    local = now.astimezone(TZ)
    begins, ends = QUIET
    if local.time() >= begins:
        return datetime.combine(local.date() + timedelta(days=1), ends, TZ)
    return datetime.combine(local.date(), ends, TZ) if local.time() < ends else now


def everybody(work: Work) -> list[Actor]:
    """Every account in use, as it answers today."""
    rows = select(Account).where(Account.active).order_by(Account.id)
    return accounts.actors_of(work.session, work.session.scalars(rows).all(), work.today)


def administrators(work: Work) -> list[str]:
    """The logins of who administers the platform."""
    return [me.login for me in everybody(work) if me.role == ADMINISTRATOR]


def _parts(work: Work, piles: Sequence[Pile], step: int | None) -> Iterator[Part]:
    """``piles`` by rule. ``step`` of the rule's ladder: only what is overdue for so long is told."""
    found: dict[str, list[Pile]] = {}
    for one in piles:
        found.setdefault(one.rule, []).append(one)
    for rule, own in found.items():
        deadline = work.catalog.deadlines[rule]
        if step is None:
            late, today, soon = (sum(getattr(p, n) for p in own) for n in ("late", "today", "soon"))
        else:
            late, today, soon = sum(p.since[deadline.ladder[step]] for p in own), 0, 0
        if late or today or soon:
            yield Part(deadline, late, today, soon, min(p.first for p in own))


def piles_of(work: Work, complexes: Collection[int] | None = None) -> list[Pile]:
    """Everything open that is due within three days or overdue, in one statement, put together as far as anybody is told
    of it together. ``complexes``: of these alone."""
    begun, today, soon = (end_of(work.today + timedelta(days=n)) for n in (-1, 0, SOON.days))
    steps = sorted({days for d in work.catalog.deadlines.values() for days in d.ladder})
    over = [func.sum(case((O.due_at <= end_of(work.today - timedelta(days=n)), 1), else_=0)) for n in steps]
    waived = and_(O.waived_until.is_not(None), O.waived_until >= work.today)
    whose = case((O.unit_kind == COMPLEX.name, 0), else_=O.unit_id)
    home = Complex.community_id if complexes is None else literal(None)
    rows = select(
        O.rule,
        O.unit_kind,
        whose,
        home,
        func.min(O.due_at),
        func.sum(case((O.due_at <= begun, 1), else_=0)),
        func.sum(case((and_(O.due_at > begun, O.due_at <= today), 1), else_=0)),
        func.sum(case((O.due_at > today, 1), else_=0)),
        *over,
    ).where(_unsettled(work), O.opened_at <= work.now, O.due_at <= soon, ~func.coalesce(waived, False))
    if complexes is None:
        at_home = and_(O.unit_kind == COMPLEX.name, Complex.id == O.unit_id)
        rows = rows.select_from(O).outerjoin(Complex, at_home).group_by(O.rule, O.unit_kind, whose, home)
    else:
        rows = rows.where(O.unit_kind == COMPLEX.name, O.unit_id.in_(complexes)).group_by(O.rule, O.unit_kind, whose)
    return [
        Pile(rule, kind, unit_id, community, day_of(first), n, t, s, dict(zip(steps, since, strict=True)))
        for rule, kind, unit_id, community, first, n, t, s, *since in work.session.execute(rows)
        if rule in work.catalog.deadlines
    ]


def _unsettled(work: Work) -> ColumnElement[bool]:
    """Open now. On a day gone by (the simulator's) what was settled later is open, too; no index knows of that."""
    later = select(KeptDay.day).where(KeptDay.day > work.today).limit(1)
    never = O.done_at.is_(None)
    return never if work.session.scalar(later) is None else or_(never, O.done_at > work.now)


def _short(deadline: Deadline) -> bool:
    due = deadline.due
    return isinstance(due, SameDay) or (isinstance(due, Within) and 0 < due.hours <= 24)
