"""The card of a complex and the page of a community: everything all actions know about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import and_, literal, select, union_all

from core.base.blocks import Block, Notice
from core.base.errors import NotFound
from core.base.facts import ActionFacts
from core.base.record import Record
from core.base.sql_days import local_day
from core.base.status import Status
from core.base.units import COMMUNITY, COMPANY, COMPLEX
from core.base.window import Moment
from core.estate.units import Community, Complex, ComplexTerm
from core.services.measuring import figures
from core.services.measuring.measures import Measure
from core.services.operations import faults
from core.services.owing import agenda, duties, duty_rows, mine
from core.services.owing.duties import Duty
from core.services.permission import access, filing, responsibilities, rights
from core.services.personal import masked_read
from core.services.reporting import reports
from core.services.work import Work
from core.services.writing import grids, registry
from core.web import frame, qr

bp = Blueprint("complexes", __name__)


@dataclass(frozen=True)
class State:
    """Where one action stands in the complex: duties late, open and soon, and whether it has any content yet."""

    action: ActionFacts
    built: bool
    late: int
    soon: int
    open: int


@bp.route("/complex/<int:unit_id>")
def card(unit_id: int) -> ResponseReturnValue:
    work = frame.reading()
    one = work.session.get(Complex, unit_id)
    if one is None:
        abort(404)
    day, me = work.today, work.actor
    whole, where = me.may(rights.READ), duties.of_unit(COMPLEX.name, unit_id)
    if not whole:  # a property company: its own complexes, what it owes itself
        owes = mine.owes(work, me)
        if unit_id not in me.linked or owes is None:
            raise NotFound(f"complex {unit_id}", hidden=True)
        where = and_(where, owes)
    owed = duties.owed_by(work, where, day.replace(year=day.year + 1))
    action = request.args.get("action", "") if request.args.get("action") in work.catalog.plugins else ""
    return frame.page(
        "complex.html",
        one=one,
        fields=[f for f in Complex.fields() if f.name != "name"],
        values=one.values(),
        owed=[d for d in owed if d.deadline.key.startswith(f"{action}.")] if action else owed,
        action=work.catalog.plugins[action].action if action else None,
        may={k for k, m in work.catalog.records.items() if m.unit == COMPLEX and _may(work, k, m, unit_id)},
        timeline=_timeline(work, unit_id),
        panels=_panels(work, one),
        states=_states(work, owed) if whole else [],
        answers=responsibilities.of(work, COMPLEX.name, unit_id, on=day),
        terms=_terms(work, unit_id),
        qr=qr.svg(request.base_url, _("二维码")),
        marks=_marks(work, unit_id) if whole else [],
    )


@bp.route("/community/<int:unit_id>")
def community(unit_id: int) -> ResponseReturnValue:
    work = frame.reading()
    one = work.session.get(Community, unit_id)
    if one is None:
        abort(404)
    day = frame.as_of(work)
    found = figures.indicators(work, day)
    own = [(i, g) for i in found for g in i.by_community if g.group == one.name]
    complexes = work.session.scalars(
        select(Complex).where(Complex.community_id == unit_id).order_by(Complex.name)
    ).all()
    owed = duty_rows.open_on(work, duties.of_community(unit_id), day)
    return frame.page(
        "community.html",
        one=one,
        day=day,
        parts=[(i, replace(i, n=g.n, d=g.d)) for i, g in own],
        complexes=complexes,
        answers=responsibilities.of(work, COMMUNITY.name, unit_id, on=day),
        many=len(owed),
        owed=agenda.heaps(owed),
        mine=work.actor.community_id == unit_id and day == work.today,
        gridded={key for key in work.catalog.records if grids.fits(work, key)},
    )


def _states(work: Work, owed: Sequence[Duty]) -> list[State]:
    """Every action of the campaign, whether it owes something here or not."""
    out = []
    for action in reports.actions(work, work.today):
        plugin = work.catalog.plugins.get(action.slug)
        held = [d.status for d in owed if d.deadline.key.startswith(f"{action.slug}.")]
        late, soon = held.count(Status.OVERDUE), held.count(Status.DUE_SOON)
        out.append(State(action, bool(plugin and plugin.records), late, soon, len(held) - late - soon))
    return out


def _terms(work: Work, unit_id: int) -> list[tuple[ComplexTerm, str, str]]:
    """(term, community, company), newest first."""
    terms = registry.terms_of(work, unit_id)
    names = work.look.names(COMMUNITY)
    work.look.prime(COMPANY, {t.company_id for t in terms if t.company_id})
    return [
        (t, names.get(t.community_id, ""), work.look.unit_name(COMPANY, t.company_id) if t.company_id else "—")
        for t in reversed(terms)
    ]


def _may(work: Work, key: str, model: type[Record], unit_id: int) -> bool:
    return filing.may_file(work, key.partition(".")[0], model, unit_id)


def _timeline(work: Work, unit_id: int) -> list[tuple[str, Any, int, str]]:
    """(record key, its class, id, day) of the latest thirty records of any kind the person may see: one statement."""
    parts = []
    for key, model in work.catalog.records.items():
        if model.unit != COMPLEX:
            continue
        happened = model.happened()
        on = getattr(model, happened.name) if happened else model.created_at
        day = local_day(on) if isinstance(on.type, Moment) else on
        parts.append(
            select(literal(key).label("key"), model.id.label("id"), day.label("day"), model.state.label("state")).where(
                model.complex_id == unit_id, access.visible(work.actor, key.partition(".")[0], model)
            )
        )
    if not parts:
        return []
    rows = union_all(*parts).order_by("day").subquery()
    latest = select(rows).order_by(rows.c.day.desc(), rows.c.id.desc()).limit(30)
    found = work.session.execute(latest)
    return [
        (key, work.catalog.records[key], number, f"{str(day)[:10]} · {_state(work, key, state)}")
        for key, number, day, state in found
    ]


def _state(work: Work, key: str, state: str) -> str:
    return work.catalog.records[key].workflow.state(state).label


def _panels(work: Work, one: Complex) -> list[tuple[str, tuple[Block, ...]]]:
    """What plugins add to the card out of its records, for whom they concern, each behind its own border."""
    out: list[tuple[str, tuple[Block, ...]]] = []
    for slug, plugin in work.catalog.plugins.items():
        if plugin.panels is None or not access.concerned(work.actor, slug, one.id, one.community_id):
            continue
        built: tuple[Block, ...] = ()
        with faults.border(work, place := f"panel:{slug}", slug) as failed:
            faults.reach(work, place)
            built = reports.blocks_of(
                plugin.panels(complex_id=one.id, read=lambda rows: masked_read.read(work.session, rows))
            )
        if failed:
            told = f"此栏不可用：自{faults.since(work, place)}起，原因：{failed[0].what}"
            built = (Notice(told, tone="fault"),)
        if built:
            out.append((plugin.action.label, built))
    return out


def _marks(work: Work, unit_id: int) -> list[tuple[str, str, int, int]]:
    """(indicator key, label, n, d) of the complex itself, as kept now."""
    rows = select(Measure.indicator, Measure.period, Measure.n, Measure.d).where(
        Measure.unit_kind == COMPLEX.name, Measure.unit_id == unit_id, *figures.valid(work.today, work.today)
    )
    held = {(key, period): (n, d) for key, period, n, d in work.session.execute(rows)}
    out = []
    for one in figures.asked_windows(work, work.today):
        if found := held.get((one[0].key, one[1].key)):
            out.append((one[0].key, one[0].label, *found))
    return out
