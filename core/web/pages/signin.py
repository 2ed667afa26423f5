"""Signing in (name and password, or a one-time link) and out."""

from __future__ import annotations

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.services import access, accounts
from core.web import frame

bp = Blueprint("signin", __name__)


@bp.route("/signin", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    where = frame.inside(request.values.get("next", "/"))
    if request.method == "GET":
        return render_template("signin.html", next=where, failed=False, expired="expired" in request.args)
    login, password = request.form.get("login", "").strip(), request.form.get("password", "")
    with frame.platform().work(access.SYSTEM_ACTOR) as work:
        secret = accounts.sign_in(work.session, login, password, accounts.real_now())
    if secret is None:
        return render_template("signin.html", next=where, failed=True, login=login), 401
    return _remember(secret, where)


@bp.route("/enter/<token>")
def enter(token: str) -> ResponseReturnValue:
    with frame.platform().work(access.SYSTEM_ACTOR) as work:
        secret = accounts.enter(work.session, token, accounts.real_now())
    if secret is None:
        return render_template("signin.html", next="/", failed=False, used=True), 401
    return _remember(secret, "/")


@bp.route("/signout", methods=["POST"])
def sign_out() -> ResponseReturnValue:
    secret = g.get("secret")
    with frame.writing() as work:
        if secret:
            accounts.leave(work.session, secret, accounts.real_now())
    answer = redirect(url_for("signin.sign_in"))
    answer.delete_cookie(frame.COOKIE)
    return answer


def _remember(secret: str, where: str) -> ResponseReturnValue:
    """The cookie of a new session; the one before it on this browser ends."""
    if earlier := request.cookies.get(frame.COOKIE):
        with frame.platform().work(access.SYSTEM_ACTOR) as work:
            accounts.leave(work.session, earlier, accounts.real_now())
    answer = redirect(where)
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(frame.COOKIE, secret, httponly=True, samesite="Lax", secure=secure, max_age=7 * 86400)
    return answer
