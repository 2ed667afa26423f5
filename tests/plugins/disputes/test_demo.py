"""The demo's numbers come out of its records (plan section 4), at both dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.base.blocks import Light, plain
from core.kernel import plugins
from core.services.campaign import setting_changes
from core.services.measuring import days
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.reporting import reports
from core.testing import at, figure, light
from tests.plugins.worlds import demo_world

NOVEMBER, DECEMBER = date(2024, 11, 30), date(2024, 12, 31)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    found = demo_world(tmp_path_factory.mktemp("demo"), ("disputes",))
    yield found
    found.db.close()


def test_the_numbers_of_the_plan(demo: Platform) -> None:
    with demo.reading() as work:
        assert figure(work, "disputes.received", NOVEMBER)[0] == 78
        assert figure(work, "disputes.received", DECEMBER)[0] == 179
        assert figure(work, "disputes.matters", DECEMBER)[0] == 176
        assert figure(work, "disputes.complaints_reduced", DECEMBER) == (179, 212)
        assert figure(work, "disputes.disposed", DECEMBER) == (178, 179)
        assert light(work, "disputes.complaints_reduced", DECEMBER) is Light.GREEN
        assert light(work, "disputes.disposed", DECEMBER) is Light.RED


def test_the_report_prints_every_baseline(demo: Platform) -> None:
    with demo.reading() as work:
        (facts,) = (f for f in reports.gather(work, DECEMBER, "disputes") if f.action.slug == "disputes")
        blocks = list(work.catalog.plugins["disputes"].sections[0].build(facts))
    table = next(b for b in blocks if getattr(b, "title", "").startswith("投诉量与基数对照"))
    assert [[plain(cell) for cell in row] for row in table.rows] == [
        ["上年同期", "179", "212", "15.6%", "考核口径"],
        ["2024年1-10月月均", "101", "116", "12.9%", "对照"],
        ["上月", "101", "104", "2.9%", "对照"],
    ]
    whole = next(b for b in blocks if getattr(b, "title", "").startswith("各社区投诉情况"))
    sums = [sum(int(plain(row[at_]).replace(",", "")) for row in whole.rows) for at_ in (1, 2, 6)]
    assert sums == [179, 176, 212], "communities sum to the street"


def test_the_other_baseline_turns_the_light_red(tmp_path: Path) -> None:
    """Story 8 with the plan's own numbers: 15.6 % green becomes 12.9 % red."""
    small = demo_world(tmp_path, ("disputes",))
    with small.work(SYSTEM_ACTOR, now=at(DECEMBER, 20)) as work:
        days.begin(work)
        setting_changes.change(work, "disputes.baseline", "2024年1-10月月均", "改按月均")
    with small.reading() as work:
        assert figure(work, "disputes.complaints_reduced", DECEMBER) == (101, 116)
        assert light(work, "disputes.complaints_reduced", DECEMBER) is Light.RED
    small.db.close()


def test_enough_and_not_too_much(demo: Platform) -> None:
    with demo.reading() as work:
        many = {k: work.session.scalar(select(func.count()).select_from(m)) for k, m in work.catalog.records.items()}
    assert all(many.values()), many
    assert sum(many.values()) < 1200, many


@pytest.mark.parametrize("complexes", [10, 30])
def test_smaller_worlds_are_filled_too(tmp_path: Path, complexes: int) -> None:
    found = demo_world(tmp_path, ("disputes",), complexes=complexes)
    with found.reading() as work:
        assert not plugins.load(only=["disputes"]).faults
        n, d = figure(work, "disputes.complaints_reduced", DECEMBER)
        assert 0 < n < d
    found.db.close()
