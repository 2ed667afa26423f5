"""总览: all actions on one screen, the milestones, and who is red and why."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.base.blocks import Light
from core.base.facts import Facts
from core.estate.campaign import Milestone
from core.services import reports
from core.web import frame

bp = Blueprint("overview", __name__)


@dataclass(frozen=True)
class Row:
    """One action on the overview."""

    facts: Facts
    light: Light
    counts: dict[Light, int]
    overdue: int
    on_time: tuple[int, int]
    state: str


@bp.route("/overview")
def show() -> ResponseReturnValue:
    work = frame.reading()
    day = frame.as_of(work)
    rows = [_row(facts, _state(facts.action.slug)) for facts in reports.gather(work, day)]
    milestones = work.session.scalars(select(Milestone).order_by(Milestone.due_on)).all()
    red = [(r.facts.action, i) for r in rows for i in r.facts.indicators if i.light is Light.RED]
    return frame.page("overview.html", day=day, rows=rows, milestones=milestones, red=red)


def _row(facts: Facts, state: str) -> Row:
    judged = [i.light for i in facts.indicators if i.target is not None]
    met, due = (sum(d.on_time[k] for d in facts.deadlines) for k in (0, 1))
    return Row(
        facts=facts,
        light=reports.worst(facts),
        counts={light: judged.count(light) for light in Light},
        overdue=sum(d.overdue for d in facts.deadlines),
        on_time=(met, due),
        state=state,
    )


def _state(slug: str) -> str:
    catalog = frame.platform().catalog
    if catalog.fault_of(slug) is not None:
        return "fault"
    plugin = catalog.plugins.get(slug)
    return "missing" if plugin is None else "built" if plugin.records else "announced"
