"""The disk is full, or another writer holds the store: a clear answer, nothing half saved, reading goes on, and the same form is
saved once there is room."""

from __future__ import annotations

import errno
import html
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select

from core.services.audit.journal import JournalEntry
from core.services.exchange import tokens
from core.services.measuring import reckoned
from core.services.permission.access import SYSTEM_ACTOR
from core.services.store.db import Database
from tests.core.web.test_web_records import KEY, count, opened, photo, typed

WHERE = f"/r/{KEY}/new"
NOTE = "地下室的杂物下周一再清"


@pytest.fixture
def a(client: Callable[[str], Any]) -> Any:
    return client("a")


@contextmanager
def with_pragma(db: Database, pragma: str) -> Iterator[None]:
    """Every connection of ``db`` begins with this pragma."""

    def connect(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(db.engine, "connect", connect)
    db.engine.dispose()
    try:
        yield
    finally:
        event.remove(db.engine, "connect", connect)
        db.engine.dispose()


def no_room(db: Database) -> Any:
    """The database file may not grow by one page: SQLite says "database or disk is full"."""
    return with_pragma(db, "max_page_count=1")


@contextmanager
def held(db: Database) -> Iterator[None]:
    """Another writer holds the store for longer than anybody waits."""
    with with_pragma(db, "busy_timeout=50"), db.engine.connect() as other:
        other.exec_driver_sql("SELECT 1")  # begins, and a writer's beginning takes the lock
        yield


def filled_up(browser: Any, form: dict[str, Any]) -> Any:
    """The same report again and again, each with a number of its own, until it does not fit."""
    for number in range(400):
        answer = browser.post(WHERE, data=form | {"idempotency": f"n{number}"})
        if answer.status_code != 302:
            return answer
    raise AssertionError("there was always room")


def whole(browser: Any) -> None:
    """Every record has its line in the journal, and the ledgers are what the records come to."""
    with browser.platform.work(SYSTEM_ACTOR, settle=False) as work:
        lines = select(func.count()).select_from(JournalEntry).where(JournalEntry.subject == KEY)
        assert work.session.scalar(lines) == count(browser)
        assert list(reckoned.differences(work)) == []


def test_on_a_full_disk_the_form_comes_back_and_nothing_half_is_kept(a: Any) -> None:
    form = opened(a, WHERE) | typed(f_note=NOTE)
    with no_room(a.platform.db):
        answer = filled_up(a, form)
        before = count(a)
        assert answer.status_code == 507 and answer.headers["Retry-After"] == "60"
        assert "存储空间不足" in answer.text and NOTE in html.unescape(answer.text)
        assert a.get(f"/r/{KEY}").status_code == 200, "reading goes on"
        again = form | {"idempotency": "the last one"}
        assert a.post(WHERE, data=again).status_code == 507 and count(a) == before
    assert a.post(WHERE, data=again).status_code == 302, "there is room again"
    assert a.post(WHERE, data=again).status_code == 302 and count(a) == before + 1
    whole(a)


def test_a_held_store_gives_the_form_back_in_words(a: Any) -> None:
    form = opened(a, WHERE) | typed(f_note=NOTE)
    with held(a.platform.db):
        answer = a.post(WHERE, data=form)
        assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
        assert "系统正忙" in answer.text and NOTE in html.unescape(answer.text)
        assert a.get("/").status_code == 200, "reading goes on"
    assert a.post(WHERE, data=form).status_code == 302 and count(a) == 1
    whole(a)


def test_a_program_is_told_the_same_and_its_key_is_good_for_another_try(a: Any) -> None:
    with a.platform.work(SYSTEM_ACTOR) as work:
        sent = {
            "Authorization": f"Bearer {tokens.issue(work, 'a', 'test', ['read', 'write'])}",
            "Idempotency-Key": "k1",
        }
    body = {"complex_id": 2, "held_on": "2024-11-18", "spots": ["出入口"], "people": 8, "photos": ["demo"]}
    stranger = a.application.test_client()
    with held(a.platform.db):
        answer = stranger.post(f"/api/v1/records/{KEY}", json=body, headers=sent)
        assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
        assert "稍候" in answer.json["problems"][0]["text"]
    assert stranger.post(f"/api/v1/records/{KEY}", json=body, headers=sent).status_code == 201
    assert stranger.post(f"/api/v1/records/{KEY}", json=body, headers=sent).status_code == 200 and count(a) == 1


def test_a_photo_that_finds_no_room_costs_no_typed_word(a: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    form = opened(a, WHERE) | typed(f_note=NOTE)
    monkeypatch.setattr(os, "fsync", full)
    answer = a.post(WHERE, data=form | {"f_photos_new": (photo(), "a.jpg")})
    assert answer.status_code == 507 and NOTE in html.unescape(answer.text) and count(a) == 0
    monkeypatch.undo()
    assert a.post(WHERE, data=form | {"f_photos_new": (photo(), "a.jpg")}).status_code == 302 and count(a) == 1


def test_how_long_a_writer_waits_is_set(tmp_path: Any) -> None:
    db = Database(f"sqlite:///{tmp_path}/x.db", busy_s=2.5)
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 2500
    db.close()
