"""What a token opens: its scopes, its days, its rate. And what it never does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from core.base.errors import Invalid
from core.cli import main
from core.services.audit.journal import JournalEntry
from core.services.exchange import tokens
from core.services.exchange.tokens import ApiToken
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.permission.access import SYSTEM_ACTOR

Client = Callable[[str], Any]
CLEANUP = {"complex_id": 1, "held_on": "2024-11-18", "spots": ["出入口"], "people": 8, "photos": ["demo"]}
WHERE = "/api/v1/records/environment.cleanup"
OTHER = "/api/v1/records/environment.shortboard"
BARRED = [403] * 4


@pytest.fixture
def browser(client: Client) -> Any:
    return client("b")


def issued(browser: Any, *scopes: str, **more: Any) -> str:
    with browser.platform.work(SYSTEM_ACTOR) as work:
        return tokens.issue(work, "b", "测试", scopes, **more)


def call(browser: Any, token: str, path: str = WHERE, body: Any = None, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex} | more
    stranger = browser.application.test_client()
    return stranger.open(path, method="GET" if body is None else "POST", json=body, headers=headers)


@pytest.mark.parametrize(
    ("scope", "codes"),
    [
        ("read", [200, 200, 200, 403]),
        ("write", [403, 403, 403, 201]),
        ("records:environment.cleanup:read", [200, 403, 403, 403]),
        ("records:environment.cleanup:write", [403, 403, 403, 201]),
        ("records:environment:read", [200, 200, 403, 403]),
        ("records:environment:write", [403, 403, 403, 201]),
        ("records:disputes:write", BARRED),
        ("intake:disputes.complaints", BARRED),
    ],
)
def test_a_token_opens_its_scopes_and_nothing_else(browser: Any, scope: str, codes: list[int]) -> None:
    token = issued(browser, scope)
    read = [call(browser, token, where).status_code for where in (WHERE, OTHER, "/api/v1/indicators")]
    made = call(browser, token, body=CLEANUP)
    assert [*read, made.status_code] == codes
    if made.status_code == 403:
        assert "records:environment.cleanup:write" in made.json["problems"][0]["text"]
    assert call(browser, token, "/api/v1/openapi.json").status_code == 200


def test_a_scope_gives_nothing_the_account_has_not(browser: Any) -> None:
    """示例小区02 is of the other community (A15)."""
    assert call(browser, issued(browser, "write"), body=CLEANUP | {"complex_id": 2}).status_code in (403, 404, 422)


@pytest.mark.parametrize("what", ["expired", "ended", "stopped", "unknown", "cookie"])
def test_what_is_over_opens_nothing(browser: Any, what: str) -> None:
    token = issued(browser, "read", "write")
    assert call(browser, token).status_code == 200
    with browser.platform.work(SYSTEM_ACTOR) as work:
        row = work.session.scalars(select(ApiToken)).one()
        if what == "expired":
            row.expires_at = accounts.real_now() - timedelta(seconds=1)
        elif what == "ended":
            tokens.end(work, row.id)
        elif what == "stopped":
            work.session.execute(update(Account).where(Account.login == "b").values(active=False))
    if what == "cookie":
        stranger = browser.application.test_client()
        stranger.set_cookie("actions_session", token)
        answer = stranger.get(WHERE)
    else:
        answer = call(browser, token[:-1] + "!" if what == "unknown" else token)
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_opens_the_api_alone(browser: Any) -> None:
    token = issued(browser, "read", "write")
    assert call(browser, token, "/journal").status_code in (302, 401, 403)
    assert call(browser, token, "/r/environment.cleanup").status_code in (302, 401)


def test_its_rate_is_its_own(browser: Any) -> None:
    flood, calm = issued(browser, "read", per_minute=3), issued(browser, "read", per_minute=3)
    answers = [call(browser, flood) for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 20 and answers[-1].json["problems"]
    assert call(browser, calm).status_code == 200


def test_a_long_writer_keeps_no_call_waiting(browser: Any) -> None:
    token = issued(browser, "read")
    with browser.platform.db.writing() as session:
        session.execute(update(Account).values(label=Account.label))
        assert call(browser, token).status_code == 200


def test_use_is_noted_and_the_secret_is_kept_nowhere(browser: Any) -> None:
    token = issued(browser, "read")
    call(browser, token)
    with browser.platform.reading() as work:
        row = work.session.scalars(select(ApiToken)).one()
        assert row.last_used_at is not None and timedelta(days=179) < row.expires_at - row.last_used_at
        line = work.session.scalars(select(JournalEntry).where(JournalEntry.subject == "api_token")).one()
        assert token not in repr(vars(row)) + repr(line.changes) and line.changes["scopes"] == [None, ["read"]]


@pytest.mark.parametrize(
    ("scopes", "more", "field"),
    [
        ([], {}, "scope"),
        (["admin"], {}, "scope"),
        (["records:no.such:read"], {}, "scope"),
        (["records:environment.cleanup:delete"], {}, "scope"),
        (["read"], {"days": 0}, "days"),
        (["read"], {"days": 10_000}, "days"),
        (["read"], {"per_minute": 0}, "per_minute"),
    ],
)
def test_a_token_is_given_with_care(browser: Any, scopes: list[str], more: dict[str, int], field: str) -> None:
    with pytest.raises(Invalid) as error:
        issued(browser, *scopes, **more)
    assert [p.field for p in error.value.problems] == [field]


def test_the_commands(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_DATA", str(browser.platform.config.data))
    monkeypatch.setenv("ACTIONS_DATABASE_URL", browser.platform.config.database_url)
    run = CliRunner().invoke
    made = run(main, ["user", "token", "b", "--name", "小程序", "--scope", "records:disputes:write", "--days", "30"])
    assert made.output.startswith("act_"), made.output
    listed = run(main, ["tokens", "list"]).output
    assert "小程序" in listed and "records:disputes:write" in listed and made.output.strip() not in listed
    assert run(main, ["tokens", "end", "1"]).exit_code == 0
    assert call(browser, made.output.strip()).status_code == 401
    assert run(main, ["tokens", "end", "99"]).exit_code == 1
    assert "没有" in run(main, ["user", "token", "nobody", "--name", "x", "--scope", "read"]).output
