"""综合报告: on the page with every figure a link, and as the files the offices file."""

from __future__ import annotations

import io

from flask import Blueprint, abort, request, send_file
from flask.typing import ResponseReturnValue

from core.render import FORMATS, file_name, render
from core.services import reports
from core.web import frame

bp = Blueprint("report", __name__)


@bp.route("/report")
def show() -> ResponseReturnValue:
    work = frame.reading()
    day = frame.as_of(work)
    document = reports.combined(work, day)
    shape = request.args.get("format", "")
    if not shape:
        return frame.page("report.html", day=day, document=document)
    if shape not in FORMATS:
        abort(404)
    return send_file(
        io.BytesIO(render(document, shape)),
        mimetype=FORMATS[shape].mime,
        as_attachment=True,
        download_name=file_name(document, shape),
    )
