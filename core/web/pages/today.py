"""今日: what came back, what a person owes today and this week, what waits for them. By role."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import and_

from core.base.blocks import Light
from core.base.units import COMPLEX
from core.services.measuring import figures
from core.services.owing import agenda, duties, handed, mine
from core.services.owing.obligations import Obligation
from core.services.permission import access, rights
from core.services.permission.access import DEPARTMENT, LINKED, OFFICER
from core.services.writing import grids, offered
from core.web import frame

bp = Blueprint("today", __name__)


@bp.route("/")
def home() -> ResponseReturnValue:
    work, me = frame.reading(), frame.actor()
    if (elsewhere := _desk(me)) is not None:
        return redirect(url_for(elsewhere))
    where = mine.sees(work, me)
    back, letters = handed.sent_back(work, me), handed.papers(work, me)
    told = {(one.key, one.record_id) for one in (*back, *letters)}
    today, week = ([], []) if where is None else agenda.due(work, where, told)
    late = [] if where is None else duties.late_by_rule(work, and_(where, Obligation.due_at < work.now))
    chosen = [i for i in work.catalog.indicators.values() if i.key.partition(".")[0] in me.leads]
    lights = figures.indicators(work, work.today, chosen) if chosen and me.role in (DEPARTMENT, LINKED) else ()
    return frame.page(
        "today.html",
        back=back,
        letters=letters,
        due_today=today,
        week=week,
        late=late,
        homeless=me.role in (OFFICER, rights.GRID, rights.COMPANY) and offered.nothing(work, COMPLEX),
        tasks=agenda.tasks(work, me),
        gridded={key for key in work.catalog.records if grids.fits(work, key)},
        red=[one for one in lights if one.light is Light.RED],
        others=[one for one in lights if one.light is not Light.RED],
    )


def _desk(me: access.Actor) -> str | None:
    """Where who owes nothing begins: the overview, or what they guard."""
    if me.reads_all:
        return "overview.show"
    if me.may(rights.FORMS):
        return None
    desks = {rights.AUDIT: "journal.show", rights.GRANT: "grants.index"}
    return next((page for right, page in desks.items() if me.may(right)), "status.show")
