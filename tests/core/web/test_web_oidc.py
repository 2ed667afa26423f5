"""Signing in by an office's own identity service, against a real provider on the loopback."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from core.app import create_app
from core.config import Config, Misconfigured, OidcConfig
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.testing import small_platform
from tests.core.web.signing import account, journal_of, real_campaign

# The provider is written against an older face of its own library.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")
with warnings.catch_warnings(record=True):
    import oidc_provider_mock


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    people = [
        oidc_provider_mock.User(sub="1001", claims={"preferred_username": "a", "name": "示例社区A"}),
        oidc_provider_mock.User(sub="1002", claims={"preferred_username": "stranger"}),
        oidc_provider_mock.User(sub="1003", claims={}),
    ]
    with oidc_provider_mock.run_server_in_thread(require_nonce=True, user_claims=people) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def office(tmp_path: Path, issuer: str) -> Iterator[Platform]:
    found = small_platform(tmp_path, today=date(2024, 11, 20), begun=True)
    oidc = OidcConfig(issuer=issuer, client_id="actions", client_secret="only for these tests", label="街道统一认证")
    yield Platform(dataclasses.replace(found.config, oidc=oidc), found.db, found.catalog)
    found.db.close()


def browser_of(platform: Platform) -> Any:
    found = create_app(platform=platform).test_client()
    found.platform = platform  # type: ignore[attr-defined]
    return found


def consent(browser: Any, sub: str = "1001", where: str = "/overview") -> str:
    """Go to the provider, agree there, and come back to this address of ours."""
    off = browser.get("/signin/oidc", query_string={"next": where})
    assert off.status_code == 302, off.text
    agreed = requests.post(off.location, data={"sub": sub}, allow_redirects=False, timeout=10)
    assert agreed.status_code == 302, agreed.text
    parts = urlsplit(agreed.headers["Location"])
    assert parts.path == "/signin/oidc/back"
    return f"{parts.path}?{parts.query}"


def test_the_button_stands_on_the_page_only_where_a_service_is_set(office: Platform) -> None:
    assert "街道统一认证" in browser_of(office).get("/signin").text
    without = Platform(dataclasses.replace(office.config, oidc=None), office.db, office.catalog)
    plain = browser_of(without)
    assert "/signin/oidc" not in plain.get("/signin").text
    assert plain.get("/signin/oidc").status_code == 404 and plain.get("/signin/oidc/back").status_code == 404


def test_who_the_service_vouches_for_is_signed_in_and_led_on(office: Platform) -> None:
    browser = browser_of(office)
    assert browser.get(consent(browser)).location == "/overview"
    assert "示例社区A" in browser.get("/me").text
    assert journal_of(browser, "sign-in")[-1].changes["via"] == [None, "oidc"]


def test_the_request_carries_state_nonce_and_a_challenge(office: Platform) -> None:
    asked = parse_qs(urlsplit(browser_of(office).get("/signin/oidc").location).query)
    assert asked["response_type"] == ["code"] and asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
    assert asked["redirect_uri"] == ["http://localhost/signin/oidc/back"]


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(office: Platform, where: str) -> None:
    browser = browser_of(office)
    assert browser.get(consent(browser, where=where)).location == "/"


@pytest.mark.parametrize("sub", ["1002", "1003"])
def test_no_account_is_made_for_whoever_has_none(office: Platform, sub: str) -> None:
    browser = browser_of(office)
    answer = browser.get(consent(browser, sub))
    assert answer.status_code == 401 and "没有账号" in answer.text
    assert browser.get("/").status_code == 302
    assert journal_of(browser, "sign-in-failed")[-1].changes["via"] == [None, "oidc"]


def test_a_stopped_account_stays_out(office: Platform) -> None:
    with office.work(SYSTEM_ACTOR) as work:
        account(work).active = False
    browser = browser_of(office)
    assert browser.get(consent(browser)).status_code == 401


def refused(browser: Any, path: str) -> bool:
    answer = browser.get(path)
    return bool(answer.status_code == 401 and "没有成功" in answer.text and browser.get("/").status_code == 302)


def test_an_answer_nobody_asked_for_is_refused(office: Platform) -> None:
    """Signing somebody in with the attacker's own code (login CSRF)."""
    attacker, victim = browser_of(office), browser_of(office)
    assert refused(victim, consent(attacker))


def test_another_state_is_refused(office: Platform) -> None:
    browser = browser_of(office)
    path, _, _state = consent(browser).partition("&state=")
    assert refused(browser, f"{path}&state=forged")


def test_another_nonce_is_refused(office: Platform) -> None:
    browser = browser_of(office)
    path = consent(browser)
    with browser.session_transaction() as kept:
        (key,) = [k for k in kept if k.startswith("_state_")]
        kept[key] = kept[key] | {"data": kept[key]["data"] | {"nonce": "another"}}
    assert refused(browser, path)


def test_another_issuer_or_audience_is_refused(office: Platform) -> None:
    browser = browser_of(office)
    for wrong in ({"issuer": "https://login.evil.example"}, {"client_id": "another"}):
        path = consent(browser)
        assert office.config.oidc is not None
        config = dataclasses.replace(office.config, oidc=dataclasses.replace(office.config.oidc, **wrong))
        browser.application.extensions["platform"] = Platform(config, office.db, office.catalog)
        assert refused(browser, path), wrong
        browser.application.extensions["platform"] = office


def test_a_code_counts_once_and_a_no_is_a_no(office: Platform) -> None:
    browser = browser_of(office)
    path = consent(browser)
    assert browser.get(path).status_code == 302
    other = browser_of(office)
    assert refused(other, path)
    assert refused(other, "/signin/oidc/back?error=access_denied&state=x")


def test_a_service_that_is_away_is_said_and_the_password_still_works(office: Platform) -> None:
    assert office.config.oidc is not None
    away = dataclasses.replace(office.config.oidc, issuer="http://127.0.0.1:9")
    browser = browser_of(Platform(dataclasses.replace(office.config, oidc=away), office.db, office.catalog))
    answer = browser.get("/signin/oidc")
    assert answer.status_code == 401 and 'name="password"' in answer.text


def test_in_a_real_campaign_who_comes_by_the_service_needs_no_password(office: Platform) -> None:
    browser = browser_of(office)
    real_campaign(browser)
    assert browser.get(consent(browser)).location == "/overview"
    assert browser.get("/overview").status_code == 200


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"ACTIONS_OIDC_ISSUER": "http://login.example.org"}, "https"),
        ({"ACTIONS_OIDC_ISSUER": "https://login.example.org"}, "CLIENT_ID"),
    ],
)
def test_half_a_setting_does_not_start(tmp_path: Path, env: dict[str, str], said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        Config.read(env, tmp_path)


def test_the_secret_is_not_shown_with_the_settings() -> None:
    found = OidcConfig(issuer="https://login.example.org", client_id="actions", client_secret="q8Zr-1mPx0vT")
    assert "q8Zr" not in repr(found)
