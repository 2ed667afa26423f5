"""Many records of one kind: the list with its filters and saved views, steps for several at once, the workflow board."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.base.errors import Invalid
from core.base.record import Record
from core.base.units import COMMUNITY, COMPLEX
from core.services.lists import board as boards
from core.services.lists import listing, views
from core.services.permission import filing
from core.services.personal import blind_index
from core.services.work import Work
from core.services.writing import bulk, grids
from core.web import frame
from core.web.language import translated
from core.web.pages.records import model_of

bp = Blueprint("lists", __name__)


@bp.route("/r/<key>")
def index(key: str) -> ResponseReturnValue:
    return _list(key)


def _list(key: str, **more: Any) -> str:
    work = frame.reading()
    model = model_of(work, key)
    asked = listing.Asked.read(request.values)
    found = listing.find(work, key, asked)
    steps = bulk.steps(work, key, [record for record, _unit, _community in found.rows])
    return frame.page(
        "records.html",
        key=key,
        model=model,
        asked=asked,
        found=found,
        steps=steps,
        sorts={f.name: listing.sortable(model, f) for f in model.fields()},
        movable=frozenset().union(*steps.values()),
        views=views.of(work, key),
        kept=views.kept_of(request.values),
        grid=grids.fits(work, key),
        by_number=blind_index.searchable(model),
        communities=_communities(work, model),
        may_report=filing.may_file_somewhere(work, key),
        args={w: request.values[w] for w in views.WORDS if request.values.get(w)},
        **({"chosen": {}, "remark": "", "problems": (), "refused": ()} | more),
    )


@bp.route("/r/<key>/find", methods=["POST"])
def find(key: str) -> ResponseReturnValue:
    """By a whole ID number or phone, which stands in no address: the one record, or the list of those that hold it."""
    model_of(frame.reading(), key)
    found = listing.holding(frame.reading(), key, request.form.get("value", "")[:60])
    if not found:
        return _list(key, problems=[_("没有您能查看的记录含有这个号码。请填写完整的证件号或电话。")]), 404
    if len(found) == 1:
        return redirect(url_for("records.show", key=key, record_id=found[0]))
    return redirect(url_for("lists.index", key=key, ids=",".join(map(str, found))))


@bp.route("/r/<key>/bulk", methods=["POST"])
def move(key: str) -> ResponseReturnValue:
    """One step for the rows ticked. What was refused stays ticked, with the reason beside it."""
    model = model_of(frame.reading(), key)
    pairs = [tick.split(".", 1) for tick in request.form.getlist("row")[: listing.PAGE]]
    chosen = {int(p[0]): int(p[1]) for p in pairs if len(p) == 2 and all(n.isdecimal() and len(n) < 10 for n in p)}
    step, remark = request.form.get("step", ""), request.form.get("remark", "")
    if not chosen:
        return _list(key, remark=remark, problems=[_("请先勾选要办理的记录，再点办理。")]), 422
    try:
        with frame.writing() as writer:
            moved = bulk.move(writer, key, chosen, step, remark)
    except Invalid as error:
        return _list(key, chosen=chosen, remark=remark, problems=[p.text for p in error.problems]), 422
    label = translated(getattr(model.workflow.transition(step), "label", step))
    said = _("已办理：%(t)s", t=label) + " · " + _("共 %(n)s 条", n=moved.done)
    if moved.refused:
        why = [(record.id, translated(text)) for record, text in moved.refused]
        return _list(key, chosen={r: 0 for r, _text in why}, remark=remark, refused=why, saved=said), 422
    session["saved"] = said
    return redirect(url_for("lists.index", key=key) + _asked())


@bp.route("/r/<key>/views", methods=["POST"])
def keep_view(key: str) -> ResponseReturnValue:
    model_of(frame.reading(), key)
    try:
        with frame.writing() as writer:
            views.keep(writer, key, request.form.get("label", ""), request.form)
    except Invalid as error:
        return _list(key, problems=[p.text for p in error.problems]), 422
    return redirect(url_for("lists.index", key=key) + _asked())


@bp.route("/r/<key>/views/<int:view_id>/remove", methods=["POST"])
def drop_view(key: str, view_id: int) -> ResponseReturnValue:
    model_of(frame.reading(), key)
    with frame.writing() as writer:
        views.drop(writer, key, view_id)
    return redirect(url_for("lists.index", key=key) + _asked())


@bp.route("/r/<key>/board")
def board(key: str) -> ResponseReturnValue:
    work = frame.reading()
    model = model_of(work, key)
    asked = listing.Asked.read(request.args)
    return frame.page(
        "board.html",
        key=key,
        model=model,
        columns=boards.board(work, key, asked.community),
        community=asked.community,
        communities=_communities(work, model),
    )


def _communities(work: Work, model: type[Record]) -> list[tuple[int, str]]:
    """By name, where the records are of complexes or communities."""
    if model.unit not in (COMPLEX, COMMUNITY):
        return []
    return sorted(work.look.names(COMMUNITY).items(), key=lambda pair: pair[1])


def _asked() -> str:
    """The list's own address again."""
    kept = views.kept_of(request.form)
    return f"?{kept}" if kept else ""
