"""Limits: as many at once as allowed, then one at a time; one for all processes; nobody slows another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from core.services.identity import limits
from core.services.identity.accounts import real_now
from core.services.platform import Platform

MINUTE = timedelta(minutes=1)
NOW = real_now()


def spend(platform: Platform, key: str, after: float = 0, limit: int = 5) -> float:
    with platform.db.writing() as session:
        return limits.spend(session, key, limit, MINUTE, NOW + timedelta(seconds=after))


def test_as_many_as_allowed_then_one_at_a_time(platform: Platform) -> None:
    assert [spend(platform, "me") for _ in range(5)] == [0] * 5
    wait = spend(platform, "me")
    assert 11 < wait <= 12
    assert spend(platform, "me", after=11) > 0
    assert spend(platform, "me", after=12.1) == 0
    assert spend(platform, "me", after=12.2) > 0
    assert [spend(platform, "me", after=600) for _ in range(5)] == [0] * 5


def test_no_edge_of_a_window_lets_twice_as_many_through(platform: Platform) -> None:
    """Ten seconds around where a fixed window of a minute would begin anew."""
    passed = sum(spend(platform, "me", after=tenth / 10) == 0 for tenth in range(550, 650))
    assert passed == 5


def test_one_never_slows_another(platform: Platform) -> None:
    while spend(platform, "flood") == 0:
        pass
    assert spend(platform, "other") == 0


def test_a_clock_set_back_locks_nobody_out(platform: Platform) -> None:
    assert spend(platform, "me", after=3 * 86400) == 0
    assert spend(platform, "me") == 0


def test_what_a_stranger_typed_may_be_long_and_is_forgiven_and_swept(platform: Platform) -> None:
    long = "sign-in/" + "甲" * 5000
    while spend(platform, long) == 0:
        pass
    with platform.db.writing() as session:
        limits.forgive(session, long)
    assert spend(platform, long) == 0
    with platform.db.writing() as session:
        assert limits.sweep(session, NOW) == 0
        assert limits.sweep(session, NOW + timedelta(hours=1)) == 1


def test_many_at_once_get_no_more_than_one_would(store: Platform) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: spend(store, "me", limit=20), range(60)))
    assert answers.count(0) == 20


def test_the_first_two_at_once(store: Platform) -> None:
    """A key nobody has used: both insert, one waits for the other."""
    with ThreadPoolExecutor(2) as pool:
        assert all(
            sorted(wait > 0 for wait in pool.map(lambda _, k=key: spend(store, k, limit=1), range(2))) == [False, True]
            for key in map(str, range(20))
        )
