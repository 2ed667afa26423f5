"""Whatever is reported, corrected, moved, removed or re-registered, the ledgers kept on the way equal a rebuild from records."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.base.errors import Invalid
from core.base.window import FAR
from core.estate.units import Community, Complex
from core.kernel import plugins
from core.services.measuring import days, measures
from core.services.measuring.measures import Measure
from core.services.owing import obligations
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.work import Work
from core.services.writing import records, registry
from core.testing import at, small_platform

START = date(2024, 11, 8)
SPOTS = ["出入口", "地下室", "入户大堂", "卫生死角", "垃圾收集点"]
ACTS = st.sampled_from(
    ["cleanup", "cleanup", "defect", "fallback", "edit", "remove", "move", "settle", "service", "close"]
)
ONE = plugins.load(only=["environment"], strict=True)  # the acts below are of this one
HISTORY = st.lists(st.tuples(ACTS, st.integers(0, 9), st.integers(0, 6), st.integers(0, 99)), min_size=1, max_size=25)


def ledgers(work: Work) -> tuple[Any, Any]:
    """Both ledgers as they stand, without row numbers and without the days on which they were known."""
    m = select(Measure.indicator, Measure.period, Measure.unit_kind, Measure.unit_id, Measure.n, Measure.d)
    o = select(
        Obligation.rule, Obligation.period, Obligation.unit_kind, Obligation.unit_id, Obligation.subject_id,
        Obligation.due_at, Obligation.done_at,
    )  # fmt: skip
    kept = {tuple(r) for r in work.session.execute(m.where(Measure.until == FAR))}
    return kept, {tuple(r) for r in work.session.execute(o)}


def act(work: Work, what: str, unit: int, back: int, seed: int, made: list[tuple[str, int]]) -> None:
    complexes = list(work.session.scalars(select(Complex.id).order_by(Complex.id)))
    communities = list(work.session.scalars(select(Community.id).order_by(Community.id)))
    one, on = complexes[unit % len(complexes)], max(work.today - timedelta(days=back), START)
    key, record_id = made[seed % len(made)] if made else ("", 0)
    match what:
        case "cleanup":
            values = {"complex_id": one, "held_on": on, "spots": SPOTS[: 1 + seed % 5], "people": 5, "photos": ["demo"]}
            made.append(("environment.cleanup", records.save(work, "environment.cleanup", values).record.id))
        case "defect":
            values = {
                "complex_id": one,
                "found_on": on,
                "defect": "照明缺失",
                "place": "东门",
                "before_photos": ["demo"],
            }
            made.append(("environment.shortboard", records.save(work, "environment.shortboard", values).record.id))
        case "fallback":
            values = {"complex_id": one, "started_on": on, "services": ["保洁", "安保"][: 1 + seed % 2]}
            made.append(("environment.fallback", records.save(work, "environment.fallback", values).record.id))
        case "edit" if made:
            records.save(work, key, {"complex_id": one}, record_id=record_id)
        case "remove" if made:
            records.remove(work, key, record_id)
            made.remove((key, record_id))
        case "settle" if made:
            steps = {"environment.shortboard": ("mend", {"after_photos": ["demo"]})}.get(key, ("send_back", {}))
            records.move(work, key, record_id, steps[0], steps[1], remark="请补充")
        case "move":
            registry.save(
                work, Complex, {"community_id": communities[seed % len(communities)]}, unit_id=one, effective=on
            )
        case "service":
            state = ("专业物业", "无物业", "打包委托")[seed % 3]
            registry.save(work, Complex, {"service": state}, unit_id=one, effective=on)
        case "close":
            registry.save(work, Complex, {"closed_on": None if seed % 2 else on}, unit_id=one)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=HISTORY)
def test_incremental_equals_rebuild(history: list[tuple[str, int, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        platform = small_platform(Path(folder), catalog=ONE)
        try:
            live(platform, history)
        finally:
            platform.db.close()


def live(platform: Platform, history: list[tuple[str, int, int, int]]) -> None:
    day, made = START, []  # type: ignore[var-annotated]
    for what, unit, back, seed in history:
        day += timedelta(days=seed % 9)
        with platform.work(now=at(day)) as work:
            days.begin(work)
            try:
                act(work, what, unit, back, seed, made)
            except Invalid:
                work.session.expire_all()  # refused as a user would see it; nothing of it may be kept
    with platform.work(now=at(day)) as work:
        kept = ledgers(work)
        measures.rebuild(work)
        obligations.rebuild(work)
        work.session.expire_all()
        assert ledgers(work) == kept
