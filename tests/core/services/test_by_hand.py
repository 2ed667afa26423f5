"""A job set going by hand: a long one goes on behind the page, is shown as running and is not begun twice."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

from core.base.errors import Invalid
from core.services.platform import Platform
from core.services.scheduled import by_hand, job_runs

KEY = "environment.monthly_summary"


def test_a_long_one_is_answered_at_once_and_shown_until_it_is_over(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, over = Event(), Event()

    def held(found: Platform, job: Any, scheduled: Any, now: Any, *, manual: bool = False) -> Any:
        go.wait(30)
        done = job_runs.run_at(found, job, scheduled, now=now, manual=manual)
        over.set()
        return done

    monkeypatch.setattr(by_hand, "run_apart", held)
    monkeypatch.setattr(by_hand, "QUICK_S", 0.01)
    assert by_hand.start(platform, KEY) is None
    assert list(by_hand.running(platform)) == [KEY]
    with pytest.raises(Invalid):
        by_hand.start(platform, KEY)
    go.set()
    assert over.wait(30)
    for _ in range(300):
        if not by_hand.running(platform):
            break
        Event().wait(0.1)
    assert not by_hand.running(platform)
    with platform.reading() as work:
        (run,) = job_runs.latest(work.session, [KEY])[KEY]
        assert run.manual and run.state == job_runs.DONE


def test_what_an_outage_passed_over_is_counted_once_and_is_no_run(platform: Platform) -> None:
    with platform.reading() as work:
        now = work.now.replace(microsecond=0)
    job = job_runs.all_jobs(platform.catalog)[KEY]
    times = [now.replace(hour=1, minute=m) for m in range(3)]
    job_runs.miss(platform, job, times)
    with platform.reading() as work:
        assert job_runs.latest(work.session, [KEY])[KEY] == []
        found = job_runs.outages(work.session, [KEY])[KEY]
        assert (found.many, found.first, found.last) == (3, times[0], times[-1])
