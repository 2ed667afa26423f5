"""我的账号: one's own password, where one is signed in, the second factor. Also where one is led first, as long as a password
of one's own or a second factor is owed (frame.OWED)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.base.errors import Invalid
from core.services.exchange import tokens
from core.services.identity import accounts, passwords, second_factor, sessions, signing_in
from core.services.identity.accounts import Account
from core.services.identity.sessions import SignIn
from core.services.work import Work
from core.web import frame, qr
from core.web.pages import signin

bp = Blueprint("me", __name__)
FRESH = timedelta(minutes=15)  # so long after a one-time link a forgotten password is not asked for


@bp.route("/me")
def show() -> ResponseReturnValue:
    work, now = frame.reading(), accounts.real_now()
    account = _account(work)
    return frame.page(
        "me.html",
        account=account,
        sessions=sessions.open_of(work.session, account.id, now, frame.rules()),
        tokens=tokens.of_account(work.session, account.id, now),
        this=sessions.digest(g.secret),
        factor=second_factor.has(work.session, account.id),
        paper=second_factor.left(work.session, account.id),
        needed=account.role in frame.rules().second_factor,
    )


@bp.route("/me/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    now, old = accounts.real_now(), request.form.get("old", "")
    if request.method == "GET":
        return _password_page()
    if request.form.get("new", "") != request.form.get("again", ""):
        return _password_page([_("两次输入的新密码不一致")]), 422
    if _asks_old() and not signing_in.again(
        frame.platform(), frame.actor().login, lambda _work, me: _is(me, old), frame.whence(), now
    ):
        return _password_page([_("原密码不对")]), 422
    try:
        with frame.writing() as work:
            account, via = _account(work), _this(work).via or ""
            passwords.give(work, account, request.form.get("new", ""), frame.rules(), now, initial=False)
            where = vars(frame.whence())
            secret = sessions.begin(work.session, account.id, sessions.SESSION, now, via=via, **where)
    except Invalid as error:
        return _password_page([p.text for p in error.problems]), 422
    answer = signin.remembered(secret, "/" if g.owed else url_for("me.show"))
    flash(_("密码已修改，其他设备上的登录已全部退出。"))
    return answer


@bp.route("/me/sessions", methods=["POST"])
def end() -> ResponseReturnValue:
    """One of one's own sessions by its digest, or all of them."""
    which, now = request.form.get("which", ""), accounts.real_now()
    with frame.writing() as work:
        account = _account(work)
        if which == "all":
            sessions.end_all(work.session, account.id, now)
        found = work.session.get(SignIn, which)
        if found is not None and found.account_id == account.id and found.ended_at is None:
            found.ended_at = now
    if which in ("all", sessions.digest(g.secret)):
        return signin.forgotten()
    flash(_("该登录已退出。"))
    return redirect(url_for("me.show"))


@bp.route("/me/factor", methods=["GET", "POST"])
def factor() -> ResponseReturnValue:
    """Scan, then type the first code; the codes on paper are shown this once."""
    now, failed = accounts.real_now(), request.method == "POST"
    with frame.writing() as work:
        account = _account(work)
        if second_factor.has(work.session, account.id):
            return redirect(url_for("me.show"))
        secret = second_factor.propose(work, account)
        codes = second_factor.confirm(work, account, request.form.get("code", "")[:40], now) if failed else None
        address = second_factor.address(work, account)
    if codes:
        return frame.page("me_paper.html", codes=codes, on_to="/" if g.owed else url_for("me.show"))
    spaced = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    page = frame.page(
        "me_factor.html", qr=qr.svg(address, _("二维码")), secret=spaced, failed=failed, owed=bool(g.owed)
    )
    return (page, 422) if failed else page


@bp.route("/me/factor/off", methods=["POST"])
def factor_off() -> ResponseReturnValue:
    if not _proved():
        return redirect(url_for("me.show"))
    with frame.writing() as work:
        second_factor.off(work, _account(work))
    flash(_("双因素验证已关闭。"))
    return redirect(url_for("me.show"))


@bp.route("/me/factor/paper", methods=["POST"])
def paper() -> ResponseReturnValue:
    if not _proved():
        return redirect(url_for("me.show"))
    with frame.writing() as work:
        codes = second_factor.paper(work, _account(work))
    return frame.page("me_paper.html", codes=codes, on_to=url_for("me.show"))


def _proved() -> bool:
    """By a code of the second factor itself."""
    code, now = request.form.get("code", "")[:40], accounts.real_now()

    def proof(work: Work, me: Account) -> bool:
        return second_factor.right(work, me.id, code, now)

    if signing_in.again(frame.platform(), frame.actor().login, proof, frame.whence(), now):
        return True
    flash(_("验证码不对，没有更改。"))
    return False


def _password_page(problems: Sequence[str] = ()) -> str:
    return frame.page("me_password.html", problems=problems, owed=g.owed, asks=_asks_old(), rules=frame.rules())


def _asks_old() -> bool:
    """The old password is asked for, but right after a one-time link: that is the way in for who forgot it."""
    this = _this(frame.reading())
    fresh = this.via == "link" and accounts.real_now() - this.created_at < FRESH
    return _account(frame.reading()).password is not None and not fresh


def _is(account: Account, old: str) -> bool:
    return account.password is not None and passwords.matches(account.password, old[: passwords.LONGEST])


def _this(work: Work) -> SignIn:
    return work.session.get_one(SignIn, sessions.digest(g.secret))


def _account(work: Work) -> Account:
    return accounts.named(work, frame.actor().login)
