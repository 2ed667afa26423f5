"""Sessions: seen and ended by their owner (A10), short in a real campaign (A09), their cookie (A06, A07)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.app import create_app
from core.services.identity import accounts
from core.services.identity.sessions import SignIn
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.testing import entered, small_platform
from tests.core.web.signing import by_link, fresh, give_password, journal_of, post, real_campaign, sign_in

People = Callable[[str], Any]
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; V2227A) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0"
)


def test_ones_devices_are_listed_and_each_can_be_signed_out(client: People) -> None:
    desk = client("a")
    phone = fresh(desk)
    with desk.platform.work(SYSTEM_ACTOR) as work:
        token = accounts.one_time_link(work, "a")
    phone.environ_base |= {"HTTP_USER_AGENT": PHONE, "REMOTE_ADDR": "10.8.0.7"}
    entered(phone, token)
    page = desk.get("/me").text
    assert "微信 · Android" in page and "10.8.0.7" in page and page.count("本机") == 1
    which = [d for d in re.findall(r'name="which" value="(\w{64})"', page) if _of(desk, d) == "10.8.0.7"]
    assert post(desk, "/me/sessions", page="/me", which=which[0]).status_code == 302
    assert phone.get("/me").status_code == 302 and desk.get("/me").status_code == 200


def _of(browser: Any, digest: str) -> str | None:
    with browser.platform.reading() as work:
        return str(work.session.get_one(SignIn, digest).address)


def test_signing_out_everywhere_leaves_nothing_open(client: People) -> None:
    desk = client("a")
    phone = by_link(desk)
    assert post(desk, "/me/sessions", page="/me", which="all").location == "/signin"
    assert phone.get("/").status_code == 302 and desk.get("/").status_code == 302


def test_nobody_ends_the_session_of_another(client: People) -> None:
    mine, theirs = client("a"), client("b")
    with mine.platform.reading() as work:
        digest = work.session.scalars(select(SignIn.digest).order_by(SignIn.created_at.desc())).first()
    post(mine, "/me/sessions", page="/me", which=str(digest))
    assert theirs.get("/").status_code == 200


def test_in_a_real_campaign_half_an_hour_of_idleness_ends_it(client: People) -> None:
    browser = client("a")
    give_password(browser)
    real_campaign(browser)
    found = fresh(browser)
    sign_in(found)

    def idle(minutes: int) -> int:
        with browser.platform.work(SYSTEM_ACTOR) as work:
            for one in work.session.scalars(select(SignIn)):
                one.seen_at = accounts.real_now() - timedelta(minutes=minutes)
        return int(found.get("/").status_code)

    assert idle(29) == 200
    assert idle(31) == 302


def test_a_session_given_before_signing_in_is_not_the_one_after(client: People) -> None:
    """A06: session fixation, for our cookie and for the one that holds the form's token."""
    browser = client("a")
    give_password(browser)
    victim = fresh(browser)
    victim.set_cookie("actions_session", "chosen-by-the-attacker")
    victim.get("/signin")
    before = victim.get_cookie("session").value
    assert sign_in(victim).status_code == 302
    assert victim.get_cookie("actions_session").value != "chosen-by-the-attacker"
    victim.get("/me")
    assert victim.get_cookie("session").value != before


def test_coming_and_going_is_in_the_journal(client: People) -> None:
    browser = client("a")
    give_password(browser)
    found = fresh(browser)
    sign_in(found)
    post(found, "/signout", page="/me")
    came, *_, went = journal_of(browser, "sign-in", "sign-out")
    assert (came.login, came.changes["via"][1], came.address) == ("a", "link", "127.0.0.1")
    assert (went.verb, went.login) == ("sign-out", "a")


def test_over_https_the_cookies_are_bound_to_this_host(tmp_path: Path) -> None:
    found = small_platform(tmp_path, today=date(2024, 11, 20), begun=True)
    secure = Platform(dataclasses.replace(found.config, secure_cookies=True), found.db, found.catalog)
    browser = create_app(platform=secure).test_client()
    with found.work(SYSTEM_ACTOR) as work:
        token = accounts.one_time_link(work, "a")
    page = browser.get(f"/enter/{token}", base_url="https://localhost")
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert csrf and page.headers["Strict-Transport-Security"].startswith("max-age=")
    answer = browser.post(f"/enter/{token}", data={"csrf_token": csrf[1]}, base_url="https://localhost")
    cookies = [c for c in answer.headers.getlist("Set-Cookie") if "actions_session" in c]
    assert len(cookies) == 1 and cookies[0].startswith("__Host-actions_session=")
    assert all(word in cookies[0] for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert browser.get("/me", base_url="https://localhost").status_code == 200
    found.db.close()
