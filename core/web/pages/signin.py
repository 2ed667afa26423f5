"""Signing in (name and password, or a one-time link; then the code of a second factor, where there is one) and out."""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.services.identity import accounts, sessions, signing_in
from core.services.identity.policy import LONGEST
from core.services.identity.signing_in import Entry
from core.web import frame

bp = Blueprint("signin", __name__)


@bp.route("/signin", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    where = frame.inside(request.values.get("next", "/"))
    if request.method == "GET":
        return _form(where, expired="expired" in request.args)
    login, password = request.form.get("login", "").strip(), request.form.get("password", "")
    found = signing_in.by_password(frame.platform(), login, password, frame.whence(), accounts.real_now())
    if found.secret or found.waiting:
        return admitted(found, where)
    page = _form(where, failed=found.wait is None, wait=found.wait, login=login)
    if found.wait is None:
        return page, 401
    seconds = int((found.wait - accounts.real_now()).total_seconds()) + 1
    return page, 429, {"Retry-After": str(seconds)}


@bp.route("/enter/<token>", methods=["GET", "POST"])
def enter(token: str) -> ResponseReturnValue:
    """A chat that looks at the link for a preview uses nothing up: only the button does."""
    if request.method == "POST":
        found = signing_in.by_link(frame.platform(), token, frame.whence(), accounts.real_now())
        if found.secret or found.waiting:
            return admitted(found, "/")
    account = signing_in.behind(frame.reading().session, token, accounts.real_now())
    if account is None:
        return _form("/", used=True), 401
    return render_template("enter.html", account=account)


@bp.route("/signin/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """The second step; too late or too often wrong leads back to the first."""
    where = frame.inside(request.values.get("next", "/"))
    secret = request.cookies.get(frame.cookie(), "")
    if request.method == "GET":
        return render_template("signin_code.html", next=where, failed=False)
    typed = request.form.get("code", "")[:40]
    found = signing_in.by_code(frame.platform(), secret, typed, frame.whence(), accounts.real_now())
    if found is None:
        return redirect(url_for("signin.sign_in", next=where, again=1))
    if not found.secret:
        return render_template("signin_code.html", next=where, failed=True), 401
    return admitted(found, where)


@bp.route("/signout", methods=["POST"])
def sign_out() -> ResponseReturnValue:
    secret = g.get("secret")
    with frame.writing() as work:
        if secret:
            signing_in.leave(work, secret, accounts.real_now())
    return forgotten()


def forgotten() -> ResponseReturnValue:
    """Nobody is signed in on this browser any more."""
    answer = redirect(url_for("signin.sign_in"))
    answer.delete_cookie(frame.cookie(), secure=frame.secure(), httponly=True, samesite="Lax")
    session.clear()
    return answer


def admitted(found: Entry, where: str) -> ResponseReturnValue:
    """On to ``where``, by the code's page if one is owed; whose role is not granted yet is told so."""
    if found.waiting:
        return render_template("waiting.html"), 403
    return remembered(found.secret, url_for("signin.code", next=where) if found.half else where)


def remembered(secret: str, where: str) -> ResponseReturnValue:
    """The cookie of a new session; the one before it on this browser ends, and nothing of it stays (A06)."""
    if earlier := request.cookies.get(frame.cookie()):
        with frame.platform().db.writing() as store:
            sessions.end(store, earlier, accounts.real_now())
    session.clear()
    answer = make_response(redirect(where))
    answer.set_cookie(frame.cookie(), secret, max_age=LONGEST, secure=frame.secure(), httponly=True, samesite="Lax")
    return answer


def _form(where: str, **said: object) -> str:
    return render_template("signin.html", next=where, again="again" in request.args, rules=frame.rules(), **said)
