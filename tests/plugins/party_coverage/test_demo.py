"""The demo's numbers come out of its records (plan section 4), at both dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.base.blocks import Light, plain
from core.services.operations.fault_row import FaultRow
from core.services.platform import Platform
from core.services.reporting import reports
from core.testing import figure, light
from tests.plugins.worlds import demo_world

NOVEMBER, DECEMBER = date(2024, 11, 30), date(2024, 12, 31)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    found = demo_world(tmp_path_factory.mktemp("demo"), ("party_coverage", "self_governance"))
    yield found
    found.db.close()


def test_the_numbers_of_the_plan(demo: Platform) -> None:
    expected = {
        date(2024, 11, 15): {"complex_census_closed": (68, 72), "company_census_closed": (26, 28)},
        NOVEMBER: {"committees_with_three": (19, 39), "company_census_closed": (28, 28)},
        DECEMBER: {
            "committees_with_three": (22, 46),
            "company_organised": (17, 28),
            "company_work_covered": (25, 28),
            "complex_organised": (48, 72),
            "formed_where_due": (22, 28),
        },
    }
    with demo.reading() as work:
        for day, some in expected.items():
            assert {k: figure(work, f"party_coverage.{k}", day) for k in some} == some
        assert light(work, "party_coverage.committees_with_three", DECEMBER) is Light.RED
        assert not work.session.scalars(select(FaultRow)).all()


def test_cross_posts_follow_from_two_entries_elsewhere(demo: Platform) -> None:
    with demo.reading() as work:
        n, d = figure(work, "party_coverage.cross_posts", DECEMBER)
        heads, same = figure(work, "party_coverage.both_heads", DECEMBER)
        assert d == same and 0 < heads < n < d
        written = work.catalog.records["party_coverage.cross_post"]
        assert set(work.session.scalars(select(written.created_by))) == {"system"}


def test_the_census_is_of_860_people(demo: Platform) -> None:
    with demo.reading() as work:
        model = work.catalog.records["party_coverage.census_entry"]
        assert work.session.scalar(select(func.count()).select_from(model)) == 860
        (facts,) = (f for f in reports.gather(work, DECEMBER, "party_coverage") if f.action.slug == "party_coverage")
        blocks = list(work.catalog.plugins["party_coverage"].sections[0].build(facts))
    tables = {b.title: b for b in blocks if getattr(b, "title", "")}
    ways = {plain(way): plain(many) for way, many in tables["物业企业“两个覆盖”"].rows}
    assert ways["单独组建"] == "10家" and ways["联合组建"] == "7家" and ways["未覆盖"] == "2家"
    total = tables["小区党员摸底"].rows[0]
    assert sum(int(plain(cell)[:-1]) for cell in total[1:]) == 860


@pytest.mark.parametrize("complexes", [10])
def test_a_small_world_has_samples_too(tmp_path: Path, complexes: int) -> None:
    small = demo_world(tmp_path, ("party_coverage", "self_governance"), complexes=complexes, until=date(2024, 12, 10))
    with small.reading() as work:
        n, d = figure(work, "party_coverage.complex_organised", date(2024, 12, 10))
        assert d == complexes and 0 < n < d
    small.db.close()
