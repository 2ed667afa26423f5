"""One's own password: what it must be (A03), that an initial one is changed first (A04), what a change ends (A08)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core.services.audit.journal import JournalEntry
from core.services.identity import passwords
from core.services.identity.passwords import OldPassword
from core.services.identity.policy import Policy
from core.services.permission.access import SYSTEM_ACTOR
from tests.core.web.signing import PASSWORD, account, by_link, fresh, give_password, post, real_campaign, sign_in

People = Callable[[str], Any]
NEW = "竹篱-Staple-battery-8"
RULES = Policy(
    real=True,
    shortest=10,
    password_life=None,
    idle=timedelta(minutes=30),
    second_factor=frozenset(),
    most_failures=5,
    locked=timedelta(minutes=30),
)


@pytest.fixture
def a(client: People) -> Any:
    """Signed in with a password."""
    browser = client("a")
    give_password(browser)
    found = fresh(browser)
    assert sign_in(found).status_code == 302
    return found


def change(browser: Any, old: str, new: str, again: str = "") -> Any:
    return post(browser, "/me/password", old=old, new=new, again=again or new)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("Ab1-xy", "至少10位"),
        ("onlylowercase", "至少三种"),
        ("2024123456", "至少三种"),
        ("Xy7-officer-a1", "账号或姓名"),
        ("Password123!", "太常见"),
        ("Aa123456Aa123456", "太常见"),
        ("qwertyuiop[]QWERTY", "太常见"),
        ("x" * 129, "最多128位"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_with_the_rule(password: str, rule: str) -> None:
    (said,) = passwords.rules_broken(password, RULES, ("officer-a1", "示例社区A"))
    assert rule in said


@pytest.mark.parametrize(
    "password", ["Wq7-vendor!x", "雨后春笋破土而出节节高升的竹子呀", "correct horse battery staple"]
)
def test_one_that_is_hard_to_guess_is_taken(password: str) -> None:
    assert list(passwords.rules_broken(password, RULES, ("officer-a1", "示例社区A"))) == []


def test_the_page_says_the_rule_and_keeps_the_old_password(a: Any) -> None:
    refused = change(a, PASSWORD, "Password123!")
    assert refused.status_code == 422 and "密码太常见" in refused.text
    assert "两次输入的新密码不一致" in change(a, PASSWORD, NEW, again=NEW + "x").text
    assert sign_in(fresh(a)).status_code == 302


def test_the_old_password_is_asked_for(a: Any) -> None:
    refused = change(a, "wrong-password", NEW)
    assert refused.status_code == 422 and "原密码不对" in refused.text
    for _ in range(4):
        change(a, "wrong-password", NEW)
    assert a.get("/me").status_code == 302, "who fails five times is signed out everywhere"


def test_a_change_ends_every_other_session_and_renews_this_one(a: Any) -> None:
    other, before = by_link(a), a.get_cookie("actions_session").value
    assert other.get("/").status_code == 200
    assert change(a, PASSWORD, NEW).status_code == 302
    assert other.get("/").status_code == 302, "another device is out"
    assert a.get("/me").status_code == 200 and a.get_cookie("actions_session").value != before
    assert sign_in(fresh(a)).status_code == 401 and sign_in(fresh(a), password=NEW).status_code == 302
    with a.platform.reading() as work:
        lines = work.session.scalars(select(JournalEntry).where(JournalEntry.subject == "account")).all()
        assert not any(PASSWORD in str(line.changes) or NEW in str(line.changes) for line in lines)


def test_the_last_five_are_not_used_again(a: Any) -> None:
    used = [PASSWORD]
    for n in range(5):
        new = f"{NEW}-{'abcde'[n] * 3}"
        assert change(a, used[-1], new).status_code == 302
        used.append(new)
    refused = change(a, used[-1], used[1])
    assert refused.status_code == 422 and "最近5次" in refused.text
    assert change(a, used[-1], PASSWORD).status_code == 302, "the sixth before may come back"


def test_with_an_initial_password_only_the_change_page_works(client: People) -> None:
    browser = client("a")
    give_password(browser, initial=True)
    found = fresh(browser)
    assert sign_in(found).status_code == 302
    for path in ("/", "/me", "/overview", "/r/environment.cleanup", "/me/factor"):
        assert found.get(path).location == "/me/password", path
    assert found.get("/api/v1/records/environment.cleanup").status_code == 403
    assert post(found, "/inbox/read", page="/me/password", up_to="1").location == "/me/password"
    page = found.get("/me/password").text
    assert "只有您自己知道的密码" in page and "<header" not in page
    assert change(found, PASSWORD, PASSWORD).status_code == 422, "the initial one is not one's own"
    assert change(found, PASSWORD, NEW).location == "/"
    assert found.get("/").status_code == 200


def test_in_a_real_campaign_who_has_no_password_sets_one_first(client: People) -> None:
    browser = client("a")
    real_campaign(browser)
    found = by_link(browser)
    assert found.get("/").location == "/me/password"
    page = found.get("/me/password").text
    assert 'name="old"' not in page, "there is none to ask for"
    assert change(found, "", NEW).location == "/" and found.get("/").status_code == 200


def test_in_a_real_campaign_a_password_ends_after_ninety_days(client: People) -> None:
    browser = client("a")
    give_password(browser)
    real_campaign(browser)

    def aged(days: int) -> Any:
        with browser.platform.work(SYSTEM_ACTOR) as work:
            since = work.session.scalars(select(OldPassword)).one().since
            work.session.execute(update(OldPassword).values(since=since - timedelta(days=days)))
        found = fresh(browser)
        assert sign_in(found).status_code == 302
        return found.get("/")

    assert aged(89).status_code == 200
    assert aged(2).location == "/me/password"


def test_a_forgotten_password_is_set_anew_by_a_link_for_a_quarter_of_an_hour(a: Any) -> None:
    found = by_link(a)
    assert 'name="old"' not in found.get("/me/password").text
    with a.platform.work(SYSTEM_ACTOR) as work:
        me = account(work).id
        from core.services.identity.sessions import SignIn  # noqa: PLC0415

        mine = update(SignIn).where(SignIn.account_id == me, SignIn.via == "link")
        work.session.execute(mine.values(created_at=SignIn.created_at))
        for one in work.session.scalars(select(SignIn).where(SignIn.via == "link")):
            one.created_at -= timedelta(minutes=16)
    assert 'name="old"' in found.get("/me/password").text
