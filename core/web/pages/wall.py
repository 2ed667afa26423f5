"""作战图, the wall chart of complexes by actions, and 红黑榜, the league table of communities."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from core.render import file_name, render
from core.services.measuring import heat, league
from core.services.reporting import reports, standing
from core.web import frame, taken_out

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
    page, pages = 1, 1
    if chosen and len(chosen[0].rows) > heat.MOST:  # one very large group: the most late ones first, page by page
        rows = sorted(chosen[0].rows, key=lambda r: -r.total.late)
        pages = -(-len(rows) // heat.MOST)
        page = min(max(request.args.get("page", 1, type=int), 1), pages)
        found = [heat.Group(asked, chosen[0].label, rows[(page - 1) * heat.MOST : page * heat.MOST])]
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
        page=page,
        pages=pages,
        args={k: v for k, v in request.args.items() if k in ("by", "group", "all", "as_of")},
    )


@bp.route("/league")
def table() -> ResponseReturnValue:
    work = frame.reading()
    day = frame.as_of(work)
    back = int(asked) if (asked := request.args.get("back", "")) in map(str, league.BACKS) else league.BACKS[-1]
    rows = league.moved(work, day, back)
    if request.args.get("format") == "xlsx":
        document = standing.league_document(work, rows, day, back)
        return taken_out.file(render(document, "xlsx"), file_name(document, "xlsx"), taken_out.XLSX, "league")
    return frame.page(
        "league.html",
        day=day,
        rows=rows,
        formula=league.FORMULA,
        unranked=league.UNRANKED,
        red=league.RED_LIST,
        back=back,
        backs=league.BACKS,
    )
