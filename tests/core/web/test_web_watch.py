"""What watch programs and load balancers are told, and who is told it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.app import create_app, wsgi
from core.services.operations import readiness
from core.services.platform import Platform
from core.services.scheduled import job_runs
from core.testing import small_platform
from tests.core.web.test_web_trouble import held

Client = Callable[[str], Any]


def test_it_is_ready_and_says_why_when_it_is_not(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = create_app(platform=platform).test_client()

    def reasons() -> tuple[int, list[str]]:
        answer = browser.get("/readyz")
        return answer.status_code, answer.json["reasons"]

    assert reasons() == (200, [])
    with held(platform.db):
        assert reasons() == (503, ["write_lock"])
    monkeypatch.setattr(readiness, "LEAST_FREE", 1 << 60)
    assert reasons() == (503, ["disk"])
    monkeypatch.undo()
    with platform.db.writing() as session:
        session.execute(text("UPDATE version_core SET version_num = 'core_0001'"))
    assert reasons() == (503, ["migrations"])


def test_a_store_that_is_away_is_one_reason(platform: Platform) -> None:
    browser = create_app(platform=platform).test_client()
    with platform.db.writing() as session:
        session.execute(text("DROP TABLE version_core"))
    assert browser.get("/readyz").json["reasons"] == ["migrations"]
    platform.db.close()
    Path(str(platform.db.engine.url.database)).write_bytes(b"this is no database " * 400)
    assert browser.get("/readyz").json["reasons"] == ["store"]
    assert browser.get("/healthz").status_code == 200, "the process itself is well"


def numbers(page: str) -> dict[str, float]:
    rows = [line.rsplit(" ", 1) for line in page.splitlines() if line and not line.startswith("#")]
    return {name: float(number) for name, number in rows}


def test_numbers_are_those_of_the_platform(client: Client) -> None:
    a = client("a")
    a.get("/")
    a.get("/nothing/here")
    job_runs.run_now(a.platform, "core.holidays")
    found = numbers(a.get("/metrics").text)
    assert found['actions_request_seconds_count{endpoint="today.home",method="GET",status="2xx"}'] == 1
    assert found['actions_request_seconds_count{endpoint="none",method="GET",status="4xx"}'] == 1
    assert found['actions_obligations_open{state="overdue"}'] > 0
    assert found['actions_job_runs{job="core.holidays",state="done"}'] == 1
    assert found["actions_faults_standing"] == 0
    assert "actions_backup_age_seconds" not in found, "there is no backup yet"


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.1.2.3", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "10.1.2.3"}, 404),
        ("10.1.2.3", {"Authorization": "Bearer the token"}, 200),
        ("10.1.2.3", {"Authorization": "Bearer another"}, 404),
        ("10.1.2.3", {"Authorization": "Bearer "}, 404),
    ],
)
def test_only_this_machine_or_who_shows_the_token_reads_them(
    tmp_path: Path, address: str, headers: dict[str, str], status: int
) -> None:
    found = small_platform(tmp_path)
    app = create_app(platform=replace(found, config=replace(found.config, metrics_token="the token")))
    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
    found.db.close()


def test_without_a_token_of_its_own_an_empty_one_opens_nothing(platform: Platform) -> None:
    browser = create_app(platform=platform).test_client()
    sent = {"Authorization": "Bearer "}
    assert browser.get("/metrics", headers=sent, environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 404


def test_another_wsgi_server_gets_the_same_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_DATA", str(tmp_path))
    monkeypatch.setenv("ACTIONS_SECRET_KEY", "only for these tests of servers")
    monkeypatch.setenv("ACTIONS_PLUGINS", "environment")
    app = wsgi()
    assert app.test_client().get("/readyz").json == {"ready": True, "reasons": []}
    app.extensions["platform"].db.close()


def test_without_the_library_there_is_no_such_page(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    assert create_app(platform=platform).test_client().get("/metrics").status_code == 404
