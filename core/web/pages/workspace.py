"""An action's workspace: what it is for, how far it has got, what is owed, its records, jobs and section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import func, select

from core.base.blocks import Chart, Series
from core.base.describe import Shape
from core.base.facts import IndicatorFacts
from core.base.units import ACTION
from core.render import svg
from core.services.campaign.settings import targets_over
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
    return frame.page(
        "workspace.html",
        day=day,
        facts=found[0],
        plugin=plugin,
        fault=work.catalog.fault_of(slug),
        trends=drawn(work, found[0].indicators, day),
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


def drawn(work: Work, chosen: Sequence[IndicatorFacts], day: date) -> dict[str, Markup]:
    """The figure of each of ``chosen`` week by week with the target in force then, as SVG; "" where there is nothing to draw."""
    asked = [i.indicator for i in chosen]
    lines = trends.trends(work, asked, day)
    days = [d for d, _ in next(iter(lines.values()), [])]
    targets = targets_over(work.session, asked, days)
    return {i.indicator.key: _drawn(i, lines[i.indicator.key], targets[i.indicator.key]) for i in chosen}


def _drawn(one: IndicatorFacts, points: trends.Trend, targets: Sequence[Fraction | None]) -> Markup:
    if sum(1 for _, value in points if value is not None) < 2:
        return Markup("")
    label = translated(one.indicator.label)
    series = [Series(label=label, values=_floats(v for _, v in points))]
    moved = len(set(targets)) > 1
    if moved:  # a step where the target was changed: days before were judged by the old one
        series.append(Series(label=_("目标"), values=_floats(targets)))
    chart = Chart(
        title=label,
        labels=tuple(f"{d.month}-{d.day}" for d, _ in points),
        series=tuple(series),
        unit="%" if one.indicator.shape in (Shape.RATIO, Shape.REDUCTION) else "",
        target=float(one.target.value) if one.target and not moved else None,
        target_label=_("目标"),
    )
    return svg.svg(chart, "trend-" + one.indicator.key.replace(".", "-"))  # each picture is named by its own id


def _floats(values: Iterable[Fraction | None]) -> tuple[float | None, ...]:
    return tuple(None if v is None else float(v) for v in values)


def _kinds(work: Work, slug: str) -> list[tuple[str, str, str, int, bool]]:
    """(key, label, code, how many the person sees, may they report) of each kind of record."""
    out = []
    for key, model in work.catalog.records.items():
        if key.startswith(f"{slug}."):
            rows = select(func.count()).select_from(model).where(access.visible(work.actor, slug, model))
            may = filing.may_file_somewhere(work, key)
            out.append((key, model.label, model.code, work.session.scalar(rows) or 0, may))
    return out
