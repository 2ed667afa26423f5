"""Every figure and every duty of every plugin against its oracle: on the demo world and on worlds made by chance."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.base.window import Window
from core.kernel import plugins
from core.services.measuring import days
from core.services.platform import Platform
from core.testing import START, at, small_platform
from tests.plugins.harness import Estate, Life, catalog_of, clock_differences, differences, missing, oracle_of
from tests.plugins.worlds import demo_world

SLUGS = [slug for slug, one in plugins.load().plugins.items() if one.records]
DAYS = (START, date(2024, 11, 15), date(2024, 11, 30), date(2024, 12, 15), date(2024, 12, 31))
pytestmark = pytest.mark.timeout(600)  # a demo world of several plugins takes a while on a busy machine
FEW = settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The demo world of the plugin and of those it needs."""
    slug = request.param
    made = demo_world(tmp_path_factory.mktemp(slug), tuple(catalog_of(slug).plugins))
    yield made
    made.db.close()


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_is_left_out(slug: str) -> None:
    assert not missing(slug)


@pytest.mark.parametrize(("world", "slug"), [(s, s) for s in SLUGS], indirect=["world"], ids=SLUGS)
def test_the_demo_world(world: Platform, slug: str) -> None:
    with world.reading(now=at(DAYS[-1], 23)) as work:
        found = [text for day in DAYS for text in differences(work, slug, day)]
        found += clock_differences(work, slug)
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("slug", SLUGS)
@FEW
@given(seed=st.integers(0, 10_000), acts=st.integers(60, 140), back=st.integers(0, 30))
def test_worlds_made_by_chance(slug: str, seed: int, acts: int, back: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        platform = small_platform(Path(folder), catalog=catalog_of(slug), complexes=8)
        life = Life(platform, slug, seed)
        last = life.live(acts, 50)
        assert life.taken, "the door took nothing: the check would compare nothing"
        with platform.work(now=at(last, 20)) as work:
            days.begin(work)
        with platform.reading(now=at(last, 20)) as work:
            found = [text for day in (last, last - timedelta(days=back)) for text in differences(work, slug, day)]
            found += clock_differences(work, slug)
        platform.db.close()
    assert not found, "\n".join(found[:20])


def test_a_wrong_figure_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself: an oracle that differs by one is told with key, day, unit, expected and got."""
    right = oracle_of("environment").INDICATORS["environment.shortboards_closed"]
    platform = small_platform(tmp_path, catalog=catalog_of("environment"), complexes=8)
    last = Life(platform, "environment", 3).live(80, 40)

    def wrong(estate: Estate, window: Window) -> dict[int, tuple[int, int]]:
        return {unit: (n + 1, d) for unit, (n, d) in right(estate, window).items()}

    with platform.reading(now=at(last, 20)) as work:
        assert not list(differences(work, "environment", last))
        monkeypatch.setitem(oracle_of("environment").INDICATORS, "environment.shortboards_closed", wrong)
        found = list(differences(work, "environment", last))
    platform.db.close()
    assert found and all(f"environment.shortboards_closed on {last}" in text for text in found)
    assert "expected (" in found[0] and "got (" in found[0]
