"""基础信息: units of the registry, listed for all, edited by the administrator, with what a complex was before."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from core.base.errors import Invalid, Problem, Stale
from core.base.say import Say
from core.base.units import COMPLEX
from core.estate.units import UNITS, Unit
from core.services.permission import responsibilities, rights
from core.services.personal import reveal_unit
from core.services.writing import registry
from core.web import forms, frame
from core.web.language import translated

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
    text, page = request.args.get("q", "").strip()[:60], max(request.args.get("page", 1, type=int), 1)
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
        may=work.actor.may(rights.REGISTRY),
        answers=kind in responsibilities.HELD,
        personal=any(f.personal for f in model.fields()),
    )


@bp.route("/registry/<kind>/new", methods=["GET", "POST"])
def new(kind: str) -> ResponseReturnValue:
    return _edit(kind, None)


@bp.route("/registry/<kind>/<int:unit_id>", methods=["GET", "POST"])
def edit(kind: str, unit_id: int) -> ResponseReturnValue:
    return _edit(kind, unit_id)


@bp.route("/registry/<kind>/<int:unit_id>/reveal", methods=["GET", "POST"])
def reveal(kind: str, unit_id: int) -> ResponseReturnValue:
    """Whom to call: masked, and in clear this once for who says why."""
    clear: dict[str, str] = {}
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            with frame.writing() as writer:
                clear = reveal_unit.reveal(writer, kind, unit_id, request.form.get("reason", ""))
        except Invalid as error:
            problems = list(error.problems)
    work = frame.reading()
    unit = reveal_unit.get(work, kind, unit_id)
    told = {"fields": reveal_unit.fields(unit), "may": reveal_unit.may_reveal(work, unit), "clear": clear}
    page = frame.page("registry_reveal.html", kind=kind, label=unit.label, unit=unit, problems=problems, **told)
    return page, 422 if problems else 200


def _edit(kind: str, unit_id: int | None) -> ResponseReturnValue:
    work = frame.reading()
    model = _model(kind)
    unit = work.session.get(model, unit_id) if unit_id is not None else None
    if unit_id is not None and unit is None:
        abort(404)
    names = [f.name for f in model.fields()]
    form = forms.open_form(work, model, names, unit.values() if unit is not None else {})
    if request.method == "GET":
        return _form(kind, model, form, unit_id)
    try:
        with frame.writing() as writer:
            version = request.form.get("version", 0, type=int) if unit_id is not None else None  # unreadable: not ours
            on = _effective()
            saved = registry.save(writer, model, forms.typed(form), unit_id=unit_id, version=version, effective=on)
    except Invalid as error:
        rest = forms.blame(form, error.problems)
        return _form(kind, model, form, unit_id, problems=rest), 422
    except Stale:
        return _form(kind, model, form, unit_id, problems=[_("刚刚被他人修改，请重新打开后再改。")]), 409
    session["saved"] = _("已保存：%(r)s（%(u)s）", r=translated(model.label), u=saved.name)
    return redirect(url_for("registry.index", kind=kind))


def _form(kind: str, model: type[Unit], form: Any, unit_id: int | None, problems: Any = ()) -> str:
    work = frame.reading()  # writing closed the one before: what stands is read anew
    unit = work.session.get(model, unit_id) if unit_id is not None else None
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
        effective=request.form.get("effective") or work.today.isoformat(),
    )


def _model(kind: str) -> type[Unit]:
    if kind not in UNITS:
        abort(404)
    return UNITS[kind]


def _effective() -> date | None:
    """Since when a change holds; nothing for what is new, never a guess for what can't be read."""
    if "effective" not in request.form:
        return None
    try:
        return date.fromisoformat(request.form["effective"])
    except ValueError:
        raise Invalid([Problem("effective", Say("请填写变更生效日期，如 2024-11-15"))]) from None
