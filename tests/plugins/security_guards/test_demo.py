"""The demo numbers of plan section 4: 430 guards, 415 filed, 372 certified, 118 trained."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from core.testing import figure, light
from tests.plugins.worlds import demo_world

END = date(2024, 12, 31)


def test_the_numbers_of_the_plan_come_out_of_the_records(tmp_path: Path) -> None:
    world = demo_world(tmp_path, ("security_guards",))
    with world.reading() as work:
        assert figure(work, "security_guards.filed", END) == (415, 430)
        assert figure(work, "security_guards.certified", END) == (372, 430)
        assert figure(work, "security_guards.trained", END) == (118, 430)
        assert light(work, "security_guards.trained", END).value == "green"
        before = figure(work, "security_guards.filed", date(2024, 11, 30))
        assert before[1] == 430
        assert 0 < before[0] < 415, "two snapshots show a trend"
    world.db.close()
