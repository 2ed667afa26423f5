"""Story 17 of plan section 5, through the one door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from core.estate.units import Complex
from core.kernel import plugins
from core.services.measuring import days
from core.services.owing.obligations import Obligation
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.writing import records, registry
from core.testing import at, figure, small_platform

DAY = date(2024, 11, 12)
SPOTS = ["出入口", "地下室", "入户大堂", "卫生死角", "垃圾收集点"]


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Platform]:
    platform = small_platform(tmp_path, catalog=plugins.load(only=["environment"], strict=True))
    yield platform
    platform.db.close()


def clean(platform: Platform, spots: list[str], day: date = DAY, complex_id: int = 1) -> None:
    with platform.work(SYSTEM_ACTOR, now=at(day)) as work:
        values = {"complex_id": complex_id, "held_on": day, "spots": spots, "people": 9, "photos": ["demo"]}
        records.save(work, "environment.cleanup", values)


def settled(platform: Platform, rule: str, complex_id: int = 1) -> list[tuple[str, bool]]:
    """(period, done) of each duty of that rule."""
    o = Obligation
    rows = select(o.period, o.done_at).where(o.rule == rule, o.unit_id == complex_id, o.unit_kind == "complex")
    with platform.reading() as work:
        return [(period, done_at is not None) for period, done_at in work.session.execute(rows.order_by(o.due_at))]


def test_story_17_a_first_clean_up_without_the_basement_settles_the_month_but_not_the_first(found: Platform) -> None:
    clean(found, [s for s in SPOTS if s != "地下室"])
    assert [done for _period, done in settled(found, "environment.first_cleanup")] == [False]
    assert dict(settled(found, "environment.monthly_cleanup"))["2024-11"] is True
    with found.reading(now=at(DAY)) as work:
        assert figure(work, "environment.first_cleanup_done", DAY)[0] == 0
        assert figure(work, "environment.cleaned_monthly", DAY)[0] == 1
    clean(found, SPOTS, date(2024, 11, 14))
    assert [done for _period, done in settled(found, "environment.first_cleanup")] == [True]


def test_story_17_a_complex_that_gets_a_firm_owes_from_the_next_month_on(found: Platform) -> None:
    """示例小区10 has no property service; it is taken over on 2024-11-20."""
    with found.reading(now=at(DAY)) as work:
        last = work.look.unit_id(Complex.kind, "示例小区10")
        assert last
    assert settled(found, "environment.monthly_cleanup", last) == []
    with found.work(SYSTEM_ACTOR, now=at(date(2024, 11, 20))) as work:
        one = work.session.get(Complex, last)
        assert one
        change = one.values() | {"service": "专业物业", "company_id": 1}
        registry.save(work, Complex, change, unit_id=last, effective=date(2024, 11, 20))
    end, new = date(2024, 11, 30), date(2024, 12, 2)
    with found.work(SYSTEM_ACTOR, now=at(new)) as work:
        days.begin(work)
    with found.reading(now=at(new)) as work:
        assert figure(work, "environment.cleaned_monthly", end) == (0, 9), "November counts who had a firm at its start"
        assert figure(work, "environment.cleaned_monthly", new) == (0, 10)
    periods = [period for period, _done in settled(found, "environment.monthly_cleanup", last)]
    assert "2024-11" not in periods and "2024-12" in periods
