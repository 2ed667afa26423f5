"""The rows behind a figure: an indicator's or a deadline's, down to units and to the records that are its evidence."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.base.describe import Indicator
from core.base.facts import ActionFacts, GroupFigure, IndicatorFacts
from core.base.units import COMMUNITY, COMPLEX, STREET
from core.base.window import FAR, Period, windows
from core.estate.units import ComplexTerm
from core.services.lists import listing
from core.services.measuring import figures, places, why
from core.services.measuring.places import Place
from core.services.measuring.why import UnitRow
from core.services.owing import duties, duty_rows
from core.services.reporting import reports
from core.services.work import Work
from core.web import frame
from core.web.pages.workspace import drawn

bp = Blueprint("figures", __name__)


@bp.route("/i/<key>")
def indicator(key: str) -> ResponseReturnValue:
    work = frame.reading()
    found = work.catalog.indicators.get(key)
    if found is None:
        abort(404)
    periods = _periods(work, found)
    day = _day(work, periods)
    (facts,) = figures.indicators(work, day, [found])
    asked = listing.Asked.read(request.args)
    place = places.asked(work, request.args)
    every = _units(work, facts, day)
    span = facts.window
    return frame.page(
        "figure.html",
        day=day,
        facts=facts,
        action=_action(work, key, day),
        formula=why.FORMULAS[found.shape],
        expected=why.amount(found, facts.pace.expected),
        why=why.explain(facts, every),
        trend=drawn(work, [facts], day)[key],
        groups=_groups(work, facts),
        rows=[r for r in every if place is None or r.community_id in place.communities or _is_part(found, r, place)],
        within=dict(place.query) if place else {},
        chosen=place.name if place else "",
        asked=asked,
        evidence=[
            (work.catalog.key_of(r), r, _latest(work, work.catalog.key_of(r), facts, asked, place))
            for r in found.evidence
        ],
        since=span.start,
        until=day if span.end == FAR else span.day,
        periods=periods,
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
    place = places.asked(work, request.args)
    rows = duty_rows.find(
        work,
        facts,
        day,
        period=request.args.get("period", ""),
        status=request.args.get("status", ""),
        place=place,
        page=request.args.get("page", 1, type=int),
    )
    return frame.page(
        "duty.html",
        day=day,
        facts=facts,
        found=rows,
        within=dict(place.query) if place else {},
        chosen=place.name if place else "",
        action=_action(work, key, day),
        periods=duty_rows.periods(work, found, day),
        answers=work.catalog.key_of(found.answers) if found.answers else "",
    )


def _action(work: Work, key: str, day: date) -> ActionFacts:
    """Whose figure it is, with who leads it on the day."""
    return next(a for a in reports.actions(work, day) if a.slug == key.partition(".")[0])


def _periods(work: Work, found: Indicator) -> dict[str, date]:
    """The last day of each period so far, newest first; nothing for what runs through the whole campaign."""
    if found.every is Period.ONCE:
        return {}
    start, today = work.campaign.starts_on, work.today
    held = windows(found.every, start, max(today, start), campaign_start=start, as_of=today)
    return {w.key: min(w.end, today) for w in reversed(list(held))}


def _day(work: Work, periods: dict[str, date]) -> date:
    """The day asked for; a period named without one is looked at from its last day."""
    named = request.args.get("period", "")
    return periods[named] if named in periods and not request.args.get("as_of") else frame.as_of(work)


def _units(work: Work, facts: IndicatorFacts, day: date) -> list[UnitRow]:
    """Every unit's part, what is missing first, each under the community it belonged to on the day."""
    found = facts.indicator
    parts = figures.units(work, found, day)
    homes = _homes(work, facts.window.day) if found.unit == COMPLEX else {}
    names, communities = work.look.names(found.unit), work.look.names(COMMUNITY)
    out = []
    for one in parts:
        home = one.unit_id if found.unit == COMMUNITY else homes.get(one.unit_id)
        row = UnitRow(
            unit_id=one.unit_id,
            name=names.get(one.unit_id, f"#{one.unit_id}"),
            community_id=home,
            community=communities.get(home, "") if home else "",
            n=one.n,
            d=one.d,
            short=why.short(found, facts, one.n, one.d),
        )
        out.append(row)
    return sorted(out, key=lambda r: (not r.short, r.community, r.name))


def _is_part(found: Indicator, row: UnitRow, place: Place) -> bool:
    """Of what is counted by street: the row is one of the place's own areas."""
    return found.unit == STREET and row.unit_id in place.areas


def _homes(work: Work, day: date) -> dict[int, int]:
    rows = select(ComplexTerm.complex_id, ComplexTerm.community_id)
    return dict(work.session.execute(rows.where(ComplexTerm.since <= day, ComplexTerm.until >= day)).all())


def _groups(work: Work, facts: IndicatorFacts) -> list[tuple[int | None, GroupFigure, str]]:
    """(community, its n and d, its figure) in order of name."""
    ids = {name: key for key, name in work.look.names(COMMUNITY).items()}
    one = facts.indicator
    return [(ids.get(g.group), g, why.amount(one, one.figure(g.n, g.d))) for g in facts.by_community]


def _latest(work: Work, key: str, facts: IndicatorFacts, asked: listing.Asked, place: Place | None) -> listing.Found:
    """The newest records of the figure's window, of the place asked for."""
    span = facts.window
    until = span.as_of if span.end == FAR else span.day
    within = place.communities if place else frozenset()
    return listing.find(work, key, listing.Asked(within=within, unit=asked.unit, since=span.start, until=until))
