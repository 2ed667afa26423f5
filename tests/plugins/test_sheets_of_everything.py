"""Every kind of record of every plugin goes out as a sheet and comes back without a change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from core.kernel import plugins
from core.services import sheets
from core.services.platform import Platform
from tests.plugins.worlds import demo_world

DAY, LOT = date(2024, 11, 30), 300
KEYS = sorted(plugins.load(strict=True).records)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("sheets")
    found = demo_world(folder, plugins.load(strict=True).plugins, until=DAY, complexes=12)
    yield found
    found.db.close()


def exported(platform: Platform, key: str) -> tuple[bytes, int]:
    """The newest rows of a kind, and how many."""
    with platform.reading() as work:
        model = platform.catalog.records[key]
        rows = work.session.query(model).order_by(model.id.desc()).limit(LOT).all()
        return sheets.export(work, model, key, rows), len(rows)


def planned(platform: Platform, key: str, data: bytes, name: str = "a.xlsx") -> sheets.Plan:
    with platform.reading() as work:
        return sheets.plan(work, platform.catalog.records[key], key, sheets.read(data, name))


@pytest.mark.parametrize("key", KEYS)
def test_nothing_changes_on_the_way_out_and_back(world: Platform, key: str) -> None:
    data, many = exported(world, key)
    plan = planned(world, key, data)
    assert plan.problems == ()
    told = [(r.number, r.kind, [c.label for c in r.changes], [f.text for f in r.flaws]) for r in plan.rows]
    assert [t for t in told if t[1] != "unchanged"] == []
    assert len(plan.rows) == many


def test_most_kinds_have_rows_to_carry(world: Platform) -> None:
    """The test above would pass on empty tables."""
    empty = [key for key in KEYS if not exported(world, key)[1]]
    assert len(empty) < len(KEYS) / 5, empty
