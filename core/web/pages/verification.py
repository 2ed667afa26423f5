"""Whether the journal is whole, the anchors to be printed or mailed, and taking lines out: for who audits."""

from __future__ import annotations

import io
from datetime import date

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from core.base.errors import Invalid
from core.services.audit import journal_anchor, journal_chain, journal_export, journal_verify
from core.services.exports import asked as queue
from core.web import frame, taken_out
from core.web.pages import exports

bp = Blueprint("verification", __name__)
SHOWN = 31  # anchors a page lists; the file holds them all


@bp.route("/journal/verification")
def show() -> ResponseReturnValue:
    """What was written since the last anchor, reckoned anew while the page is asked for; ``?all``: from the first line on."""
    return _page()


@bp.route("/journal/export", methods=["POST"])
def export() -> ResponseReturnValue:
    try:
        since, until = (date.fromisoformat(request.form.get(name, "")) for name in ("from", "to"))
    except ValueError:
        return _page(unread=True), 422
    form = request.form.get("form", "xlsx")
    if form not in journal_export.FORMATS:
        abort(400)
    name, total = f"journal-{since}-{until}.{form}", journal_export.count(frame.reading(), since, until)
    if total >= queue.LARGE:
        words = {"from": since.isoformat(), "to": until.isoformat(), "form": form}
        return exports.asked_for(journal_chain.SUBJECT, words, name, total)
    out = io.BytesIO()
    many = journal_export.export(frame.reading(), since, until, form, out)
    with frame.writing() as work:
        journal_export.told(work, since, until, many)
    mime = taken_out.XLSX if form == "xlsx" else "application/jsonl"
    return taken_out.sent(out.getvalue(), name, mime)


def _page(*, unread: bool = False) -> str:
    work = frame.reading()
    try:
        anchors, problem = journal_anchor.read(journal_anchor.file_in(frame.platform().config.data)), None
    except Invalid as error:
        anchors, problem = (), error.problems[0].text
    connection, whole = work.session.connection(), "all" in request.args or not anchors
    found = journal_verify.verify(connection, anchors) if whole else journal_anchor.since_last(connection, anchors)
    return frame.page(
        "verification.html",
        found=found,
        whole=whole,
        problem=problem,
        anchors=[(one, journal_anchor.text(one)) for one in reversed(anchors[-SHOWN:])],
        unread=unread,
    )
