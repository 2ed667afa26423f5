"""The rows behind a figure: an indicator's or a deadline's, down to units and to the records that are its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.base.describe import Indicator
from core.base.facts import IndicatorFacts
from core.base.units import COMMUNITY, COMPLEX
from core.base.window import FAR
from core.estate.units import Complex
from core.services import duties, figures, listing, reports
from core.services.work import Work
from core.web import frame
from core.web.pages.workspace import trend

bp = Blueprint("figures", __name__)


@dataclass(frozen=True)
class UnitRow:
    unit_id: int
    name: str
    community_id: int | None
    community: str
    n: int
    d: int


@bp.route("/i/<key>")
def indicator(key: str) -> ResponseReturnValue:
    work = frame.reading()
    found = work.catalog.indicators.get(key)
    if found is None:
        abort(404)
    day = frame.as_of(work)
    (facts,) = figures.indicators(work, day, [found])
    asked = listing.Asked.read(request.args)
    rows = [r for r in _units(work, found, day) if asked.community in (None, r.community_id)]
    span = facts.window
    action = reports.gather(work, day, key.partition(".")[0])[0].action
    return frame.page(
        "figure.html",
        day=day,
        facts=facts,
        action=action,
        trend=trend(work, facts),
        missing=[r for r in rows if r.n < r.d],
        rows=rows,
        asked=asked,
        evidence=[
            (work.catalog.key_of(r), r, _latest(work, work.catalog.key_of(r), facts, asked)) for r in found.evidence
        ],
        since=span.start,
        until=day if span.end == FAR else span.day,
        kind=found.unit,
    )


@bp.route("/d/<key>")
def deadline(key: str) -> ResponseReturnValue:
    work = frame.reading()
    found = work.catalog.deadlines.get(key)
    if found is None:
        abort(404)
    day = frame.as_of(work)
    (facts,) = duties.deadlines(work, day, [found])
    period = request.args.get("period", facts.period)
    rows = duties.listing(work, key, period if period != "all" else None)
    wanted = request.args.get("status", "")
    answers = work.catalog.key_of(found.answers) if found.answers else ""
    return frame.page(
        "duty.html",
        day=day,
        facts=facts,
        period=period,
        rows=[r for r in rows if not wanted or r.status.value == wanted],
        counts={s: sum(1 for r in rows if r.status is s) for s in {r.status for r in rows}},
        answers=answers,
    )


def _units(work: Work, found: Indicator, day: date) -> list[UnitRow]:
    rows = figures.units(work, found, day)
    kind = found.unit
    homes: dict[int, int] = {}
    if kind == COMPLEX:
        homes = dict(work.session.execute(select(Complex.id, Complex.community_id)).all())  # type: ignore[arg-type]
    out = []
    for one in rows:
        home = homes.get(one.unit_id) if kind == COMPLEX else one.unit_id if kind == COMMUNITY else None
        name = work.look.names(kind).get(one.unit_id, f"#{one.unit_id}")
        community = work.look.names(COMMUNITY).get(home, "") if home else ""
        out.append(UnitRow(one.unit_id, name, home, community, one.n, one.d))
    return sorted(out, key=lambda r: (r.n >= r.d, r.community, r.name))


def _latest(work: Work, key: str, facts: IndicatorFacts, asked: listing.Asked) -> listing.Found:
    """The newest records of the figure's window, of the community asked for."""
    span = facts.window
    until = span.as_of if span.end == FAR else span.day
    return listing.find(
        work, key, listing.Asked(community=asked.community, unit=asked.unit, since=span.start, until=until)
    )
