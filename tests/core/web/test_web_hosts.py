"""Which names the platform answers to, whom it believes about where a request came from (A12), and with what it does not
start (A69)."""

from __future__ import annotations

import dataclasses
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select

from core.app import create_app
from core.checks.surroundings import look_around
from core.config import Config, Misconfigured
from core.services.audit.journal import JournalEntry
from core.services.identity import accounts
from core.services.identity.sessions import SESSION, SignIn
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.testing import entered, small_platform


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    found = small_platform(tmp_path, today=date(2024, 11, 20), begun=True)
    yield found
    found.db.close()


def served(platform: Platform, **config: Any) -> Any:
    return create_app(platform=Platform(dataclasses.replace(platform.config, **config), platform.db, platform.catalog))


def test_another_host_than_ours_is_refused(platform: Platform) -> None:
    browser = served(platform, trusted_hosts=("actions.example", ".office.example")).test_client()
    for host in ("actions.example", "actions.example:8443", "a.office.example"):
        assert browser.get("/signin", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "actions.example.evil.example", "127.0.0.1"):
        answer = browser.get("/signin", headers={"Host": host})
        assert answer.status_code == 400 and "evil" not in answer.text, host


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.2")])
def test_where_a_request_came_from_is_believed_of_our_own_proxies_only(
    platform: Platform, proxies: int, address: str
) -> None:
    browser = served(platform, proxies=proxies).test_client()
    browser.environ_base |= {"HTTP_X_FORWARDED_FOR": "192.0.2.66, 198.51.100.2, 203.0.113.9"}
    with platform.work(SYSTEM_ACTOR) as work:
        token = accounts.one_time_link(work, "a")
    entered(browser, token)
    with platform.reading() as work:
        assert list(work.session.scalars(select(SignIn.address).where(SignIn.kind == SESSION))) == [address]


@pytest.mark.parametrize(("proxies", "address"), [("0", "127.0.0.1"), ("1", "203.0.113.9")])
def test_the_served_platform_believes_them_too(platform: Platform, proxies: str, address: str) -> None:
    """Through ``actions serve``: the server itself must not throw away what our own proxies say."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "ACTIONS_DATA": str(platform.config.data),
        "ACTIONS_DATABASE_URL": platform.config.database_url,
        "ACTIONS_PROXIES": proxies,
    }
    command = [sys.executable, "-m", "core.cli", "serve", "--port", str(port), "--no-ticking"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            base, talk = f"http://127.0.0.1:{port}", requests.Session()
            talk.headers["X-Forwarded-For"] = "192.0.2.66, 203.0.113.9"
            page = answered(talk, f"{base}/signin")
            token = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert token is not None
            typed = {"csrf_token": token[1], "login": "a", "password": "wrong-password"}
            assert talk.post(f"{base}/signin", data=typed, timeout=30).status_code == 401
        finally:
            server.terminate()
            talk.close()
    with platform.reading() as work:
        rows = select(JournalEntry.address).where(JournalEntry.verb == "sign-in-failed")
        assert list(work.session.scalars(rows)) == [address]


def answered(talk: requests.Session, url: str) -> str:
    """The page, once the server listens."""
    for _ in range(300):
        try:
            return talk.get(url, timeout=30).text
        except requests.ConnectionError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")


def test_another_host_named_by_the_request_is_not_ours(platform: Platform) -> None:
    browser = served(platform, proxies=1).test_client()
    with platform.work(SYSTEM_ACTOR) as work:
        token = accounts.one_time_link(work, "admin")
    entered(browser, token)
    forged = {"X-Forwarded-Host": "evil.example"}
    page = browser.get("/people").text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)
    with platform.reading() as work:
        there = accounts.named(work, "a").id
    handed = browser.post(f"/people/{there}/link", data={"csrf_token": csrf[1] if csrf else ""}, headers=forged).text
    assert "http://localhost/enter/" in handed and "evil.example" not in handed


def test_every_answer_forbids_frames_and_what_no_page_needs(platform: Platform) -> None:
    headers = served(platform).test_client().get("/signin").headers
    assert headers["X-Frame-Options"] == "DENY" and "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers, "only over https"


@pytest.mark.parametrize(
    "key", ["short", "changeme-changeme-changeme", "aaaaaaaaaaaaaaaaaaaaaaaa", "my-secret-key-12345678"]
)
def test_a_key_from_a_manual_does_not_start(tmp_path: Path, key: str) -> None:
    with pytest.raises(Misconfigured, match="ACTIONS_SECRET_KEY"):
        Config.read({"ACTIONS_SECRET_KEY": key}, tmp_path)


def test_a_key_of_chance_starts_and_without_one_it_is_made(tmp_path: Path) -> None:
    assert Config.read({"ACTIONS_SECRET_KEY": "q8Zr-1mPx0vT_7wLk"}, tmp_path).secret_key == b"q8Zr-1mPx0vT_7wLk"
    assert len(Config.read({}, tmp_path).secret_key) > 40


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACTIONS_PASSWORD_LENGTH", "4"),
        ("ACTIONS_IDLE_MINUTES", "0"),
        ("ACTIONS_LOCK_AFTER", "many"),
        ("ACTIONS_PROXIES", "-1"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        Config.read({name: value}, tmp_path)


def test_a_real_campaign_is_not_served_for_developers(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    served(platform, developing=True)
    with platform.work(SYSTEM_ACTOR) as work:
        work.campaign.demo = False
    with pytest.raises(Misconfigured, match="ACTIONS_DEVELOPING"):
        served(platform, developing=True)
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(Misconfigured, match="FLASK_DEBUG"):
        served(platform)


def test_the_doctor_sees_a_real_campaign_without_https(platform: Platform) -> None:
    def told() -> str:
        return "\n".join(one.text for one in look_around(platform))

    assert "明文" not in told()
    with platform.work(SYSTEM_ACTOR) as work:
        work.campaign.demo = False
    assert "明文" in told() and "域名" in told()
