"""作战图, the wall chart of complexes by actions, and 红黑榜, the league table of communities."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from core.services import heat, league, reports
from core.web import frame

bp = Blueprint("wall", __name__)


@bp.route("/wall")
def chart() -> ResponseReturnValue:
    """Up to 120 complexes one by one under their group; beyond that the groups, each of which opens its complexes."""
    work = frame.reading()
    day = frame.as_of(work)
    by = request.args.get("by", "") if request.args.get("by") in heat.GROUPS else "community"
    every = heat.groups(work, day, by)
    asked = request.args.get("group", "")
    chosen = [g for g in every if str(g.key) == asked]
    many = sum(len(g.rows) for g in every)
    found = chosen or every
    columns = [a for a in reports.actions(work, day) if a.slug in heat.asked_of_complexes(work)]
    return frame.page(
        "wall.html",
        day=day,
        by=by,
        every=every,
        groups=found,
        group=chosen[0] if chosen else None,
        unfolded=bool(chosen) or many <= heat.MOST or "all" in request.args,
        many=many,
        columns=columns,
        full="full" in request.args,
        nothing=heat.Cell(),
        worst=sorted((r for g in found for r in g.rows if r.total.late), key=lambda r: -r.total.late)[:5],
        args={k: v for k, v in request.args.items() if k in ("by", "group", "all", "as_of")},
    )


@bp.route("/league")
def table() -> ResponseReturnValue:
    work = frame.reading()
    day = frame.as_of(work)
    return frame.page(
        "league.html",
        day=day,
        rows=league.moved(work, day),
        formula=league.FORMULA,
        unranked=league.UNRANKED,
        back=league.BACK.days,
    )
