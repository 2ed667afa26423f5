"""综合报告 of an area and a period: on the page with every figure a link, and as the files the offices file. And the other
documents plugins compile for a week or a month."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from core.base.blocks import Document
from core.base.units import COMMUNITY
from core.base.window import Period
from core.render import FORMATS, file_name, render
from core.services.measuring import places
from core.services.reporting import compilations, documents, editions
from core.web import frame, taken_out

bp = Blueprint("report", __name__)
PERIODS = (Period.WEEK, Period.MONTH)


@bp.route("/report")
def show() -> ResponseReturnValue:
    work = frame.reading()
    day = frame.as_of(work)
    place = places.asked(work, request.args)
    period = next((p for p in PERIODS if p.value == request.args.get("period")), None)
    before = editions.before(work, day) if place is None else None
    document = documents.report(work, day, period=period, place=place, before=before)
    if "format" in request.args:
        return _file(document, "report")
    asked = {"as_of": day.isoformat(), "period": period.value if period else "", **dict(place.query if place else ())}
    return frame.page(
        "report.html",
        day=day,
        document=document,
        asked=asked,
        communities=work.look.names(COMMUNITY),
        areas=places.choices(work),
        compilations=compilations.offered(work),
    )


@bp.route("/report/documents/<key>")
def compiled(key: str) -> ResponseReturnValue:
    work = frame.reading()
    day = frame.as_of(work)
    document = documents.compiled(work, key, day)
    if "format" in request.args:
        return _file(document, key)
    return frame.page("compilation.html", day=day, document=document, one=work.catalog.compilations[key])


def _file(document: Document, subject: str) -> ResponseReturnValue:
    shape = request.args["format"]
    if shape not in FORMATS:
        abort(404)
    content, told = render(document, shape), {"path": [None, request.query_string.decode(errors="replace")[:200]]}
    return taken_out.file(content, file_name(document, shape), FORMATS[shape].mime, subject, told=told)
