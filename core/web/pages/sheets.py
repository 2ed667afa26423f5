"""Spreadsheets: a template, an export, and an upload that is looked at row by row before anything is kept."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from core.base.errors import Invalid, NotFound, Problem
from core.base.say import Say
from core.base.window import TZ
from core.estate.units import UNITS
from core.services import sheets
from core.services.exports import asked as queue
from core.services.lists import listing, views
from core.services.permission import rights
from core.services.personal import reveal
from core.services.sheets.kept import SheetUpload
from core.services.sheets.layout import needs_photos
from core.services.work import Work
from core.services.writing import grids
from core.web import frame, taken_out
from core.web.pages import exports
from core.web.taken_out import XLSX

bp = Blueprint("sheets", __name__)
LIFE = timedelta(hours=24)
SHOWN = 300  # rows a preview lists; the counts are of all
URGENT = {"conflict": 0, "wrong": 1, "unchanged": 3}  # what is to be decided or mended stands first


@bp.route("/r/<key>/sheet")
def records_sheet(key: str) -> ResponseReturnValue:
    return _start(key)


@bp.route("/registry/<key>/sheet")
def units_sheet(key: str) -> ResponseReturnValue:
    return _start(key)


@bp.route("/sheet/<key>/template.xlsx")
def template(key: str) -> ResponseReturnValue:
    work = frame.reading()
    model = _model(work, key)
    return taken_out.sent(sheets.template(work, model, key), _("%(n)s-模板.xlsx", n=model.label), XLSX)


@bp.route("/sheet/<key>/export.xlsx")
def export(key: str) -> ResponseReturnValue:
    work = frame.reading()
    model = _model(work, key)
    asked = listing.Asked.read(request.args)
    name = _("%(n)s-%(d)s.xlsx", n=model.label, d=work.today.isoformat())
    total = _total(work, key) if key in UNITS else listing.total(work, key, asked)
    if total >= queue.LARGE:
        words = {w: request.args[w] for w in (*views.WORDS, "ids") if w in request.args}
        return exports.asked_for(key, words, name, total)
    many = count()
    rows = _units(work, model) if key in UNITS else listing.every(work, key, asked)
    data = sheets.export(work, model, key, (row for row in rows if next(many) >= 0))
    return taken_out.file(data, name, XLSX, key, told={"count": [None, next(many)]}, source="sheet")


@bp.route("/sheet/<key>/clear.xlsx", methods=["POST"])
def export_clear(key: str) -> ResponseReturnValue:
    """The same with personal values in clear, for who leads the action and says why."""
    work = frame.reading()
    model = _model(work, key)
    if not reveal.may_export(work, key):
        abort(403)
    reason = request.form.get("reason", "")
    try:
        reveal.reasoned(reason)
    except Invalid as error:
        return _start(key, [p.text for p in error.problems]), 422
    many = count()
    rows = listing.every(work, key, listing.Asked())
    data = sheets.export(work, model, key, (row for row in rows if next(many) >= 0), clear=True)
    name = _("%(n)s-%(d)s.xlsx", n=model.label, d=work.today.isoformat())
    with frame.writing("sheet") as writer:
        reveal.exported(writer, key, next(many), reason)
    return taken_out.sent(data, name, XLSX)


@bp.route("/sheet/<key>/upload", methods=["POST"])
def upload(key: str) -> ResponseReturnValue:
    work = frame.reading()
    model = _model(work, key)
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid([Problem("file", Say("请选择要导入的表格文件（.xlsx 或 .csv）"))])
        sheet = sheets.read(file.stream.read(), file.filename)
        plan = sheets.plan(work, model, key, sheet)
    except Invalid as error:
        return _start(key, [p.text for p in error.problems]), 422
    token = secrets.token_urlsafe(16)
    with frame.writing("sheet") as writer:
        writer.session.execute(delete(SheetUpload).where(SheetUpload.created_at < datetime.now(TZ) - LIFE))
        kept = SheetUpload(
            token=token, key=key, login=writer.actor.login, created_at=datetime.now(TZ), plan=plan.to_json()
        )
        writer.session.add(kept)
    return redirect(url_for("sheets.preview", key=key, token=token))


@bp.route("/sheet/<key>/<token>")
def preview(key: str, token: str) -> ResponseReturnValue:
    return _preview(key, token)


def _preview(key: str, token: str, problems: tuple[Any, ...] = ()) -> str:
    work = frame.reading()
    kept, plan = _kept(work, key, token)
    return frame.page(
        "sheet_preview.html",
        key=key,
        model=_model(work, key),
        plan=plan,
        problems=problems,
        counts=plan.counts,
        rows=sorted(plan.rows, key=lambda r: (URGENT.get(r.kind, 2), r.number))[:SHOWN],
        shown=SHOWN,
        large=sheets.stepwise.LARGE,
        begun=kept.progress is not None,
        token=token,
        result=json.loads(kept.result) if kept.result else None,
    )


@bp.route("/sheet/<key>/<token>/apply", methods=["POST"])
def apply(key: str, token: str) -> ResponseReturnValue:
    try:
        with frame.writing("sheet") as work:
            kept, plan = _kept(work, key, token)
            if "stepwise" in request.form and not kept.result:
                sheets.stepwise.begin(kept, plan, _chosen(plan))
                return redirect(url_for("sheets.run", key=key, token=token))
            if kept.result:  # pressed twice
                return redirect(url_for("sheets.preview", key=key, token=token))
            result = sheets.apply(work, _model(work, key), key, plan, _chosen(plan), whole="part" not in request.form)
            kept.result = json.dumps(vars(result) | {"ids": [], "failed": [vars(f) for f in result.failed]})
    except Invalid as error:
        return _preview(key, token, tuple(p.text for p in error.problems)), 409
    session["saved"] = _("已导入：新增 %(c)s 条，修改 %(m)s 条。", c=result.created, m=result.changed)
    return redirect(url_for("sheets.preview", key=key, token=token))


@bp.route("/sheet/<key>/<token>/run", methods=["GET", "POST"])
def run(key: str, token: str) -> ResponseReturnValue:
    """A large sheet by pieces: each POST is the next one; the page asks for it by itself until it is stopped."""
    if request.method == "POST":
        with frame.writing("sheet") as work:
            kept, plan = _kept(work, key, token, lock=True)
            now = sheets.stepwise.stop(kept, stopped="stop" in request.form)
            now = sheets.stepwise.step(work, _model(work, key), kept, plan)
        if now.done:
            session["saved"] = _("已导入：新增 %(c)s 条，修改 %(m)s 条。", c=now.created, m=now.changed)
        return redirect(url_for("sheets.run", key=key, token=token))
    work = frame.reading()
    kept, plan = _kept(work, key, token)
    if kept.result or kept.progress is None:
        return redirect(url_for("sheets.preview", key=key, token=token))
    return frame.page("sheet_run.html", key=key, model=_model(work, key), plan=plan, now=sheets.stepwise.read(kept))


@bp.route("/sheet/<key>/<token>/mend.xlsx")
def mend(key: str, token: str) -> ResponseReturnValue:
    work = frame.reading()
    _kept_row, plan = _kept(work, key, token)
    name = _("%(n)s-待修改.xlsx", n=_model(work, key).label)
    told = {"count": [None, len(plan.of("wrong"))]}
    return taken_out.file(sheets.to_mend(plan), name, XLSX, key, told=told, source="sheet")


def _chosen(plan: sheets.Plan) -> set[int]:
    """The rows that are in order, and of those in conflict the ones the person decided for."""
    decided = {int(n) for n in request.form.getlist("row") if n.isdecimal() and len(n) < 10}
    return {r.number for r in plan.rows if r.kind in ("new", "changed") or r.number in decided}


def _start(key: str, problems: list[Any] | None = None) -> str:
    work = frame.reading()
    model = _model(work, key)
    is_unit = key in UNITS
    back = f"/registry/{key}" if is_unit else f"/r/{key}"
    clear = reveal.may_export(work, key)
    return frame.page(
        "sheet.html",
        key=key,
        model=model,
        back=back,
        problems=problems or [],
        clear=clear,
        photographed=needs_photos(model),
        grid=not is_unit and grids.fits(work, key),
    )


def _model(work: Work, key: str) -> Any:
    """The class behind a key: a record's, for who reports; a unit's, for who keeps the registry."""
    if key in UNITS:
        if not work.actor.may(rights.REGISTRY):
            abort(403)
        return UNITS[key]
    if key not in work.catalog.records or not work.actor.may(rights.FORMS):
        raise NotFound(key, hidden=key in work.catalog.records)
    return work.catalog.records[key]


def _total(work: Work, key: str) -> int:
    return work.session.scalar(select(func.count()).select_from(UNITS[key])) or 0


def _units(work: Work, model: Any) -> Any:
    return work.session.scalars(select(model).order_by(model.id).execution_options(yield_per=1000))


def _kept(work: Work, key: str, token: str, *, lock: bool = False) -> tuple[SheetUpload, sheets.Plan]:
    """The upload of this person, while it lasts."""
    found = work.session.get(SheetUpload, token, with_for_update=lock)
    if found is not None and found.login != work.actor.login:
        raise NotFound("sheet", hidden=True)
    if found is None or found.key != key or datetime.now(TZ) - found.created_at > LIFE:
        abort(404)
    return found, sheets.Plan.from_json(found.plan)
