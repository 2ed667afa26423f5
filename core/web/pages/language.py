"""The switch between Chinese and English; it is kept in the browser."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from core.web import language
from core.web.frame import inside

bp = Blueprint("language", __name__)


@bp.route("/language/<code>")
def choose(code: str) -> ResponseReturnValue:
    if code not in language.LANGUAGES:
        abort(404)
    answer = redirect(inside(request.args.get("next", "/")))
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(language.COOKIE, code, httponly=True, samesite="Lax", secure=secure, max_age=365 * 86400)
    return answer
