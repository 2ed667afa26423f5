"""The demo numbers of plan section 4: 18 organs, lists 17, two activities 15; December needs 11/11 and 36/40."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from core.testing import figure
from tests.plugins.worlds import demo_world

END = date(2024, 12, 31)


def test_the_numbers_of_the_plan_come_out_of_the_records(tmp_path: Path) -> None:
    world = demo_world(tmp_path, ("dual_reporting",))
    with world.reading() as work:
        assert figure(work, "dual_reporting.lists_made", END) == (17, 18)
        assert figure(work, "dual_reporting.activities_held", END) == (15, 18)
        assert figure(work, "dual_reporting.community_needs_published", END) == (11, 11)
        assert figure(work, "dual_reporting.needs_published", END) == (36, 40)
        assert figure(work, "dual_reporting.community_events_held", END) == (10, 11)
        assert figure(work, "dual_reporting.needs_published", date(2024, 11, 30)) == (31, 40)
    world.db.close()
