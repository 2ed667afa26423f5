"""督办: papers the system proposes by colour, and those in hand until they are closed. A proposal is drafted in its form."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from core.base.notice import Colour
from core.services.messaging import notices
from core.web import frame

bp = Blueprint("notices", __name__)


@bp.route("/notices")
def show() -> ResponseReturnValue:
    work = frame.reading()
    in_hand = notices.in_hand(work)
    proposals = notices.proposals(work, in_hand)
    by_colour = {colour: [p for p in proposals if p.case.colour is colour] for colour in Colour}
    return frame.page("notices.html", by_colour=by_colour, in_hand=in_hand, may=notices.may_draft(work))
