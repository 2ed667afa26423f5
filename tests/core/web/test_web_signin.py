"""Getting in and out, and what a stranger, a stopped account or a stale session meets."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from core.services.identity import accounts, passwords
from core.services.identity.accounts import Account, SignIn
from core.services.identity.lockout import Failures
from core.services.permission.access import SYSTEM_ACTOR
from core.testing import entered
from tests.core.web.signing import by_link, fresh, give_password, sign_in

People = Callable[[str], Any]


@pytest.fixture
def a(client: People) -> Any:
    browser = client("a")
    give_password(browser)
    return by_link(browser)  # a new password ended the session before


def test_a_stranger_is_sent_to_sign_in_and_back_to_where_they_wanted(a: Any) -> None:
    stranger = fresh(a)
    answer = stranger.get("/r/environment.cleanup?state=checked")
    assert answer.status_code == 302 and answer.location.startswith("/signin?next=")
    assert (
        sign_in(stranger, where="/r/environment.cleanup?state=checked").location
        == "/r/environment.cleanup?state=checked"
    )


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere_after_signing_in(a: Any, where: str) -> None:
    assert sign_in(fresh(a), where=where).location == "/"


def test_the_cookie_is_kept_from_scripts_and_other_sites(a: Any) -> None:
    cookie = sign_in(fresh(a)).headers.getlist("Set-Cookie")
    mine = next(c for c in cookie if c.startswith("actions_session="))
    assert "HttpOnly" in mine and "SameSite=Lax" in mine


def test_a_wrong_password_and_an_unknown_name_read_alike(a: Any) -> None:
    wrong, unknown = sign_in(fresh(a), password="wrong-password"), sign_in(fresh(a), login="nobody")
    assert wrong.status_code == unknown.status_code == 401
    said = [re.search(r'role="alert">([^<]+)', one.text) for one in (wrong, unknown)]
    assert said[0] and said[1] and said[0][1] == said[1][1]


def test_an_unknown_name_costs_the_check_of_a_password(a: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same work is done for both, so that the time tells nothing (A01; bench/p12_signin.py measures it)."""
    whole, costs = passwords.matches, list[Any]()

    def noting(kept: str, password: str) -> bool:
        costs.append(kept.split("$")[:4])  # algorithm, version, parameters
        return whole(kept, password)

    monkeypatch.setattr(passwords, "matches", noting)
    sign_in(fresh(a), password="wrong-password")
    sign_in(fresh(a), login="nobody", password="wrong-password")
    known, unknown = costs
    assert known == unknown


def test_the_store_keeps_no_secret_that_signs_in(a: Any) -> None:
    """Who reads the store, or a backup, is not signed in by it."""
    with a.platform.work(SYSTEM_ACTOR) as work:
        link = accounts.one_time_link(work, "a")
    with a.platform.reading() as work:
        kept = str(work.session.execute(text("SELECT * FROM sign_in")).all())
    assert a.get_cookie("actions_session").value not in kept and link not in kept


def test_five_failures_lock_the_account_for_a_while(a: Any) -> None:
    browser = fresh(a)
    for _ in range(5):
        assert sign_in(browser, password="wrong-password").status_code == 401
    assert sign_in(browser).status_code == 401
    with a.platform.work(SYSTEM_ACTOR) as work:
        (locked,) = work.session.scalars(select(Failures).where(Failures.locked_until.is_not(None)))
        assert locked.locked_until is not None
        locked.locked_until -= timedelta(minutes=31)
    assert sign_in(browser).status_code == 302


def test_a_link_works_once(a: Any) -> None:
    with a.platform.work(SYSTEM_ACTOR) as work:
        token = accounts.one_time_link(work, "a")
    assert fresh(a).get(f"/enter/{token}").status_code == 200, "a chat's preview uses nothing up"
    assert entered(fresh(a), token).status_code == 302
    again = fresh(a).get(f"/enter/{token}")
    assert again.status_code == 401 and "已用过" in again.text
    assert entered(fresh(a), token).status_code == 401


def test_signing_out_ends_the_session_on_the_server(a: Any) -> None:
    cookie = a.get_cookie("actions_session")
    page = a.get("/").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None and a.post("/signout", data={"csrf_token": token[1]}).status_code == 302
    thief = fresh(a)
    thief.set_cookie("actions_session", cookie.value)
    assert thief.get("/").location.startswith("/signin")


def test_signing_in_again_ends_the_session_before(a: Any) -> None:
    old = a.get_cookie("actions_session").value
    assert sign_in(a).status_code == 302 and a.get_cookie("actions_session").value != old
    thief = fresh(a)
    thief.set_cookie("actions_session", old)
    assert thief.get("/").location.startswith("/signin")


def test_a_stopped_account_is_out_at_once(a: Any) -> None:
    with a.platform.work(SYSTEM_ACTOR) as work:
        work.session.scalars(select(Account).where(Account.login == "a")).one().active = False
    assert a.get("/").status_code == 302


def test_idleness_is_counted_from_the_last_visit_not_from_signing_in(a: Any) -> None:
    def aged(created: timedelta, seen: timedelta) -> None:
        with a.platform.work(SYSTEM_ACTOR) as work:
            now = accounts.real_now()
            for one in work.session.scalars(select(SignIn).where(SignIn.kind == "session")):
                one.created_at, one.seen_at = now - created, now - seen

    aged(timedelta(hours=11), timedelta(hours=11))
    assert a.get("/").status_code == 200, "eleven hours idle are allowed"
    with a.platform.reading() as work:
        seen = work.session.scalars(select(SignIn.seen_at).where(SignIn.kind == "session")).all()
        assert accounts.real_now() - max(seen) < timedelta(minutes=1), "the visit was noted"
    aged(timedelta(hours=13), timedelta(hours=13))
    assert a.get("/").status_code == 302
    aged(timedelta(days=8), timedelta(0))
    assert a.get("/").status_code == 302, "no session lives longer than a week"


def test_a_form_sent_after_the_session_ended_leads_back_to_that_form(a: Any) -> None:
    stranger = fresh(a)
    page = stranger.get("/signin").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    answer = stranger.post("/r/environment.cleanup/new?complex=2", data={"csrf_token": token[1], "f_people": "12"})
    assert answer.status_code == 302
    assert "next=/r/environment.cleanup/new" in answer.location.replace("%2F", "/")
    assert "登录已过期" in stranger.get(answer.location).text


def test_every_page_forbids_what_it_does_not_need(a: Any) -> None:
    for path in ("/", "/signin", "/r/environment.cleanup", "/nowhere"):
        headers = a.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"


def test_no_page_carries_script_or_style_of_its_own(client: People) -> None:
    """They would be dead under the policy above."""
    office = client("office")
    paths = [
        "/",
        "/overview",
        "/a/environment/",
        "/r/environment.cleanup",
        "/r/environment.cleanup/new",
        "/report",
        "/status",
    ]
    for path in paths:
        page = office.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", page), path


def test_the_api_answers_strangers_in_json(a: Any) -> None:
    answer = fresh(a).get("/api/v1/records/environment.cleanup")
    assert answer.status_code == 401 and answer.is_json and answer.json["problems"][0]["text"]
    missing = a.get("/api/v1/records/environment.nothing")
    assert missing.status_code == 404 and missing.is_json
    unguarded = a.post("/api/v1/records/environment.cleanup", json={})
    assert unguarded.status_code == 400 and unguarded.is_json
