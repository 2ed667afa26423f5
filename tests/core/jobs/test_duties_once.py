"""A few deaths of what bench/duties.py does a hundred times (``make test-kills``) and a thousand times (``make nightly``); and its
saboteurs, which must break the promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import duties


@pytest.mark.timeout(300)
def test_each_duty_has_one_effect_whatever_becomes_of_three_schedulers(tmp_path: Path) -> None:
    found = duties.run(tmp_path, 20)
    assert found.held and found.stops and found.outages and found.duties > found.restarts, str(found)


@pytest.mark.timeout(300)
def test_a_scheduler_that_looks_and_then_runs_doubles(tmp_path: Path) -> None:
    assert duties.run(tmp_path, 10, variant="checks_first").doubled > 0


@pytest.mark.timeout(300)
def test_a_scheduler_that_claims_first_and_runs_later_loses(tmp_path: Path) -> None:
    assert duties.run(tmp_path, 10, variant="claims_first").lost > 0


@pytest.mark.timeout(300)
def test_a_scheduler_that_trusts_its_lease_doubles_when_it_is_stopped(tmp_path: Path) -> None:
    assert duties.run(tmp_path, 5, variant="leases").doubled > 0
