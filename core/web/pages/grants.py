"""授权与解锁, for the security administrator: grant the roles the administrator proposes, unlock, reset second factors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.base.errors import Invalid, Problem
from core.services.identity import accounts, directory, people
from core.services.identity.accounts import Account
from core.services.permission import rights
from core.services.work import Work
from core.web import frame

bp = Blueprint("grants", __name__)
DEEDS: dict[str, Callable[[Work, Account], Any]] = {
    "grant": lambda work, one: people.grant(work, one.id),
    "unlock": lambda work, one: people.unlock(work, one.login),
    "factor": lambda work, one: people.reset_factor(work, one.login),
    "end": lambda work, one: people.end_sessions(work, one.id),
}


@bp.route("/grants")
def index() -> ResponseReturnValue:
    return _index()


@bp.route("/grants/<int:account_id>/<deed>", methods=["POST"])
def do(account_id: int, deed: str) -> ResponseReturnValue:
    try:
        with frame.writing() as work:
            account = work.session.get(Account, account_id) or abort(404)
            (DEEDS.get(deed) or abort(404))(work, account)
    except Invalid as error:
        return _index(error.problems), 422
    flash(_("已办理。"))
    return redirect(frame.inside(request.form.get("back", "/grants")))


def _index(problems: Sequence[Problem] = ()) -> str:
    work = frame.reading()
    asked = directory.Asked.read(request.args)
    found = directory.find(work, asked, accounts.real_now())
    told = {"problems": problems, "roles": [(r, rights.ROLES[r]) for r in people.GIVEN], "rules": frame.rules()}
    return frame.page("grants.html", found=found, asked=asked, back=f"/grants?{asked.query}", **told)
