"""The ledger of measures: what each unit comes to, per indicator and period, kept by day (law 3).

The plugin's select is run over the touched units inside the saving transaction; the community's sums follow. Reading a
page or the report sums a few rows a community and never looks at records. Next: obligations.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, Index, Integer, String, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base
from core.base.describe import Indicator, Rows
from core.base.units import COMMUNITY, COMPLEX
from core.base.window import FAR, Period, Window, window, windows
from core.estate.population import EstateScope
from core.estate.units import Complex
from core.kernel.catalog import Fault
from core.services.operations import faults, pauses
from core.services.store import prepared, spans
from core.services.work import Work


class Measure(Base):
    """(n, d) of one unit for one indicator's period, as known from ``since`` to ``until``. Rows of unit kind
    ``community`` under an indicator of complexes are sums over the community's complexes."""

    __tablename__ = "measure"
    id: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(String(80))
    period: Mapped[str] = mapped_column(String(10))
    unit_kind: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[int] = mapped_column(Integer)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    n: Mapped[int] = mapped_column(Integer)
    d: Mapped[int] = mapped_column(Integer)
    __table_args__ = (
        Index("ix_measure_read", "indicator", "period", "unit_kind", "until", "since", "unit_id", "n", "d"),
        Index("ix_measure_unit", "unit_kind", "unit_id", "until"),
    )


NAMES = ("indicator", "period", "unit_kind", "unit_id")
Pair = tuple[Indicator, Window]
Found = dict[tuple[str, str], list[tuple[int, int, int]]]
MANY = 500  # beyond so many touched units everything is computed anew: one pass beats a long list


def scope_for(work: Work, period: Period, *, only: str = "") -> EstateScope:
    """The scope a measure of ``period`` is given; binds of different periods never clash in one statement."""
    return EstateScope(work.settings, work.partners, name=f"scope_{period.value}", only=only)


def window_for(work: Work, indicator: Indicator, day: date) -> Window:
    return window(indicator.every, day, campaign_start=work.campaign.starts_on, as_of=day)


def refresh(work: Work) -> None:
    """Bring the ledger up to date for what was touched, and the sums of the communities it lies in."""
    for touch in work.merged():
        moved = _moved(work, touch.tables)
        own = [i for i in moved if i.unit.name == touch.kind]
        others = [i for i in moved if i.unit.name != touch.kind]
        for layer in _layers(work, own, touch.since):
            _bring(work, layer, touch.ids if len(touch.ids) <= MANY else None)
        for layer in _layers(work, others, touch.since):
            _bring(work, layer, None)


def _moved(work: Work, tables: frozenset[str] | None) -> list[Indicator]:
    """The indicators that read one of ``tables``; found out once."""
    key = ("moved figures", tables, work.settings_token)
    if key not in work.prepared:
        work.prepared[key] = [i for i in work.catalog.indicators.values() if touches(work, i, tables)]
    found: list[Indicator] = work.prepared[key]
    return found


def touches(work: Work, indicator: Indicator, tables: frozenset[str] | None) -> bool:
    """Does the measure read one of ``tables``? Its select says so; one that can't be read is taken to read everything."""
    if tables is None:
        return True
    found = prepared.reads(work, indicator.key, lambda: indicator.measure(scope_for(work, indicator.every)))
    return found is None or bool(found & tables)


def roll(work: Work, since: date) -> None:
    """Every unit, for the periods from ``since`` to today: when a day begins, since the last day that was kept."""
    for layer in _layers(work, list(work.catalog.indicators.values()), since):
        _bring(work, layer, None)


def rebuild(work: Work) -> None:
    """Every period of every indicator from the records alone."""
    roll(work, work.campaign.starts_on)


def compute(
    work: Work, indicator: Indicator, one: Window, ids: Sequence[int] | None = None
) -> list[tuple[int, int, int]]:
    """(unit, n, d) of one indicator straight from the records, for any window."""
    return [(u, n, d) for _, u, n, d in _run(work, [(indicator, one)], ids)]


def _layers(work: Work, chosen: Sequence[Indicator], since: date) -> list[list[Pair]]:
    """The windows from ``since`` to today: first every indicator's newest, then each one's last but one, ..."""
    start = work.campaign.starts_on
    first, last = max(since, start), max(work.today, start)
    layers: list[list[Pair]] = []
    for indicator in chosen:
        found = list(windows(indicator.every, first, last, campaign_start=start, as_of=work.today))
        for depth, one in enumerate(reversed(found)):
            if len(layers) <= depth:
                layers.append([])
            layers[depth].append((indicator, one))
    return layers


def _bring(work: Work, pairs: Sequence[Pair], ids: list[int] | None) -> None:
    """Compute ``pairs`` (for ``ids`` or all units), write what changed, fold it into the communities."""
    healthy, found = _guarded(work, pairs, ids) if pairs else ([], {})
    if not healthy:
        return
    wanted = {(i.key, w.key, i.unit.name, u): (n, d) for i, w in healthy for u, n, d in found[i.key, w.key]}
    changed = _write(work, {(i.key, w.key, i.unit.name) for i, w in healthy}, ids, wanted)
    folded = [(i, w) for i, w in healthy if i.unit == COMPLEX]
    moved_home = any(t.unit == COMMUNITY for t in work.touched)
    if folded and (moved_home or any(k[2] == COMPLEX.name for k in changed)):
        _fold(work, folded, ids)


def _fold(work: Work, pairs: Sequence[Pair], ids: list[int] | None) -> None:
    """Sums over the complexes of each community that a touched complex lies in, or lay in before it moved."""
    communities: list[int] | None = None
    params: dict[str, Any] = {"keys": [i.key for i, _ in pairs], "periods": list({w.key for _, w in pairs})}
    if ids is not None:
        missing = [i for i in ids if i not in work.homes]
        if missing:
            work.homes.update((c, m) for c, m in prepared.run(work, "homes", _homes, {"ids": missing}))
        homes = {work.homes[i] for i in ids if i in work.homes}
        communities = sorted(homes | {i for t in work.touched if t.unit == COMMUNITY for i in t.ids})
        params["communities"] = communities
    chosen = {(i.key, w.key) for i, w in pairs}
    rows = prepared.run(work, ("fold", ids is None), lambda: _sums(ids is None), params)
    wanted = {(k, p, COMMUNITY.name, c): (int(n), int(d)) for k, p, c, n, d in rows if (k, p) in chosen}
    _write(work, {(k, p, COMMUNITY.name) for k, p in chosen}, communities, wanted)


def _homes() -> Rows:
    return select(Complex.id, Complex.community_id).where(Complex.id.in_(bindparam("ids", expanding=True)))


def _sums(everywhere: bool) -> Rows:
    rows = (
        select(Measure.indicator, Measure.period, Complex.community_id, func.sum(Measure.n), func.sum(Measure.d))
        .join(Complex, Complex.id == Measure.unit_id)
        .where(
            Measure.indicator.in_(bindparam("keys", expanding=True)),
            Measure.period.in_(bindparam("periods", expanding=True)),
            Measure.unit_kind == COMPLEX.name,
            Measure.until == FAR,
        )
        .group_by(Measure.indicator, Measure.period, Complex.community_id)
    )
    return rows if everywhere else rows.where(Complex.community_id.in_(bindparam("communities", expanding=True)))


def _write(
    work: Work, asked: set[tuple[str, str, str]], ids: list[int] | None, wanted: dict[spans.Key, Any]
) -> list[spans.Key]:
    """Write ``wanted`` over what the ledger holds now for ``asked`` (indicator, period, kind of unit) and ``ids`` (None:
    all units). The sums of communities stand beside what communities come to themselves: each is touched by its own."""
    params = {
        "keys": list({key for key, _, _ in asked}),
        "periods": list({period for _, period, _ in asked}),
        "kinds": list({kind for _, _, kind in asked}),
        "ids": ids or [],
    }
    rows = prepared.run(work, ("held", ids is None), lambda: _held(ids is None), params)
    current = {(i, p, k, u): (row, since, (n, d)) for row, i, p, k, u, since, n, d in rows if (i, p, k) in asked}
    current = {k: (row, _day(since), v) for k, (row, since, v) in current.items()}
    return spans.write(work.session, Measure.__table__, NAMES, current, wanted, work.today, ("n", "d"))  # type: ignore[arg-type]


def _held(everywhere: bool) -> Rows:
    t = Measure
    rows = select(t.id, t.indicator, t.period, t.unit_kind, t.unit_id, t.since, t.n, t.d).where(
        t.indicator.in_(bindparam("keys", expanding=True)),
        t.period.in_(bindparam("periods", expanding=True)),
        t.unit_kind.in_(bindparam("kinds", expanding=True)),
        t.until == FAR,
    )
    return rows if everywhere else rows.where(t.unit_id.in_(bindparam("ids", expanding=True)))


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _guarded(work: Work, pairs: Sequence[Pair], ids: Sequence[int] | None) -> tuple[list[Pair], Found]:
    """All in one statement; if that fails, one by one, and the guilty is noted at its place."""
    asked = list(pairs)
    pairs = [p for p in asked if not _missing(work, p[0])]
    if not pairs:
        return [], {}
    found: Found = {(i.key, w.key): [] for i, w in pairs}
    window_of = {i.key: w.key for i, w in pairs}
    with faults.border(work, "measure:all", "core") as failed:
        for key, u, n, d in _run(work, pairs, ids):
            found[key, window_of[key]].append((u, n, d))
    if failed:
        return _one_by_one(work, pairs, ids)
    for indicator, _ in pairs:
        faults.mended(work, f"measure:{indicator.key}")
    return list(pairs), found


def _missing(work: Work, indicator: Indicator) -> bool:
    """Does it lack a partner's data, or is it paused? That is said at its place and troubles nobody else."""
    if pauses.paused(work, f"measure:{indicator.key}"):
        return True
    prepared.reads(work, indicator.key, lambda: indicator.measure(scope_for(work, indicator.every)))
    why = prepared.missing(work, indicator.key)
    if why:
        place, slug = f"measure:{indicator.key}", indicator.key.partition(".")[0]
        faults.record(work, place, Fault(plugin=slug, stage="measure", what=why, excused=True))
    return bool(why)


def _one_by_one(work: Work, pairs: Sequence[Pair], ids: Sequence[int] | None) -> tuple[list[Pair], Found]:
    found: Found = {}
    healthy = []
    for indicator, one in pairs:
        place = f"measure:{indicator.key}"
        with faults.border(work, place, indicator.key.partition(".")[0]) as failed:
            found[indicator.key, one.key] = compute(work, indicator, one, ids)
        if failed:
            faults.record(work, place, failed[0])
        else:
            faults.mended(work, place)
            healthy.append((indicator, one))
    return healthy, found


def _run(work: Work, pairs: Sequence[Pair], ids: Sequence[int] | None) -> Iterable[tuple[str, int, int, int]]:
    binds: dict[str, Any] = {} if ids is None else {"only": list(ids)}
    for indicator, one in pairs:
        binds |= scope_for(work, indicator.every).binds(one)
    key = ("measures", tuple(i.key for i, _ in pairs), ids is not None, work.settings_token)
    for name, unit, n, d in prepared.of_plugin(work, key, lambda: _statement(work, pairs, ids is not None), binds):
        yield name, int(unit), int(n or 0), int(d or 0)


def _statement(work: Work, pairs: Sequence[Pair], only: bool) -> Any:
    selects = []
    for indicator, _ in pairs:
        rows = indicator.measure(scope_for(work, indicator.every, only=indicator.unit.name if only else "")).subquery()
        if len(rows.c) != 3:
            raise ValueError(
                f"{indicator.key}: a measure selects (unit_id, numerator, denominator), not {len(rows.c)} columns"
            )
        whole = select(literal(indicator.key), *rows.c)
        selects.append(whole.where(rows.c[0].in_(bindparam("only", expanding=True))) if only else whole)
    return union_all(*selects) if len(selects) > 1 else selects[0]
