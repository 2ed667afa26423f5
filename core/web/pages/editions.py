"""往期报告: issued editions, each as it was, with what is known otherwise today; issue, correct, compare."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.base.errors import Forbidden, Invalid, Problem
from core.base.say import Say
from core.render import FORMATS, file_name, render
from core.services.reporting import compared, editions
from core.web import frame, taken_out

bp = Blueprint("editions", __name__)


@bp.route("/report/editions")
def index() -> ResponseReturnValue:
    return _listed()


@bp.route("/report/editions", methods=["POST"])
def issue() -> ResponseReturnValue:
    """A new edition of a day, or of the day of the one it corrects."""
    corrects = request.form.get("corrects", type=int)
    reason = request.form.get("reason", "")
    try:
        with frame.writing() as work:
            one = editions.issue(work, _day(request.form.get("as_of", "")), corrects=corrects, reason=reason)
            number = one.number
    except Forbidden as error:
        abort(403, error.args[0])
    except Invalid as error:
        problems = [p.text for p in error.problems]
        page = _listed(problems=problems) if corrects is None else _shown(corrects, problems=problems, typed=reason)
        return page, 422
    session["saved"] = _("已出刊：第 %(n)s 期。", n=number)
    return redirect(url_for("editions.show", number=number))


@bp.route("/report/editions/<int:number>")
def show(number: int) -> ResponseReturnValue:
    shape = request.args.get("format", "")
    if not shape:
        return _shown(number)
    if shape not in FORMATS:
        abort(404)
    document = editions.document(editions.get(frame.reading(), number))
    name = _("第%(n)s期", n=number) + "-" + file_name(document, shape)
    return taken_out.file(render(document, shape), name, FORMATS[shape].mime, "edition", number)


@bp.route("/report/editions/compare")
def compare() -> ResponseReturnValue:
    """Two editions side by side: every figure that differs."""
    work = frame.reading()
    before, after = (editions.get(work, request.args.get(name, 0, type=int)) for name in ("before", "after"))
    found = compared.changes(editions.figures(before), editions.figures(after))
    return frame.page("edition_compare.html", before=before, after=after, changes=found)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid([Problem("as_of", Say("日期看不懂，请用日历选择。"))]) from None


def _listed(**more: object) -> str:
    work = frame.reading()
    told = {"problems": [], "may": editions.may_issue(work), "day": frame.as_of(work)}
    return frame.page("editions.html", editions=editions.listed(work), **(told | more))


def _shown(number: int, **more: object) -> str:
    work = frame.reading()
    one = editions.get(work, number)
    told = {"problems": [], "typed": "", "may": editions.may_issue(work)}
    return frame.page(
        "edition.html",
        edition=one,
        document=editions.document(one),
        since=editions.since(work, one),
        corrected=[e for e in editions.listed(work) if e.corrects == number],
        **(told | more),
    )
