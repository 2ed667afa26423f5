"""One kind of record for many units on one page: typed once, at the top, where it is the same for all."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.base.errors import OverQuota, Problem
from core.base.record import Record
from core.services.work import Work
from core.services.writing import grids, offered
from core.web import forms, frame
from core.web.language import translated
from core.web.pages.records import model_of
from core.web.picked_photos import keep_photos

bp = Blueprint("grids", __name__)
SHARED = "all-"  # the prefix of the first row; a unit's own row has "u12-"


Rows = dict[grids.Row, Any]  # each unit's own form


@bp.route("/r/<key>/grid", methods=["GET", "POST"])
def grid(key: str) -> ResponseReturnValue:
    work = frame.reading()
    model = model_of(work, key)
    if not grids.fits(work, key):
        abort(404)
    if request.method == "GET" and offered.nothing(work, model.unit):
        return frame.page("no_unit.html", key=key, model=model)
    page = int(asked[:4]) if (asked := request.args.get("page", "1")).isdecimal() and int(asked[:4]) else 1
    units, pages = grids.units(work, key, page)
    first = _first(work, model)
    names = [f.name for f in grids.own(model)]
    rows = {u: forms.open_form(work, model, names, prefix=f"u{u.unit_id}-", like=first) for u in units}
    turned = {"page_no": page, "pages": pages}
    return _save(key, first, rows, turned) if request.method == "POST" else _page(key, first, rows, turned)


def _first(work: Work, model: type[Record]) -> Any:
    """The form of what may be the same for all."""
    common = grids.shared(model)
    given = {f.name: f.given(work.today) for f in common if f.given is not None}
    return forms.open_form(work, model, [f.name for f in common], given, prefix=SHARED)


def _save(key: str, first: Any, rows: Rows, turned: dict[str, int]) -> ResponseReturnValue:
    """Report the rows ticked or typed in. What is right is saved, what is wrong stays as it was typed, with the reason."""
    ticked, common = request.form.getlist("unit"), forms.typed(first)
    typed: dict[int, dict[str, Any]] = {}
    wrong: dict[int, Sequence[Problem]] = {}
    for row, form in rows.items():
        try:
            photos, problems = keep_photos(form)
        except OverQuota as error:
            photos, problems = {}, list(error.problems)
        own = {n: v for n, v in (forms.typed(form) | photos).items() if v not in ("", [], None)}
        if problems:
            wrong[row.unit_id] = problems
        elif str(row.unit_id) in ticked or own:
            typed[row.unit_id] = common | own
    if not typed and not wrong:
        said = _("请勾选要报的，再点保存。")
        return _page(key, first, rows, turned, problems=[said]), 422
    with frame.writing() as writer:
        kept = grids.save(writer, key, typed, request.form.get("token", "")[:40])
    model = model_of(frame.reading(), key)
    said = _("已保存：%(r)s", r=translated(model.label)) + " · " + _("共 %(n)s 条", n=len(kept.saved))
    wrong |= kept.wrong
    if wrong:
        left = {row: form for row, form in rows.items() if row.unit_id not in kept.saved}
        return _page(key, first, left, turned, wrong, saved=said if kept.saved else None), 422
    session["saved"], session["saved_at"] = said, url_for("lists.index", key=key)
    return redirect(url_for("today.home") if request.form.get("back") == "today" else session["saved_at"])


def _page(
    key: str, first: Any, rows: Rows, turned: dict[str, int], wrong: Mapping[int, Any] | None = None, **more: Any
) -> str:
    """The grid; what is wrong stands first."""
    model, wrong = model_of(frame.reading(), key), wrong or {}
    rest = {row.unit_id: forms.blame(form, wrong.get(row.unit_id, ())) for row, form in rows.items()}
    ordered = sorted(rows.items(), key=lambda pair: pair[0].unit_id not in wrong)
    return frame.page(
        "grid.html",
        key=key,
        model=model,
        columns=grids.columns(model),
        first={f.declared.name: f for f in forms.fields_of(first)},
        rows=[(row, {f.declared.name: f for f in forms.fields_of(form)}, rest[row.unit_id]) for row, form in ordered],
        wrong=wrong,
        ticked=set(request.form.getlist("unit")),
        back=request.form.get("back") or request.args.get("back", ""),
        token=request.form.get("token") or secrets.token_urlsafe(12),
        **(turned | {"problems": ()} | more),
    )
