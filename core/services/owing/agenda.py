"""What a person has to do now: duties that can be done today, those of one rule and day together; and records that wait for a
step of theirs, said as that step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, literal, select, union_all

from core.base.describe import Deadline
from core.base.record import Record
from core.base.status import Status
from core.base.units import ACTION
from core.base.window import day_of
from core.base.workflow import Transition
from core.services.owing import duties
from core.services.owing.duties import Duty
from core.services.owing.obligations import Obligation
from core.services.permission import access, rights
from core.services.permission.access import OFFICER, Actor
from core.services.work import Work

AHEAD = timedelta(days=7)
MOST = 1000  # duties of a week; a company may serve hundreds of complexes
NAMED = 2  # steps a task names


@dataclass(frozen=True, kw_only=True)
class Heap:
    """Duties of one rule that are due on the same day, or past due: a daily patrol of eight complexes is one thing to do.
    ``due_at``: of the earliest."""

    deadline: Deadline
    due_at: datetime
    duties: Sequence[Duty]


@dataclass(frozen=True)
class Task:
    """Records of one kind in one state, and the steps the person may take from it."""

    key: str
    label: str
    state: str
    steps: Sequence[str]
    count: int


def due(
    work: Work, where: ColumnElement[bool], told: Collection[tuple[str, int]] = ()
) -> tuple[list[Heap], list[Heap]]:
    """What is due today, and within a week; without what can't be done yet (tomorrow's patrol), what is past due, and the
    clocks of records ``told`` of already (by key and id)."""
    now = and_(where, Obligation.due_at >= work.now, Obligation.opened_at <= work.now)
    owed = duties.owed_by(work, now, work.today + AHEAD, MOST)
    found = heaps(
        [d for d in owed if d.deadline.of is None or (work.catalog.key_of(d.deadline.of), d.subject_id) not in told]
    )
    today = [one for one in found if day_of(one.due_at) == work.today]
    return today, [one for one in found if day_of(one.due_at) != work.today]


def heaps(found: Sequence[Duty]) -> list[Heap]:
    """``found`` by rule and day, what is past due by rule alone, in the order of the first of each. A clock is a case of its own
    and stays alone."""
    out: dict[object, list[Duty]] = {}
    for one in found:
        day = None if one.status is Status.OVERDUE else day_of(one.due_at)
        out.setdefault((one.deadline.key, day, one.unit_kind, one.subject_id and one.id), []).append(one)
    return [Heap(deadline=own[0].deadline, due_at=own[0].due_at, duties=own) for own in out.values()]


def tasks(work: Work, me: Actor) -> list[Task]:
    """What the person can move on, what counts nowhere yet first: reported to a lead, found or being mended."""
    records, parts = work.catalog.records, []
    for key, model in records.items():
        if states := list(_open_steps(model, me, key.partition(".")[0])):
            where = (model.state.in_(states), access.answerable(me, key.partition(".")[0], model))
            parts.append(select(literal(key), model.state, func.count()).where(*where).group_by(model.state))
    found = work.session.execute(union_all(*parts)).all() if parts else []
    out = [_task(me, key, records[key], state, many) for key, state, many in found]
    return sorted(out, key=lambda one: records[one.key].workflow.state(one.state).counts)


def _task(me: Actor, key: str, model: type[Record], state: str, many: int) -> Task:
    """Named by the steps onward; the way back, which asks for a reason, only if there is no other."""
    steps = _open_steps(model, me, key.partition(".")[0])[state]
    onward = [t for t in steps if not t.needs_remark] or steps
    return Task(key, model.label, state, list(dict.fromkeys(t.label for t in onward))[:NAMED], many)


def _open_steps(model: type[Record], me: Actor, slug: str) -> dict[str, list[Transition]]:
    """The states something is expected in, each with the steps out of it that the person's role may take; without those only a
    return leads to, which whose it is finds by itself (handed.py)."""
    if me.reads_all:
        return {}
    whose = access.Whose(slug, model.unit, me.department_id or 0, me.community_id)
    roles = access.relation(me, whose)
    reports = me.role in (OFFICER, rights.GRID) or (me.role == rights.COMPANY and model.firm)
    if reports or (model.unit == ACTION and me.heads):
        roles |= {"reporter"}
    flow, out = model.workflow, dict[str, list[Transition]]()
    over = {s.key for s in flow.states if s.closed or s.rest}
    over |= {t.target for t in flow.transitions if flow.sends_back(t) and flow.handing_in(t.target)}
    for step in flow.transitions:
        for state in step.source if roles & set(step.by) else ():
            if state not in over:
                out.setdefault(state, []).append(step)
    return out
