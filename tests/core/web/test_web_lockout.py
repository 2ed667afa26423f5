"""Guessing passwords: who fails waits, each time longer, and cannot keep the owner out (A01, A02); all of it in the journal
(A65)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.services.identity import accounts
from core.services.identity.lockout import Failures
from core.services.permission.access import SYSTEM_ACTOR
from tests.core.web.signing import PASSWORD, fresh, give_password, journal_of, post, sign_in

People = Callable[[str], Any]


@pytest.fixture
def a(client: People) -> Any:
    browser = client("a")
    give_password(browser)
    return browser


def at(browser: Any, address: str) -> Any:
    found = fresh(browser)
    found.environ_base |= {"REMOTE_ADDR": address}
    return found


def fail(browser: Any, times: int, login: str = "a") -> int:
    """The status of the last."""
    return [int(sign_in(browser, login, "wrong-password").status_code) for _ in range(times)][-1]


def later(browser: Any, minutes: int) -> None:
    """So much time passes, for whoever is locked."""
    with browser.platform.work(SYSTEM_ACTOR) as work:
        for one in work.session.scalars(select(Failures)):
            one.at -= timedelta(minutes=minutes)
            if one.locked_until is not None:
                one.locked_until -= timedelta(minutes=minutes)


def test_each_lock_is_twice_as_long_as_the_one_before(a: Any) -> None:
    stranger = at(a, "203.0.113.1")
    fail(stranger, 5)
    later(a, 31)
    fail(stranger, 5)
    later(a, 31)
    assert sign_in(stranger).status_code == 401, "the second lock is an hour"
    later(a, 30)
    assert sign_in(stranger).status_code == 302


def test_success_forgets_the_failures_before(a: Any) -> None:
    found = fresh(a)
    for _ in range(3):
        fail(found, 4)
        assert sign_in(found).status_code == 302


def test_a_stranger_cannot_keep_the_owner_out(a: Any) -> None:
    owner = at(a, "10.1.1.1")
    assert sign_in(owner).status_code == 302
    stranger = at(a, "203.0.113.1")
    fail(stranger, 5)
    assert sign_in(at(a, "203.0.113.2")).status_code == 401, "locked wherever the account was never at work"
    assert sign_in(at(a, "10.1.1.1")).status_code == 302


def test_an_address_that_tries_many_names_waits(a: Any) -> None:
    spray = at(a, "203.0.113.9")
    answers = [sign_in(spray, f"name{n}", "wrong-password").status_code for n in range(20)]
    assert set(answers) == {401}
    slow = sign_in(spray)
    assert slow.status_code == 429 and 0 < int(slow.headers["Retry-After"]) <= 61
    assert "失败次数过多" in slow.text
    assert sign_in(at(a, "203.0.113.10")).status_code == 302, "others are not slowed"
    later(a, 2)
    assert sign_in(spray).status_code == 302


def test_a_locked_account_an_unknown_name_and_a_stopped_one_read_alike(a: Any) -> None:
    with a.platform.work(SYSTEM_ACTOR) as work:
        accounts.named(work, "b").active = False
    fail(at(a, "203.0.113.1"), 5)
    tries = [("a", PASSWORD), ("a", "wrong-password"), ("b", "wrong-password"), ("nobody", "wrong-password")]
    pages = [sign_in(at(a, f"203.0.113.{n + 20}"), login, word) for n, (login, word) in enumerate(tries)]
    assert {p.status_code for p in pages} == {401}
    shown = {re.sub(r'value="[^"]*"', "", p.text) for p in pages}
    assert len(shown) == 1


def test_failures_and_locks_are_in_the_journal_without_the_password(a: Any) -> None:
    fail(at(a, "203.0.113.1"), 5)
    lines = journal_of(a, "sign-in-failed", "lock")
    assert [line.verb for line in lines] == ["sign-in-failed"] * 5 + ["lock"]
    assert {(line.login, line.address) for line in lines} == {("a", "203.0.113.1")}
    assert "wrong-password" not in str([line.changes for line in lines])


def test_what_was_typed_as_a_name_is_one_short_line_in_the_journal(a: Any) -> None:
    sign_in(fresh(a), "admin\r\n2024-11-20 admin 登录\x1b[2J" + "x" * 500, "wrong-password")
    (line,) = journal_of(a, "sign-in-failed")
    typed = line.changes["login"][1]
    assert "\\x0d\\x0a" in typed and "\\x1b" in typed and typed.isprintable() and len(typed) < 60
    assert line.subject_id is None and line.login == "system"


def test_the_security_administrator_unlocks(client: People) -> None:
    browser = client("admin")
    give_password(browser)
    fail(at(browser, "203.0.113.1"), 5)
    page = browser.get("/grants").text
    assert "锁定至" in page
    with browser.platform.reading() as work:
        number = accounts.named(work, "a").id
    assert post(browser, f"/grants/{number}/unlock", page="/grants").status_code == 302
    assert sign_in(at(browser, "203.0.113.1")).status_code == 302
    (line,) = journal_of(browser, "unlock")
    assert (line.login, line.subject_id) == ("admin", number)


def test_what_was_right_when_it_locked_meanwhile_stays_out(a: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A burst of guesses at once: the right one among them, slower than the five that lock, is refused."""
    from core.services.identity import passwords  # noqa: PLC0415

    real, stranger = passwords.matches, at(a, "203.0.113.1")

    def slow(kept: str, password: str) -> bool:
        monkeypatch.setattr(passwords, "matches", real)
        fail(at(a, "203.0.113.1"), 5)
        return real(kept, password)

    monkeypatch.setattr(passwords, "matches", slow)
    assert sign_in(stranger).status_code == 401
