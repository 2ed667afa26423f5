"""How figures moved, week by week, for any number of indicators in one statement: the line on a figure's page and the
small ones of the overview. Read from the ledgers; a day that was not kept is a gap, never a zero."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import func, literal, select, tuple_, union_all

from core.base.describe import Indicator
from core.base.units import COMMUNITY, COMPLEX
from core.base.window import window
from core.services.measuring.days import KeptDay
from core.services.measuring.measures import Measure
from core.services.work import Work

Trend = list[tuple[date, Fraction | None]]
POINTS = 12


def trends(work: Work, chosen: Sequence[Indicator], as_of: date, points: int = POINTS) -> dict[str, Trend]:
    """The figure of each of ``chosen`` on ``as_of`` and every seven days before, oldest first, by key."""
    start = work.campaign.starts_on
    days = [d for k in reversed(range(points)) if (d := as_of - timedelta(days=7 * k)) >= start]
    kept = set(work.session.scalars(select(KeptDay.day).where(KeptDay.day.in_(days)))) if chosen else set()
    sums: dict[tuple[date, str], tuple[int, int]] = {}
    if kept:
        parts = [_on(chosen, day, start) for day in days if day in kept]
        for key, number, n, d in work.session.execute(union_all(*parts)):
            sums[date.fromordinal(number), key] = (n, d)
    return {i.key: [(day, i.figure(*sums.get((day, i.key), (0, 0)))) for day in days] for i in chosen}


def _on(chosen: Sequence[Indicator], day: date, start: date) -> Any:
    """(indicator, day, n, d) of one kept day, summed over the street."""
    wanted = [
        (i.key, window(i.every, day, campaign_start=start).key, COMMUNITY.name if i.unit == COMPLEX else i.unit.name)
        for i in chosen
    ]
    return (
        select(Measure.indicator, literal(day.toordinal()), func.sum(Measure.n), func.sum(Measure.d))
        .where(
            tuple_(Measure.indicator, Measure.period, Measure.unit_kind).in_(wanted),
            Measure.since <= day,
            Measure.until >= day,
        )
        .group_by(Measure.indicator)
    )
