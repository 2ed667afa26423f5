"""今日: what a person owes, what came back, what waits for them. By role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import and_, func, literal, select, union_all

from core.base.record import Record
from core.base.units import ACTION, COMPLEX
from core.services.measuring import figures
from core.services.owing import duties, mine
from core.services.owing.obligations import Obligation
from core.services.permission import access, rights
from core.services.permission.access import DEPARTMENT, LINKED, OFFICER
from core.services.work import Work
from core.services.writing import offered
from core.web import frame

bp = Blueprint("today", __name__)
AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Waiting:
    """Records of one kind that wait for the person."""

    key: str
    label: str
    state: str
    state_label: str
    count: int


@bp.route("/")
def home() -> ResponseReturnValue:
    work, me = frame.reading(), frame.actor()
    if (elsewhere := _desk(me)) is not None:
        return redirect(url_for(elsewhere))
    where = mine.sees(work, me)
    past = Obligation.due_at < work.now
    soon = [] if where is None else duties.owed_by(work, and_(where, ~past), work.today + AHEAD)
    late = [] if where is None else duties.late_by_rule(work, and_(where, past))
    chosen = [i for i in work.catalog.indicators.values() if i.key.partition(".")[0] in me.leads]
    return frame.page(
        "today.html",
        late=late,
        soon=soon,
        waiting=waiting(work, me),
        homeless=me.role in (OFFICER, rights.GRID, rights.COMPANY) and offered.nothing(work, COMPLEX),
        lights=figures.indicators(work, work.today, chosen) if chosen and me.role in (DEPARTMENT, LINKED) else (),
    )


def _desk(me: access.Actor) -> str | None:
    """Where who owes nothing begins: the overview, or what they guard."""
    if me.reads_all:
        return "overview.show"
    if me.may(rights.FORMS):
        return None
    desks = {rights.AUDIT: "journal.show", rights.GRANT: "grants.index"}
    return next((page for right, page in desks.items() if me.may(right)), "status.show")


def waiting(work: Work, me: access.Actor) -> list[Waiting]:
    """What the person can move on: sent back to a reporter, reported to a lead, found or being mended."""
    parts = []
    for key, model in work.catalog.records.items():
        slug = key.partition(".")[0]
        if states := _states(model, me, slug):
            where = (model.state.in_(states), access.answerable(me, slug, model))
            parts.append(select(literal(key), model.state, func.count()).where(*where).group_by(model.state))
    found = work.session.execute(union_all(*parts)).all() if parts else []
    out = [_waiting(key, work.catalog.records[key], state, many) for key, state, many in found]
    return sorted(
        out, key=lambda w: work.catalog.records[w.key].workflow.state(w.state).counts
    )  # what was sent back first


def _waiting(key: str, model: type[Record], state: str, many: int) -> Waiting:
    return Waiting(key, model.label, state, model.workflow.state(state).label, many)


def _states(model: type[Record], me: access.Actor, slug: str) -> Sequence[str]:
    """The states a step leads out of that the person's role may take."""
    whose = access.Whose(slug, model.unit, me.department_id or 0, me.community_id)
    roles = access.relation(me, whose)
    if (
        me.role in (OFFICER, rights.GRID)
        or (me.role == rights.COMPANY and model.firm)
        or (model.unit == ACTION and me.heads)
    ):
        roles |= {"reporter"}
    found = [s for t in model.workflow.transitions if roles & set(t.by) for s in t.source]
    open_states = [
        s for s in dict.fromkeys(found) if not (model.workflow.state(s).closed or model.workflow.state(s).rest)
    ]
    return [] if me.reads_all else open_states
