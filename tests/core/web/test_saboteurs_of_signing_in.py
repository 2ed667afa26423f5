"""Rule 0: each guard of signing in, of sessions, tokens and signed calls is weakened on purpose, and the very test that guards
it must notice, which passes in the same world with the guard whole."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from core import testing
from core.app import create_app
from core.services.exchange import signatures, tokens
from core.services.identity import accounts, limits, lockout, passwords, policy, second_factor, sessions, signing_in
from core.testing import DAY, small_platform
from core.web import frame
from core.web.pages import signin as signin_page
from tests.core.web import test_web_lockout as lockouts
from tests.core.web import test_web_password as own_password
from tests.core.web import test_web_second_factor as factor
from tests.core.web import test_web_sessions as sessions_of
from tests.core.web import test_web_signatures as signed
from tests.core.web import test_web_signin as signin
from tests.core.web import test_web_tokens as api

Patch = pytest.MonkeyPatch
Client = Callable[[str], Any]
Check = Callable[[Client], None]
CAUGHT = (AssertionError, AttributeError, pytest.fail.Exception)  # AttributeError: a page without what is looked for


@pytest.fixture(autouse=True)
def quick_hashes() -> Iterator[None]:
    """How long a hash takes is no guard of these; hundreds of them are checked here."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with Patch.context() as own:
        passwords.dummy.cache_clear()
        own.setattr(passwords, "_hasher", lambda: hasher)
        yield
    passwords.dummy.cache_clear()


def client_of(folder: Path) -> Client:
    """``client`` of a small world of its own."""
    folder.mkdir()
    platform = small_platform(folder, today=DAY, begun=True)
    made: Client = testing.client.__wrapped__(create_app(platform=platform), platform)  # type: ignore[attr-defined]
    return made


def by(module: Any, check: Callable[..., None], *more: Any) -> Check:
    """A test of ``module`` that is given its ``a``: somebody with a password."""
    return lambda client: check(module.a.__wrapped__(client), *more)


def of_api(check: Callable[..., None], *more: Any) -> Check:
    return lambda client: check(client("b"), *more)


def of_factor(check: Callable[..., None], *more: Any) -> Check:
    """A test of the second factor, with the clock it moves."""

    def with_clock(client: Client) -> None:
        with Patch.context() as own:
            clock = factor.clock.__wrapped__(own)  # type: ignore[attr-defined]
            check(factor.a.__wrapped__(client, clock), clock, *more)  # type: ignore[attr-defined]

    return with_clock


def of_calls(client: Client) -> None:
    store = client("b").platform
    signed.test_a_signed_call_passes_once(signed.send.__wrapped__(store), store)  # type: ignore[attr-defined]


def unknown_name(client: Client) -> None:
    with Patch.context() as own:
        signin.test_an_unknown_name_costs_the_check_of_a_password(signin.a.__wrapped__(client), own)  # type: ignore[attr-defined]


def gives(module: Any, name: str, answer: Any) -> Callable[[Patch], None]:
    """The guard always gives the same answer."""
    return lambda patch: patch.setattr(module, name, lambda *_, **__: answer)


def is_(module: Any, name: str, value: Any) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(module, name, value)


def never_idle(patch: Patch) -> None:
    whole = policy.of
    patch.setattr(policy, "of", lambda *given: replace(whole(*given), idle=timedelta(days=365)))


def never_over(patch: Patch) -> None:
    """The day a token ends never comes."""
    whole = tokens.resume
    patch.setattr(tokens, "resume", lambda session, secret, now: whole(session, secret, now - timedelta(days=3650)))


def nobody_is_stopped(patch: Patch) -> None:
    def resume(session: Session, secret: str, now: datetime, rules: policy.Policy) -> Any:
        found = sessions.find(session, secret)
        return (session.get_one(accounts.Account, found.account_id), found) if found else None

    patch.setattr(accounts, "resume", resume)


def half_is_whole(patch: Patch) -> None:
    patch.setattr(sessions, "lives", lambda found, now, rules: found.ended_at is None)


def codes_count_again(patch: Patch) -> None:
    whole = second_factor._fits

    def fits(found: second_factor.SecondFactor, code: str, now: datetime) -> bool:
        found.last_step = 0
        return whole(found, code, now)

    patch.setattr(second_factor, "_fits", fits)


def paper_stays(patch: Patch) -> None:
    """A code on paper is not struck off when it is used."""
    patch.setattr(
        second_factor,
        "right",
        lambda work, who, code, now: (
            work.session.get(second_factor.RecoveryCode, (who, second_factor._digest(code))) is not None
        ),
    )


def wherever(patch: Patch) -> None:
    """A lock holds at every address, the owner's own among them."""
    patch.setattr(lockout, "key_of_account", lambda session, login, *_: lockout._key("account", login, ""))


GUARDS: dict[str, tuple[Callable[[Patch], None], Check]] = {
    # names and passwords
    "an unknown name costs nothing": (
        gives(passwords, "dummy", ""),
        unknown_name,
    ),
    "failures are not counted": (
        gives(lockout, "failed", None),
        by(signin, signin.test_five_failures_lock_the_account_for_a_while),
    ),
    "a lock is not looked at": (
        gives(lockout, "locked", None),
        by(signin, signin.test_five_failures_lock_the_account_for_a_while),
    ),
    "every lock is the same": (
        is_(lockout, "LONGEST", timedelta(minutes=30)),
        by(lockouts, lockouts.test_each_lock_is_twice_as_long_as_the_one_before),
    ),
    "success forgets nothing": (
        gives(lockout, "forgive", None),
        by(lockouts, lockouts.test_success_forgets_the_failures_before),
    ),
    "a stranger locks the owner out": (
        wherever,
        by(lockouts, lockouts.test_a_stranger_cannot_keep_the_owner_out),
    ),
    "an address guesses on": (
        gives(lockout, "address_failed", None),
        by(lockouts, lockouts.test_an_address_that_tries_many_names_waits),
    ),
    "any password will do": (
        is_(passwords, "STRONG", 0),
        by(own_password, own_password.test_the_page_says_the_rule_and_keeps_the_old_password),
    ),
    "old passwords come back": (
        gives(passwords, "_used", False),
        by(own_password, own_password.test_the_last_five_are_not_used_again),
    ),
    "the old password is not asked for": (
        gives(signing_in, "again", True),
        by(own_password, own_password.test_the_old_password_is_asked_for),
    ),
    "an initial password is good for all": (
        gives(signing_in, "owed", ""),
        own_password.test_with_an_initial_password_only_the_change_page_works,
    ),
    "a password never ends": (
        gives(passwords, "expired", False),
        own_password.test_in_a_real_campaign_a_password_ends_after_ninety_days,
    ),
    # sessions and links
    "the session before goes on": (
        gives(sessions, "end", None),
        by(signin, signin.test_signing_in_again_ends_the_session_before),
    ),
    "a link works again": (gives(sessions, "end", None), by(signin, signin.test_a_link_works_once)),
    "the browser keeps what it came with": (
        is_(signin_page, "session", {}),
        sessions_of.test_a_session_given_before_signing_in_is_not_the_one_after,
    ),
    "the secret itself is kept": (
        is_(sessions, "digest", lambda secret: secret),
        by(signin, signin.test_the_store_keeps_no_secret_that_signs_in),
    ),
    "nobody idles too long": (never_idle, sessions_of.test_in_a_real_campaign_half_an_hour_of_idleness_ends_it),
    "a session lives for ever": (
        is_(sessions, "LONGEST", timedelta(days=365)),
        by(signin, signin.test_idleness_is_counted_from_the_last_visit_not_from_signing_in),
    ),
    "signing out tells the browser alone": (
        gives(signing_in, "leave", None),
        by(signin, signin.test_signing_out_ends_the_session_on_the_server),
    ),
    "a stopped account goes on": (nobody_is_stopped, by(signin, signin.test_a_stopped_account_is_out_at_once)),
    "a new password ends no session": (
        gives(sessions, "end_all", None),
        by(own_password, own_password.test_a_change_ends_every_other_session_and_renews_this_one),
    ),
    "one is sent anywhere after signing in": (
        is_(frame, "inside", lambda target: target),
        by(signin, signin.test_nobody_is_sent_elsewhere_after_signing_in, "https://evil.example/"),
    ),
    # the second factor
    "a code counts again": (codes_count_again, of_factor(factor.test_a_code_counts_once)),
    "old codes count": (
        is_(second_factor, "DRIFT", 4),
        of_factor(factor.test_a_phone_may_be_half_a_minute_off_and_not_more, -2, 401),
    ),
    "half way in is in": (half_is_whole, of_factor(factor.test_it_is_set_up_by_scanning_and_asked_for_from_then_on)),
    "codes are tried for ever": (
        gives(lockout, "failed", None),
        of_factor(factor.test_five_wrong_codes_lead_back_to_the_beginning_and_lock),
    ),
    "a code on paper is good for ever": (paper_stays, of_factor(factor.test_a_code_on_paper_is_good_once)),
    # tokens and signed calls
    "a token opens everything": (
        is_(tokens.Held, "allows", lambda *_: True),
        of_api(
            api.test_a_token_opens_its_scopes_and_nothing_else,
            "records:environment.cleanup:read",
            [200, *api.BARRED[1:]],
        ),
    ),
    "a token never ends": (never_over, of_api(api.test_what_is_over_opens_nothing, "expired")),
    "a token has no rate": (gives(limits, "spend", 0.0), of_api(api.test_its_rate_is_its_own)),
    "a call may be an hour old": (
        is_(signatures, "APART", timedelta(hours=1)),
        lambda client: signed.test_anything_else_is_refused_and_changes_nothing(client, {"late": 301}),
    ),
    "an overheard call passes again": (gives(signatures, "first", True), of_calls),
    "any signature will do": (
        gives(hmac, "compare_digest", True),
        lambda client: signed.test_anything_else_is_refused_and_changes_nothing(client, {"sent": b"{}"}),
    ),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_a_weakened_guard_of_signing_in_is_noticed(guard: str, tmp_path: Path, monkeypatch: Patch) -> None:
    weaken, check = GUARDS[guard]
    check(client_of(tmp_path / "whole"))
    weakened = client_of(tmp_path / "weakened")
    weaken(monkeypatch)
    with pytest.raises(CAUGHT):
        check(weakened)
