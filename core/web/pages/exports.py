"""我的导出: what is too large for a request is made beside it; how far it is, and the file for a day, for who asked alone."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.base.errors import Invalid
from core.services.exports import asked
from core.services.identity.accounts import real_now
from core.web import frame
from core.web.language import translated

bp = Blueprint("exports", __name__)


@bp.route("/exports")
def index() -> ResponseReturnValue:
    work = frame.reading()
    return frame.page("exports.html", found=asked.mine(work, real_now()), large=asked.LARGE)


@bp.route("/exports/<token>")
def fetch(token: str) -> ResponseReturnValue:
    row, file = asked.fetch(frame.reading(), frame.platform().config, token, real_now())
    answer = send_file(file.absolute(), as_attachment=True, download_name=row.name, max_age=0)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def asked_for(key: str, words: Mapping[str, str], name: str, total: int) -> ResponseReturnValue:
    """Put it in the queue and lead to where its progress is seen."""
    try:
        with frame.writing("sheet") as work:
            asked.ask(work, key, words, name, total)
        flash(_("共 %(n)s 行，正在后台生成，可以离开本页；生成后在“消息”里告诉您。", n=total))
    except Invalid as error:
        flash(translated(error.problems[0].text))
    return redirect(url_for("exports.index"))
