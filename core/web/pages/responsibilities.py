"""职责分工: what a unit answers for and who answers for it, for all to read; begun and ended by the administrator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.base.errors import Invalid, Problem
from core.base.say import Say
from core.base.units import UNIT_KINDS
from core.base.window import FAR
from core.estate.units import ROLES, UNITS, Unit
from core.services.campaign.campaign_plan import HOLDS
from core.services.permission import responsibilities, rights
from core.services.work import Work
from core.services.writing import offered
from core.web import frame

bp = Blueprint("responsibilities", __name__)


@bp.route("/registry/<kind>/<int:unit_id>/duties")
def show(kind: str, unit_id: int) -> ResponseReturnValue:
    return _page(kind, unit_id)


@bp.route("/registry/<kind>/<int:unit_id>/duties", methods=["POST"])
def add(kind: str, unit_id: int) -> ResponseReturnValue:
    """A new duty: the page's own unit is one side of it, the other side is named in the form."""
    _unit(frame.reading(), kind, unit_id)
    role, _sep, side = request.form.get("role", "").partition(":")
    other, own = request.form.get("other", ""), f"#{unit_id}"
    try:
        if role not in HOLDS or side not in ("holder", "unit"):
            raise Invalid([Problem("role", Say("请选择职责"))])
        since, until = _date("since"), _date("until", FAR)
        with frame.writing() as work:
            named = {"holder": own, "unit": other} if side == "holder" else {"holder": other, "unit": own}
            responsibilities.add(work, role, since=since, until=until, **named)
    except Invalid as error:
        return _page(kind, unit_id, error.problems), 422
    session["saved"] = _("职责已登记。")
    return redirect(url_for("responsibilities.show", kind=kind, unit_id=unit_id))


@bp.route("/registry/<kind>/<int:unit_id>/duties/<int:row_id>/end", methods=["POST"])
def end(kind: str, unit_id: int, row_id: int) -> ResponseReturnValue:
    held = responsibilities.of(frame.reading(), kind, unit_id)
    if row_id not in {h.id for h in held}:
        abort(404)
    try:
        on = _date("until")
        with frame.writing() as work:
            responsibilities.end(work, row_id, on)
    except Invalid as error:
        return _page(kind, unit_id, error.problems), 422
    session["saved"] = _("职责已终止，此前的记载不变。")
    return redirect(url_for("responsibilities.show", kind=kind, unit_id=unit_id))


def _page(kind: str, unit_id: int, problems: Sequence[Problem] = ()) -> str:
    work = frame.reading()
    unit = _unit(work, kind, unit_id)
    may = work.actor.may(rights.REGISTRY)
    sides = _sides(kind)
    return frame.page(
        "registry_duties.html",
        kind=kind,
        unit=unit,
        label=UNITS[kind].label,
        held=responsibilities.of(work, kind, unit_id),
        may=may,
        sides=[(f"{role}:{side}", ROLES[role], other.label) for role, side, other in sides],
        others=_others(work, sides) if may else [],
        problems=problems,
        typed=request.form,
    )


def _unit(work: Work, kind: str, unit_id: int) -> Unit:
    if kind not in responsibilities.HELD:
        abort(404)
    found: Unit | None = work.session.get(UNITS[kind], unit_id)
    if found is None:
        abort(404)
    return found


def _sides(kind: str) -> list[tuple[str, str, Any]]:
    """(role, the side the page's unit is on, the kind on the other side) of every duty it can have."""
    out = []
    for role, (holder, unit) in HOLDS.items():
        if holder.name == kind:
            out.append((role, "holder", unit))
        if unit.name == kind:
            out.append((role, "unit", holder))
    return out


def _others(work: Work, sides: list[tuple[str, str, Any]]) -> list[str]:
    """Names to choose from for the other side, where they are few; else they are typed in full."""
    kinds = dict.fromkeys(other.name for _role, _side, other in sides)
    return [name for kind in kinds for _id, name in offered.few(work, UNIT_KINDS[kind])]


def _date(name: str, empty: date | None = None) -> date:
    text = request.form.get(name, "").strip()
    if not text and empty is not None:
        return empty
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid([Problem(name, Say("请填写日期，如 2024-11-15"))]) from None
