"""基础信息: units of the registry, listed for all, edited by the administrator, with what a complex was before."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from core.base.errors import Invalid, Stale
from core.base.units import COMPLEX
from core.estate.units import UNITS, Unit
from core.services import access, registry
from core.web import forms, frame

bp = Blueprint("registry", __name__)
PAGE = 50


@bp.route("/registry")
def kinds() -> ResponseReturnValue:
    work = frame.reading()
    counts = [(n, m.label, work.session.scalar(select(func.count()).select_from(m)) or 0) for n, m in UNITS.items()]
    return frame.page("registry.html", kinds=counts)


@bp.route("/registry/<kind>")
def index(kind: str) -> ResponseReturnValue:
    work = frame.reading()
    model: Any = _model(kind)
    text, page = request.args.get("q", "").strip()[:60], max(int(request.args.get("page", "1") or 1), 1)
    where = or_(model.name.contains(text, autoescape=True), model.pinyin.contains(text.lower(), autoescape=True))
    total = work.session.scalar(select(func.count()).select_from(model).where(where)) or 0
    rows = work.session.scalars(
        select(model).where(where).order_by(model.name).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    fields = [f for f in model.fields() if f.listed]
    return frame.page(
        "registry_list.html",
        kind=kind,
        model=model,
        fields=fields,
        rows=rows,
        total=total,
        page_no=page,
        pages=max((total + PAGE - 1) // PAGE, 1),
        q=text,
        may=access.may_administer(work.actor),
    )


@bp.route("/registry/<kind>/new", methods=["GET", "POST"])
def new(kind: str) -> ResponseReturnValue:
    return _edit(kind, None)


@bp.route("/registry/<kind>/<int:unit_id>", methods=["GET", "POST"])
def edit(kind: str, unit_id: int) -> ResponseReturnValue:
    return _edit(kind, unit_id)


def _edit(kind: str, unit_id: int | None) -> ResponseReturnValue:
    work = frame.reading()
    model = _model(kind)
    if not access.may_administer(work.actor):
        abort(403)
    unit = work.session.get(model, unit_id) if unit_id is not None else None
    if unit_id is not None and unit is None:
        abort(404)
    names = [f.name for f in model.fields()]
    form = forms.open_form(work, model, names, unit.values() if unit is not None else {})
    if request.method == "GET":
        return _form(kind, model, form, unit)
    try:
        with frame.writing() as writer:
            version = int(request.form.get("version") or 0) or None
            on = _date(request.form.get("effective"))
            saved = registry.save(writer, model, forms.typed(form), unit_id=unit_id, version=version, effective=on)
    except Invalid as error:
        rest = forms.blame(form, error.problems)
        return _form(kind, model, form, unit, problems=rest), 422
    except Stale:
        return _form(kind, model, form, unit, problems=[_("刚刚被他人修改，请重新打开后再改。")]), 409
    session["saved"] = _("已保存：%(r)s（%(u)s）", r=model.label, u=saved.name)
    return redirect(url_for("registry.index", kind=kind))


def _form(kind: str, model: type[Unit], form: Any, unit: Unit | None, problems: Any = ()) -> str:
    dated = model.kind == COMPLEX and unit is not None
    return frame.page(
        "registry_form.html",
        kind=kind,
        model=model,
        form=form,
        fields=forms.fields_of(form),
        unit=unit,
        version=request.form.get("version") or (unit.version if unit is not None else ""),
        problems=problems,
        dated=dated,
        effective=request.form.get("effective") or frame.reading().today.isoformat(),
    )


def _model(kind: str) -> type[Unit]:
    if kind not in UNITS:
        abort(404)
    return UNITS[kind]


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
