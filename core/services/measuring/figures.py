"""Figures as of a day, read from the ledgers for today and every kept day, else computed by the same selects.

A fixed handful of statements whatever the number of actions, units or records. Next: reports.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import ColumnElement, select, tuple_

from core.base.describe import Indicator
from core.base.facts import GroupFigure, IndicatorFacts
from core.base.target import pace
from core.base.units import COMMUNITY, COMPLEX, STREET
from core.base.window import FAR, Window, window
from core.estate.units import ComplexTerm
from core.services.campaign.settings import target_of
from core.services.measuring import days, measures
from core.services.measuring.measures import Measure
from core.services.measuring.places import Place
from core.services.operations import faults
from core.services.operations.fault_row import FaultRow
from core.services.work import Work

BACK = timedelta(days=14)  # the earlier point a forecast is drawn from
Sums = dict[str, dict[int, tuple[int, int]]]  # indicator -> group or unit -> (n, d)


@dataclass(frozen=True)
class UnitFigure:
    """One unit's part of a figure."""

    unit_id: int
    n: int
    d: int


def indicators(
    work: Work, as_of: date, chosen: Sequence[Indicator] | None = None, place: Place | None = None
) -> tuple[IndicatorFacts, ...]:
    """Every indicator (or ``chosen``) on ``as_of``: sums, communities, target, pace, fault. Of one ``place``: those
    that are counted by complex, community or street, its part alone."""
    asked = tuple(work.catalog.indicators.values() if chosen is None else chosen)
    if place is not None:
        kinds = (COMPLEX, COMMUNITY, STREET) if place.areas else (COMPLEX, COMMUNITY)
        asked = tuple(i for i in asked if i.unit in kinds)
    now = _of(_sums(work, asked, as_of), asked, place)
    earlier_day = max(as_of - BACK, work.campaign.starts_on)
    known = earlier_day < as_of and days.kept(work.session, earlier_day)
    earlier = _of(_sums(work, asked, earlier_day), asked, place) if known else {}
    standing = faults.standing(work.session)
    found = tuple(_facts(work, i, as_of, now, (earlier_day, earlier), standing) for i in asked)
    return found if place is None else tuple(replace(f, within=place.query) for f in found)


def _of(sums: Sums, asked: Sequence[Indicator], place: Place | None) -> Sums:
    """What is counted in ``place``: by its communities, or by its own areas."""
    if place is None:
        return sums
    held = {i.key: place.areas if i.unit == STREET else place.communities for i in asked}
    return {key: {g: v for g, v in parts.items() if g in held[key]} for key, parts in sums.items()}


def _facts(
    work: Work,
    one: Indicator,
    as_of: date,
    now: Sums,
    before: tuple[date, Sums],
    standing: Mapping[str, FaultRow],
) -> IndicatorFacts:
    span = window(one.every, as_of, campaign_start=work.campaign.starts_on)
    parts = now.get(one.key, {})
    n, d = _total(parts)
    then = one.figure(*_total(before[1].get(one.key, {}))) if one.key in before[1] else None
    same_period = span.start <= before[0]
    target = target_of(one, work.settings)
    grouped = one.unit in (COMPLEX, COMMUNITY)
    row = standing.get(f"measure:{one.key}")
    return IndicatorFacts(
        indicator=one,
        window=span,
        n=n,
        d=d,
        target=target,
        pace=pace(
            target,
            one.figure(n, d),
            start=max(span.start, work.campaign.starts_on),
            end=as_of if span.end == FAR else span.end,  # a standing target without a day is due every day
            as_of=as_of,
            before=(before[0], then) if then is not None and same_period else None,
        ),
        by_community=tuple(
            GroupFigure(group=work.look.names(COMMUNITY).get(g, f"#{g}"), n=gn, d=gd)
            for g, (gn, gd) in sorted(parts.items())
        )
        if grouped
        else (),
        fault=faults.sentence(row) if row else "",
    )


def units(work: Work, indicator: Indicator, as_of: date) -> list[UnitFigure]:
    """The rows behind a figure: every unit's n and d on ``as_of``."""
    span = window(indicator.every, as_of, campaign_start=work.campaign.starts_on)
    if not readable(work, as_of):
        return [UnitFigure(*row) for row in measures.compute(work, indicator, span)]
    rows = select(Measure.unit_id, Measure.n, Measure.d).where(
        Measure.indicator == indicator.key,
        Measure.period == span.key,
        Measure.unit_kind == indicator.unit.name,
        *valid(as_of, work.today),
    )
    return [UnitFigure(*row) for row in work.session.execute(rows)]


def trend(work: Work, indicator: Indicator, as_of: date, points: int = 12) -> list[tuple[date, Fraction | None]]:
    """The figure on kept days up to ``as_of``, a week apart, oldest first; gaps where no day was kept."""
    wanted = [as_of - timedelta(days=7 * k) for k in range(points)]
    wanted = [d for d in reversed(wanted) if d >= work.campaign.starts_on]
    out = []
    kept = set(work.session.scalars(select(days.KeptDay.day).where(days.KeptDay.day.in_(wanted))))
    for day in wanted:
        sums = _sums(work, (indicator,), day) if day in kept else {}
        out.append((day, indicator.figure(*_total(sums.get(indicator.key, {})))))
    return out


def readable(work: Work, as_of: date) -> bool:
    return days.kept(work.session, as_of)


def valid(as_of: date, today: date) -> tuple[ColumnElement[bool], ...]:
    """Ledger rows as known on ``as_of``; the open ones alone when that is today."""
    if as_of >= today:
        return (Measure.until == FAR,)
    return (Measure.since <= as_of, Measure.until >= as_of)


def _sums(work: Work, asked: Iterable[Indicator], as_of: date) -> Sums:
    """(n, d) by community for indicators of complexes and communities, by unit for the others."""
    spans = {i.key: window(i.every, as_of, campaign_start=work.campaign.starts_on) for i in asked}
    if not readable(work, as_of):
        return _computed(work, list(asked), spans)
    wanted = [(i.key, spans[i.key].key, COMMUNITY.name if i.unit == COMPLEX else i.unit.name) for i in asked]
    rows = select(Measure.indicator, Measure.unit_id, Measure.n, Measure.d).where(
        tuple_(Measure.indicator, Measure.period, Measure.unit_kind).in_(wanted),
        *valid(as_of, work.today),
    )
    out: Sums = defaultdict(dict)
    for key, unit, n, d in work.session.execute(rows):
        out[key][unit] = (n, d)
    return out


def _computed(work: Work, asked: Sequence[Indicator], spans: Mapping[str, Window]) -> Sums:
    out: Sums = {}
    home: dict[int, int] | None = None
    for one in asked:
        with faults.border(work, place := f"history:{one.key}", one.key.partition(".")[0]):
            faults.reach(work, place)
            rows = measures.compute(work, one, spans[one.key])
            if one.unit != COMPLEX:
                out[one.key] = {u: (n, d) for u, n, d in rows}
                continue
            home = home or _homes(work, spans[one.key].day)
            parts: dict[int, tuple[int, int]] = {}
            for unit, n, d in rows:
                where = home.get(unit, 0)
                sn, sd = parts.get(where, (0, 0))
                parts[where] = (sn + n, sd + d)
            out[one.key] = parts
    return out


def _homes(work: Work, day: date) -> dict[int, int]:
    rows = select(ComplexTerm.complex_id, ComplexTerm.community_id).where(
        ComplexTerm.since <= day, ComplexTerm.until >= day
    )
    return dict(work.session.execute(rows).all())


def _total(parts: Mapping[int, tuple[int, int]]) -> tuple[int, int]:
    return sum(n for n, _ in parts.values()), sum(d for _, d in parts.values())


def asked_windows(work: Work, day: date) -> list[tuple[Indicator, Window]]:
    """Every indicator with its window on ``day``."""
    start = work.campaign.starts_on
    return [(i, window(i.every, day, campaign_start=start)) for i in work.catalog.indicators.values()]
