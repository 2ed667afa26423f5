"""账号管理, for the administrator: enter people, stop them, another role or unit, a one-time link to hand over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.base.errors import Invalid, Problem
from core.services.identity import accounts, directory, people
from core.services.identity.accounts import Account
from core.services.permission import rights
from core.services.work import Work
from core.services.writing import offered
from core.web import frame

bp = Blueprint("people", __name__)
DEEDS: dict[str, Callable[[Work, int], None]] = {
    "stop": people.stop,
    "start": people.start,
    "end": people.end_sessions,
}


@bp.route("/people")
def index() -> ResponseReturnValue:
    return _index()


@bp.route("/people", methods=["POST"])
def add() -> ResponseReturnValue:
    typed = {k: request.form.get(k, "").strip() for k in ("login", "label", "role", "unit")}
    try:
        with frame.writing() as work:
            account = people.add(work, **typed)
            secret = people.link(work, account.id) if account.role not in rights.APART or account.active else ""
            label, waits = account.label, account.waiting
    except Invalid as error:
        return _index(error.problems), 422
    return _handed_over(label, secret, waits=waits)


@bp.route("/people/<int:account_id>", methods=["GET", "POST"])
def edit(account_id: int) -> ResponseReturnValue:
    """Another role, another unit."""
    problems: Sequence[Problem] = ()
    if request.method == "POST":
        try:
            with frame.writing() as work:
                people.change(work, account_id, request.form.get("role", ""), request.form.get("unit", "").strip())
            flash(_("已修改，该账号的登录已全部退出。"))
            return redirect(url_for("people.index"))
        except Invalid as error:
            problems = error.problems
    work = frame.reading()
    account = work.session.get(Account, account_id) or abort(404)
    page = frame.page(
        "person.html", account=account, unit=people.unit_of(work, account), problems=problems, **_choices(work)
    )
    return (page, 422) if problems else page


@bp.route("/people/<int:account_id>/<deed>", methods=["POST"])
def do(account_id: int, deed: str) -> ResponseReturnValue:
    try:
        if deed == "link":
            with frame.writing() as work:
                secret = people.link(work, account_id)
                account = work.session.get_one(Account, account_id)
                label, waits = account.label, account.waiting
            return _handed_over(label, secret, waits=waits)
        with frame.writing() as work:
            (DEEDS.get(deed) or abort(404))(work, account_id)
    except Invalid as error:
        return _index(error.problems), 422
    flash(_("已办理。"))
    return redirect(frame.inside(request.form.get("back", "/people")))


def _handed_over(label: str, secret: str, *, waits: bool) -> str:
    """The link, shown this once."""
    base = frame.platform().config.public_url.rstrip("/") or request.host_url.rstrip("/")
    link = base + url_for("signin.enter", token=secret) if secret else ""
    return frame.page("people_link.html", label=label, link=link, waits=waits)


def _index(problems: Sequence[Problem] = ()) -> str:
    work = frame.reading()
    asked = directory.Asked.read(request.args)
    found = directory.find(work, asked, accounts.real_now())
    by_command = () if work.campaign.demo else rights.APART  # whose links people.link refuses
    told = {"problems": problems, "typed": request.form, "by_command": by_command}
    return frame.page("people.html", found=found, asked=asked, back=f"/people?{asked.query}", **told, **_choices(work))


def _choices(work: Work) -> dict[str, object]:
    names = [name for kind in people.UNIT.values() for _id, name in offered.few(work, kind)]
    return {"roles": [(r, rights.ROLES[r]) for r in people.GIVEN], "units": names}
