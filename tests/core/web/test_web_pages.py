"""Every page opens for whoever may see it, in a fixed number of statements, and asks nothing of the outside."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from core.app import create_app
from core.services import accounts, records
from core.services.access import SYSTEM_ACTOR
from core.testing import at, small_platform

Client = Callable[[str], Any]
PAGES = (
    "/overview",
    "/a/environment/",
    "/a/safety/",
    "/i/environment.cleaned_monthly",
    "/d/environment.monthly_cleanup",
    "/r/environment.cleanup",
    "/complex/1",
    "/community/1",
    "/report",
    "/registry",
    "/registry/complex",
    "/status",
)


@pytest.mark.parametrize("path", [*PAGES, "/journal", "/registry/complex/1", "/sheet/complex/template.xlsx"])
def test_pages_open_for_the_administrator(client: Client, path: str) -> None:
    assert client("admin").get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/journal", "/registry/complex/1", "/registry/complex/new", "/sheet/complex/template.xlsx"]
)
def test_administration_is_closed_to_a_community(client: Client, path: str) -> None:
    assert client("a").get(path).status_code == 403


def test_strangers_are_sent_to_the_sign_in_page(client: Client) -> None:
    client("a")
    stranger = client("a").application.test_client()
    for path in PAGES:
        answer = stranger.get(path)
        assert answer.status_code == 302 and "/signin" in answer.headers["Location"]


def test_a_record_of_another_community_is_not_found(client: Client) -> None:
    officer = client("a")
    with officer.platform.work(SYSTEM_ACTOR, source="demo") as work:
        values = {"complex_id": 1, "held_on": "2024-11-18", "spots": "出入口", "people": 3, "photos": ["demo"]}
        saved = records.save(work, "environment.cleanup", values)
    assert officer.get(f"/r/environment.cleanup/{saved.record.id}").status_code == 404
    assert client("b").get(f"/r/environment.cleanup/{saved.record.id}").status_code == 200


def test_sign_out_ends_the_session_and_a_link_works_once(client: Client) -> None:
    officer = client("a")
    page = officer.get("/").text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert csrf
    cookie = officer.get_cookie("actions_session")
    officer.post("/signout", data={"csrf_token": csrf.group(1)})
    officer.set_cookie("actions_session", cookie.value)
    assert officer.get("/").status_code == 302, "a copied cookie is dead after signing out"
    with officer.platform.work(SYSTEM_ACTOR) as work:
        link = accounts.one_time_link(work, "a")
    assert officer.get(f"/enter/{link}").status_code == 302
    assert officer.get(f"/enter/{link}").status_code == 401


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(client: Client, target: str) -> None:
    page = client("a").application.test_client().get("/signin", query_string={"next": target}).text
    assert 'name="next" value="/"' in page


def test_nothing_inline_and_nothing_from_elsewhere(client: Client) -> None:
    browser = client("admin")
    for path in PAGES:
        answer = browser.get(path)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*src=)", answer.text), path
        assert not re.search(r"\son\w+=|\sstyle=", answer.text), path
        outside = re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]+"', answer.text)
        assert not outside, (path, outside)


@pytest.mark.parametrize("path", [p for p in PAGES if p != "/registry"])
def test_a_page_asks_the_store_the_same_number_of_times_whatever_the_number_of_units(tmp_path: Path, path: str) -> None:
    counts = []
    for many in (10, 40):
        folder = tmp_path / str(many)
        folder.mkdir()
        counts.append(_statements(folder, many, path))
    assert counts[0] == counts[1], f"{path}: {counts}"


def _statements(folder: Path, complexes: int, path: str) -> int:
    platform = small_platform(folder, complexes=complexes, today=date(2024, 11, 20))
    with platform.work(SYSTEM_ACTOR, now=at(date(2024, 11, 19)), source="demo") as work:
        for unit in range(1, complexes + 1):
            values = {"complex_id": unit, "held_on": "2024-11-18", "spots": "出入口", "people": 3, "photos": ["demo"]}
            records.save(work, "environment.cleanup", values)
    with platform.work(SYSTEM_ACTOR) as work:
        link = accounts.one_time_link(work, "admin")
    browser = create_app(platform=platform).test_client()
    browser.get(f"/enter/{link}")
    browser.get(path)
    seen = []
    event.listen(platform.db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert browser.get(path).status_code == 200
    platform.db.close()
    return len(seen)
