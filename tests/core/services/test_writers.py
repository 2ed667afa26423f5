"""Writers take turns: bench/writers.py for a few seconds (``make nightly``: ten minutes), its saboteur, and the queue itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import writers
from core.services.store.turns import next_in_turn


@pytest.mark.timeout(300)
def test_eight_processes_that_report_without_pause_are_all_answered(tmp_path: Path) -> None:
    found = writers.run(tmp_path, 5)
    assert found.held, str(found)
    assert found.records > writers.WRITERS


@pytest.mark.timeout(300)
def test_a_lock_taken_late_is_refused(tmp_path: Path) -> None:
    assert writers.run(tmp_path, 3, variant="deferred").answers.get(503, 0) > 0


def test_one_waits_at_the_door_and_who_is_out_of_patience_goes_there_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with next_in_turn(file, 5) as left:
        assert left > 4
        with next_in_turn(file, 0.2) as none_left:
            assert none_left == 0
    with next_in_turn(file, 5) as left:
        assert left > 4, "the place is free again"
