"""An action's workspace: what it is for, how far it has got, what is owed, its records, jobs and section."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import func, select

from core.base.blocks import Chart, Series
from core.base.describe import Shape
from core.base.facts import IndicatorFacts
from core.base.units import ACTION
from core.render import svg
from core.services.measuring import trends
from core.services.owing import duties
from core.services.owing.duties import Duty
from core.services.permission import access, filing, responsibilities, rights
from core.services.permission.responsibilities import Held
from core.services.reporting import documents, reports
from core.services.scheduled import job_runs
from core.services.work import Work
from core.web import frame
from core.web.language import translated

bp = Blueprint("workspace", __name__)
AHEAD = timedelta(days=8)


@bp.route("/a/<slug>/")
def show(slug: str) -> ResponseReturnValue:
    work = frame.reading()
    day = frame.as_of(work)
    found = reports.gather(work, day, slug)
    if not found:
        abort(404)
    plugin = work.catalog.plugins.get(slug)
    answers = responsibilities.of_action(work, slug, day)
    lines = trends.trends(work, [i.indicator for i in found[0].indicators], day)
    return frame.page(
        "workspace.html",
        day=day,
        facts=found[0],
        plugin=plugin,
        fault=work.catalog.fault_of(slug),
        trends={i.indicator.key: trend(i, lines[i.indicator.key]) for i in found[0].indicators},
        kinds=_kinds(work, slug),
        answers=answers,
        section=documents.section(work, slug, day),
        group=_group(work, answers),
        job_runs=job_runs.latest(work.session, [j.key for j in plugin.jobs] if plugin else []),
        may_run=slug in work.actor.leads or work.actor.may(rights.OPERATE),
    )


def _group(work: Work, answers: Sequence[Held]) -> list[tuple[Duty, str]]:
    """What the action's own group owes within the week (meetings, information, its text for the report), with the form."""
    if not answers:
        return []
    where = duties.of_unit(ACTION.name, answers[0].unit_id)
    owed = duties.owed_by(work, where, work.today + AHEAD)
    return [(d, work.catalog.key_of(d.deadline.answers) if d.deadline.answers else "") for d in owed]


def trend(one: IndicatorFacts, points: trends.Trend) -> Markup:
    """The figure week by week with its target, as SVG; "" where there is nothing to draw."""
    if sum(1 for _, value in points if value is not None) < 2:
        return Markup("")
    share = one.indicator.shape in (Shape.RATIO, Shape.REDUCTION)
    label = translated(one.indicator.label)
    chart = Chart(
        title=label,
        labels=tuple(f"{d.month}-{d.day}" for d, _ in points),
        series=(Series(label=label, values=tuple(None if v is None else float(v) for _, v in points)),),
        unit="%" if share else "",
        target=float(one.target.value) if one.target else None,
    )
    return svg.svg(chart, "trend-" + one.indicator.key.replace(".", "-"))  # each picture is named by its own id


def _kinds(work: Work, slug: str) -> list[tuple[str, str, str, int, bool]]:
    """(key, label, code, how many the person sees, may they report) of each kind of record."""
    out = []
    for key, model in work.catalog.records.items():
        if key.startswith(f"{slug}."):
            rows = select(func.count()).select_from(model).where(access.visible(work.actor, slug, model))
            may = filing.may_file_somewhere(work, key)
            out.append((key, model.label, model.code, work.session.scalar(rows) or 0, may))
    return out
