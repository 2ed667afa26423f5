"""The demo numbers of plan section 4: 65 of 72 complexes have a micro-project."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from core.testing import figure, light
from tests.plugins.worlds import demo_world

END = date(2024, 12, 31)


def test_the_numbers_of_the_plan_come_out_of_the_records(tmp_path: Path) -> None:
    world = demo_world(tmp_path, ("micro_projects",))
    with world.reading() as work:
        assert figure(work, "micro_projects.covered", END) == (65, 72)
        assert light(work, "micro_projects.covered", END).value == "red"
        assert figure(work, "micro_projects.planned", END) == (69, 72)
        before = figure(work, "micro_projects.covered", date(2024, 11, 30))
        assert 0 < before[0] < 65, "two snapshots show a trend"
    world.db.close()
