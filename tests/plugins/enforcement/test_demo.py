"""The demo numbers of plan section 4: 146 of 148 handled, joint actions two and three, one office without a patrol."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from core.testing import figure, light
from tests.plugins.worlds import demo_world

END = date(2024, 12, 31)


def test_the_numbers_of_the_plan_come_out_of_the_records(tmp_path: Path) -> None:
    world = demo_world(tmp_path, ("enforcement",))
    with world.reading() as work:
        assert figure(work, "enforcement.handled", END) == (146, 148)
        assert light(work, "enforcement.handled", END).value == "red"
        assert figure(work, "enforcement.joint_actions", date(2024, 11, 30))[0] == 2
        assert figure(work, "enforcement.joint_actions", END)[0] == 3
        assert figure(work, "enforcement.patrols", date(2024, 11, 30)) == (4, 4)
        assert figure(work, "enforcement.patrols", END) == (3, 4), "市场监管所 missed December"
        assert figure(work, "enforcement.cases", END)[0] == 2
    world.db.close()
