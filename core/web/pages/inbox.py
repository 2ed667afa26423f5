"""消息: what the system has told a person, newest first, and the calendar they may subscribe to."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.services.messaging import messages
from core.services.owing import feeds
from core.web import frame

bp = Blueprint("inbox", __name__)


@bp.route("/inbox")
def show() -> ResponseReturnValue:
    work, me = frame.reading(), frame.actor()
    before = request.args.get("before", type=int)
    found = messages.inbox(work, me.login, before=before)
    return frame.page("inbox.html", found=found, more=found[-1].id if len(found) == 50 else None, feed=feeds.has(work))


@bp.route("/inbox/read", methods=["POST"])
def read() -> ResponseReturnValue:
    up_to = request.form.get("up_to", "")
    if not up_to.isdecimal() or len(up_to) > 9:
        abort(400)
    with frame.writing() as work:
        messages.read(work, work.actor.login, int(up_to))
    return redirect(url_for("inbox.show"))


@bp.route("/inbox/calendar", methods=["POST"])
def subscribe() -> ResponseReturnValue:
    """A private address of one's duties for a calendar program; the one given before ends."""
    with frame.writing() as work:
        secret = feeds.open_feed(work)
    return frame.page("feed.html", address=url_for("inbox.feed", secret=secret, _external=True))


@bp.route("/calendar/<secret>.ics")
def feed(secret: str) -> ResponseReturnValue:
    work = frame.reading()
    found = feeds.calendar(work, secret)
    if found is None:
        abort(404)
    return found, 200, {"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, max-age=900"}
