"""One record of any kind: report, correct, look at, move on. One set of pages for all plugins. Next: lists.py."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError

from core.base.errors import Forbidden, Invalid, KeyReused, OverQuota, Problem, Stale
from core.base.record import Record
from core.base.say import Say
from core.base.units import COMPLEX, UNIT_KINDS
from core.render import render
from core.services.audit.journal import JournalEntry
from core.services.lists import listing
from core.services.messaging import notices
from core.services.permission import filing
from core.services.personal import reveal as revealing
from core.services.photos import photo_marks
from core.services.store.store_errors import Trouble, trouble
from core.services.work import Work
from core.services.writing import judging, offered, records
from core.web import forms, frame, journal_words, security, taken_out
from core.web.language import translated
from core.web.picked_photos import keep_photos

bp = Blueprint("records", __name__)


@bp.errorhandler(CSRFError)
def expired(_error: CSRFError) -> ResponseReturnValue:
    """A form whose token is gone comes back filled in, with a new one; nothing was saved."""
    if request.endpoint not in ("records.new", "records.edit"):
        return security.answer(400, _("页面已过期或来源不明，没有保存。请返回上一页，刷新后重新提交。"))
    asked = request.view_args or {}
    key, record_id = asked["key"], asked.get("record_id")
    work = frame.reading()
    model = model_of(work, key)
    if record_id is not None:
        records.get(work, key, record_id)
    form = forms.open_form(work, model, [f.name for f in model.fields() if f.filed])
    said = _("页面已过期，没有保存。您填写的都还在（新选的照片请重新选择），请再点一次保存。")
    return _again(key, form, record_id, [said]), 400


@bp.errorhandler(DBAPIError)
@bp.errorhandler(OSError)
def unsaved(error: Exception) -> ResponseReturnValue:
    """The store was full or busy: the form comes back as it was filled in, with the same number; once there is room, it is saved
    once."""
    found, asked = trouble(error), request.view_args or {}
    if found is None or request.method != "POST" or request.endpoint not in ("records.new", "records.edit"):
        return security.unexpected(error)
    work = frame.reading()
    model = model_of(work, asked["key"])
    form = forms.open_form(work, model, [f.name for f in model.fields() if f.filed])
    said = (
        _("系统正忙，没有保存。您填写的都还在（新选的照片请重新选择），请稍候片刻再点一次保存。")
        if found is Trouble.BUSY
        else _(
            "存储空间不足，没有保存。您填写的都还在（新选的照片请重新选择）；请联系系统管理员清理磁盘后，再点一次保存。"
        )
    )
    return security.later((_again(asked["key"], form, asked.get("record_id"), [said]), int(found)), found)


def model_of(work: Work, key: str) -> type[Record]:
    found = work.catalog.records.get(key)
    if found is None:
        abort(404)
    return found


@bp.route("/r/<key>/new", methods=["GET", "POST"])
def new(key: str) -> ResponseReturnValue:
    work = frame.reading()
    model = model_of(work, key)
    names = [f.name for f in model.fields() if f.filed]
    if request.method == "POST":
        return _save(key, names, None)
    if offered.nothing(work, model.unit):
        return frame.page("no_unit.html", key=key, model=model)
    given = {f.name: f.given(work.today) for f in model.fields() if f.given is not None}
    if (happened := model.happened()) is not None and happened.kind.name == "moment":
        given.setdefault(happened.name, work.now.replace(second=0, microsecond=0))
    for name, asked in request.args.items():  # a unit or a parent record the page before knew
        field = next((f for f in model.fields() if f.name == name or name == model.unit.name), None)
        if field is not None and asked.isdecimal() and len(asked) < 10:
            given[model.unit.column if name == model.unit.name else name] = int(asked)
    unit_id = int(given.get(model.unit.column) or 0)
    if "proposed" in request.args and _may_file(
        work, key, unit_id
    ):  # what the system proposes (core/services/messaging/notices.py)
        given |= notices.draft(work, key, unit_id, soon=request.args["proposed"] == "soon")
    given = known(work, key, given)
    form = forms.open_form(work, model, names, given)
    return _form_page(work, key, form, None, request.args.get("back", ""))


@bp.route("/r/<key>/<int:record_id>/edit", methods=["GET", "POST"])
def edit(key: str, record_id: int) -> ResponseReturnValue:
    work = frame.reading()
    model_of(work, key)
    record = records.get(work, key, record_id)
    names = [f.name for f in type(record).fields() if f.filed]
    if request.method == "POST":
        return _save(key, names, record_id)
    form = forms.open_form(work, type(record), names, record.values())
    return _form_page(work, key, form, record, request.args.get("back", ""))


def known(work: Work, key: str, given: dict[str, Any]) -> dict[str, Any]:
    """``given`` with what the class knows of its unit (ask once), for who may report it; what the page before said stands."""
    model = model_of(work, key)
    unit_id = given.get(model.unit.column)
    if model.follows and given.get(model.follows):
        parent = work.session.get(model.field(model.follows).kind.to, given[model.follows])  # type: ignore[attr-defined]
        unit_id = parent.unit_id if parent is not None else None
    if unit_id is None or not _may_file(work, key, unit_id):
        return given
    return {**model.known(work.look, unit_id), **given}


def _may_file(work: Work, key: str, unit_id: int) -> bool:
    return filing.may_file(work, key.partition(".")[0], model_of(work, key), unit_id)


@bp.route("/r/<key>/<int:record_id>")
def show(key: str, record_id: int) -> ResponseReturnValue:
    work = frame.reading()
    model_of(work, key)
    record = records.get(work, key, record_id)
    return _shown(work, key, record)


@bp.route("/r/<key>/<int:record_id>/paper.docx")
def paper(key: str, record_id: int) -> ResponseReturnValue:
    """The working paper made of the record, as an office files it."""
    work = frame.reading()
    made = work.catalog.paper_of(model_of(work, key))
    if made is None:
        abort(404)
    record = records.get(work, key, record_id)
    document = replace(made.build(record, work.look), demo=work.campaign.demo)
    name = f"{made.label}-{record_id}.docx"
    return taken_out.file(render(document, "docx"), name, taken_out.DOCX, key, record_id)


@bp.route("/r/<key>/<int:record_id>/move/<step>", methods=["POST"])
def move(key: str, record_id: int, step: str) -> ResponseReturnValue:
    work = frame.reading()
    model = model_of(work, key)
    record = records.get(work, key, record_id)
    transition = model.workflow.transition(step)
    if transition is None:
        abort(404)
    form = forms.open_form(work, model, transition.fields)
    remark, version = request.form.get("remark", ""), _number(request.form.get("version"))
    try:
        kept, problems = keep_photos(form)
        if problems:
            raise Invalid(problems)
        with frame.writing() as writer:
            records.move(writer, key, record_id, step, forms.typed(form) | kept, remark=remark, version=version)
    except Invalid as error:
        work = frame.reading()
        record = records.get(work, key, record_id)
        rest = forms.blame(form, error.problems)
        return _shown(work, key, record, step=step, form=form, problems=rest, remark=remark), _code(error)
    except Stale:
        rest = [_("这条记录刚刚被他人修改，请核对后再操作。")]
        work = frame.reading()
        return _shown(work, key, records.get(work, key, record_id), problems=rest, remark=remark), 409
    session["saved"] = _("已办理：%(t)s", t=translated(transition.label))
    return redirect(url_for("records.show", key=key, record_id=record_id))


@bp.route("/r/<key>/<int:record_id>/reveal", methods=["POST"])
def reveal(key: str, record_id: int) -> ResponseReturnValue:
    """The page with its personal values in clear, this once: it is kept by nobody, and asking again is journalled again."""
    model_of(frame.reading(), key)
    reason = request.form.get("reason", "")
    try:
        with frame.writing() as writer:
            clear = revealing.reveal(writer, key, record_id, reason)
    except Invalid as error:
        work, problems = frame.reading(), [p.text for p in error.problems]
        return _shown(work, key, records.get(work, key, record_id), problems=problems), 422
    work = frame.reading()
    return _shown(work, key, records.get(work, key, record_id), clear=clear)


@bp.route("/r/<key>/<int:record_id>/remove", methods=["POST"])
def remove(key: str, record_id: int) -> ResponseReturnValue:
    work = frame.reading()
    model_of(work, key)
    try:
        with frame.writing() as writer:
            records.remove(writer, key, record_id, version=_number(request.form.get("version")))
    except (Invalid, Stale) as error:
        work = frame.reading()
        texts = (
            [p.text for p in error.problems]
            if isinstance(error, Invalid)
            else [_("这条记录刚刚被他人修改，请核对后再操作。")]
        )
        return _shown(work, key, records.get(work, key, record_id), problems=texts), 422
    session["saved"] = _("已删除，操作日志中保留了原内容。")
    return redirect(url_for("lists.index", key=key))


@bp.route("/units/<kind>")
def units(kind: str) -> ResponseReturnValue:
    """Names for a box that is typed in, at most twenty."""
    if kind not in UNIT_KINDS:
        abort(404)
    text = request.args.get("q", "").strip()[:60]
    return jsonify(offered.matching(frame.reading(), UNIT_KINDS[kind], text, own="own" in request.args))


def _save(key: str, names: list[str], record_id: int | None) -> ResponseReturnValue:
    model = model_of(frame.reading(), key)
    form = forms.posted(model, names)
    idempotency = request.form.get("idempotency", "")[:30]
    try:
        kept, problems = keep_photos(form)
        raw = forms.typed(form) | kept
        if problems:
            raise Invalid([*problems, *_besides(key, raw, record_id, {p.field for p in problems})])
        with frame.writing() as writer:
            write = records.hand_in if "hand_in" in request.form else records.save
            saved = write(
                writer,
                key,
                raw,
                record_id=record_id,
                version=_number(request.form.get("version")),
                idempotency=f"page/{frame.actor().login}/{idempotency}" if idempotency else None,
                reason=request.form.get("reason", ""),
            )
            unit = writer.look.unit_name(saved.record.unit, saved.record.unit_id)
    except (Invalid, Forbidden, Stale, KeyReused) as error:
        forms.offer(frame.reading(), form, model)
        return _refused(key, form, record_id, error)
    return _saved(key, saved.record, unit)


def _saved(key: str, record: Record, unit: str) -> ResponseReturnValue:
    """Say what was saved and go on: to the record while its reporter has still to hand it in, else back to where they were."""
    where, flow = url_for("records.show", key=key, record_id=record.id), record.workflow
    named = {"r": translated(type(record).label), "u": unit}
    if (step := flow.handing_in(record.state)) is not None:
        said = _("已保存，但还没有报出去：%(r)s（%(u)s）。确认无误后请点“%(s)s”。", s=translated(step.label), **named)
        session["saved"] = said
        return redirect(where)
    session["saved"], session["saved_at"] = _("已保存：%(r)s（%(u)s）", **named), where
    return redirect(url_for("today.home") if request.form.get("back") == "today" else where)


def _refused(
    key: str, form: Any, record_id: int | None, error: Invalid | Forbidden | Stale | KeyReused
) -> ResponseReturnValue:
    """The form as it was filled in, and what is to be done."""
    if isinstance(error, Invalid):
        rest = forms.blame(form, error.problems)
        return _again(key, form, record_id, rest, unusual=error.only_warnings), _code(error)
    if isinstance(error, Forbidden):
        frame.note_refusal(403)
        return _again(key, form, record_id, [error.args[0]]), 403
    if isinstance(error, Stale):
        return _conflict(key, form, record_id, error), 409
    # sent, gone back, changed and sent again
    said = _("这份表单刚才已保存过一次。要另报一条，请核对后再点保存；要改已保存的那条，请到记录列表中打开修改。")
    return _again(key, form, record_id, [said], idempotency=secrets.token_urlsafe(16)), 409


def _code(error: Invalid) -> int:
    return 413 if isinstance(error, OverQuota) else 422


def _besides(key: str, raw: Mapping[str, Any], record_id: int | None, named: set[str]) -> list[Problem]:
    """What else is wrong, so that a refused photo does not hide it until the next try."""
    work = frame.reading()
    record = records.get(work, key, record_id) if record_id is not None else None
    before = record.values() if record is not None else {}
    try:
        model = model_of(work, key)
        judging.judged(
            work, key.partition(".")[0], model, record, {**before, **judging.typed(work, model, before, raw)}
        )
    except Invalid as error:
        return [p for p in error.problems if p.field not in named]
    return []


def _form_page(work: Work, key: str, form: Any, record: Record | None, back: str, **more: Any) -> str:
    model = model_of(work, key)
    state = model.workflow.start if record is None else record.state
    step = model.workflow.handing_in(state)
    return frame.page(
        "record_form.html",
        key=key,
        model=model,
        hands_in=step if step is not None and (record is None or step in records.steps(work, key, record)) else None,
        form=form,
        fields=forms.fields_of(form),
        record=record,
        version=request.form.get("version") or (record.version if record is not None else ""),
        back=back or request.form.get("back", ""),
        **({"idempotency": request.form.get("idempotency") or secrets.token_urlsafe(16)} | more),
    )


def _again(key: str, form: Any, record_id: int | None, problems: list[Say | str], **more: Any) -> str:
    """The form once more, everything typed still in it."""
    work = frame.reading()
    record = records.get(work, key, record_id) if record_id is not None else None
    return _form_page(work, key, form, record, "", problems=problems, wrong=True, **more)


def _conflict(key: str, form: Any, record_id: int | None, error: Stale) -> str:
    work = frame.reading()
    record = records.get(work, key, record_id or 0)
    rows = []
    for field in forms.fields_of(form):
        kind, theirs = field.declared.kind, error.theirs.get(field.declared.name)
        try:
            mine = kind.show(kind.read(field.raw, work.look), work.look) if field.raw else ""
        except ValueError:
            mine = str(field.raw)
        same = field.raw == (theirs or []) if isinstance(field.raw, list) else kind.show(theirs, work.look) == mine
        rows.append((field.label.text, kind.show(theirs, work.look), mine, same))
    return _form_page(work, key, form, record, "", problems=[], conflict=rows, current=error.version)


def _edited(work: Work, entry: JournalEntry) -> list[tuple[str, str, str]]:
    """What an edit changed, as (field, before, after): who checks a record sees that 120 became 12."""
    return [change for change in journal_words.changes_of(work, entry) if change[1] != change[2]]


def _shown(work: Work, key: str, record: Record, **more: Any) -> str:
    model = type(record)
    steps = records.steps(work, key, record)
    now = work.now.replace(second=0, microsecond=0)
    moments = {
        f.name: now for f in model.fields() if f.kind.name == "moment"
    }  # most steps are told when they are taken
    told = {n: v for n, v in record.values().items() if v not in (None, "", [])}
    step_forms: Mapping[str, Any] = {t.key: forms.open_form(work, model, t.fields, moments | told) for t in steps}
    if more.get("form") is not None:
        step_forms = {**step_forms, more["step"]: more["form"]}
    slug = key.partition(".")[0]
    return frame.page(
        "record.html",
        key=key,
        model=model,
        record=record,
        values=record.values(),
        marks=photo_marks.of(work, frame.platform().config.uploads, key, record),
        steps=steps,
        hands_in=next((t for t in steps if t.hands_in), None),
        step_forms={k: forms.fields_of(f) for k, f in step_forms.items()},
        csrf=next(iter(step_forms.values()), None),
        history=(history := listing.history(work, key, record.id)),
        edits={e.id: _edited(work, e) for e in history if e.verb == "edit"},
        children=[(k, work.catalog.records[k], f, rows) for k, f, rows in listing.children(work, model, record.id)],
        fileable={k for k in work.catalog.records if filing.may_file_somewhere(work, k)},
        paper=work.catalog.paper_of(model),
        editable=record.state in model.workflow.editable and filing.may_file(work, slug, model, record.unit_id),
        unit=work.look.unit_name(model.unit, record.unit_id),
        is_complex=model.unit == COMPLEX,
        clear=more.get("clear", {}),
        concealed=revealing.fields(record) if revealing.may_reveal(work, key, record) else (),
        remark=more.get("remark", ""),
        problems=more.get("problems", []),
        failed=more.get("step"),  # the step that was refused stays open, with what was typed
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
