"""A few kills of what bench/crash.py does two hundred times (``make nightly``); and its saboteurs, which must break the promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import crash


@pytest.mark.timeout(300)
def test_what_was_acknowledged_outlives_kill_9_once(tmp_path: Path) -> None:
    found = crash.run(tmp_path, 8)
    assert found.held, str(found)
    assert found.acknowledged > 8 and found.repeated > 0, f"no answer was lost on its way: {found}"


@pytest.mark.timeout(300)
def test_a_server_that_answers_before_it_commits_loses(tmp_path: Path) -> None:
    found = crash.run(tmp_path, 4, variant="answers_first")
    assert found.lost > 0, str(found)


@pytest.mark.timeout(300)
def test_a_server_that_keeps_no_receipt_doubles(tmp_path: Path) -> None:
    assert crash.run(tmp_path, 4, variant="without_receipt").doubled > 0
