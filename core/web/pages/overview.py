"""总览: all actions on one screen, the milestones, and who is red and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from core.base.blocks import Light
from core.base.facts import DeadlineFacts, Facts, IndicatorFacts
from core.estate.campaign import Milestone
from core.services.measuring import trends, why
from core.services.reporting import reports
from core.services.work import Work
from core.web import frame
from core.web.language import translated
from core.web.spark import spark

bp = Blueprint("overview", __name__)
SHOWN = 10  # what a meeting gets through; the rest is one click away


@dataclass(frozen=True)
class Row:
    """One action on the overview. ``headline``: the figure its thumbnail line shows."""

    facts: Facts
    light: Light
    counts: dict[Light, int]
    overdue: int
    on_time: tuple[int, int]
    state: str
    headline: IndicatorFacts | None
    spark: Markup
    gained: int | None  # targets met more than a week before; None where nothing is known of then


@dataclass(frozen=True)
class Red:
    """One thing that is red, with the rule that made it so and who can mend it."""

    facts: Facts
    indicator: IndicatorFacts | None
    deadline: DeadlineFacts | None
    why: why.Why | None
    longest: int = 0
    moved: str = ""


@bp.route("/overview")
def show() -> ResponseReturnValue:
    work = frame.reading()
    day = frame.as_of(work)
    found = reports.gather(work, day)
    heads = {f.action.slug: head for f in found if (head := _headline(f))}
    lines = trends.trends(work, [h.indicator for h in heads.values()], day)
    then = _week_before(work, found, day)
    rows = [_row(f, heads.get(f.action.slug), lines, then) for f in found]
    stones = work.session.scalars(select(Milestone).order_by(Milestone.due_on)).all()
    milestones = [(m, (m.due_on - day).days) for m in stones]
    return frame.page("overview.html", day=day, rows=rows, milestones=milestones, red=_red(found, then), shown=SHOWN)


def _week_before(work: Work, found: tuple[Facts, ...], day: date) -> dict[str, Fraction]:
    """Every figure with a target as it was seven days before, as far as that day was kept."""
    chosen = [i.indicator for f in found for i in f.indicators if i.target is not None]
    lines = trends.trends(work, chosen, day - timedelta(days=7), points=1)
    return {key: value for key, line in lines.items() for _, value in line if value is not None}


def _headline(facts: Facts) -> IndicatorFacts | None:
    """The figure that stands for the action: its first one with a target."""
    return next((i for i in facts.indicators if i.target is not None), None)


def _row(
    facts: Facts, head: IndicatorFacts | None, lines: dict[str, trends.Trend], then: Mapping[str, Fraction]
) -> Row:
    judged = [i.light for i in facts.indicators if i.target is not None]
    met, due = (sum(d.on_time[k] for d in facts.deadlines) for k in (0, 1))
    return Row(
        facts=facts,
        light=reports.worst(facts),
        counts={light: judged.count(light) for light in Light},
        overdue=sum(d.overdue for d in facts.deadlines),
        on_time=(met, due),
        state=_state(facts.action.slug),
        headline=head,
        spark=_spark(head, lines[head.indicator.key]) if head else Markup(""),
        gained=_gained(facts, then),
    )


def _gained(facts: Facts, then: Mapping[str, Fraction]) -> int | None:
    """How many more figures reach their target than a week before, of those known on both days."""
    both = [
        (i.target.met(i.pace.figure), i.target.met(then[i.indicator.key]))
        for i in facts.indicators
        if i.target is not None and i.pace.figure is not None and i.indicator.key in then
    ]
    return sum(now - before for now, before in both) if both else None


def _spark(head: IndicatorFacts, line: trends.Trend) -> Markup:
    known = [(d, v) for d, v in line if v is not None]
    if not known:
        return Markup("")
    (first, then), (last, now) = known[0], known[-1]
    one = head.indicator
    words = {"i": one.label, "a": first, "b": last, "x": why.amount(one, then), "y": why.amount(one, now)}
    return spark(line, _("%(i)s：%(a)s %(x)s，%(b)s %(y)s", **words))


def _red(found: tuple[Facts, ...], then: Mapping[str, Fraction]) -> list[Red]:
    """Red indicators with their rule, the furthest from its target first; then deadlines with something overdue, longest first."""
    lit = [(f, i) for f in found for i in f.indicators if i.light is Light.RED and not i.fault]
    lit.sort(key=lambda one: -why.distance(one[1]))
    out = [
        Red(f, i, None, why.explain(i, ()), moved=translated(why.moved(i, then.get(i.indicator.key)) or ""))
        for f, i in lit
    ]
    late = [(max((o.days for o in d.late), default=0), f, d) for f in found for d in f.deadlines if d.overdue]
    late.sort(key=lambda one: -one[0])
    return out + [Red(f, None, d, None, longest) for longest, f, d in late]


def _state(slug: str) -> str:
    catalog = frame.platform().catalog
    if catalog.fault_of(slug) is not None:
        return "fault"
    plugin = catalog.plugins.get(slug)
    return "missing" if plugin is None else "built" if plugin.records else "announced"
