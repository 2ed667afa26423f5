"""A42: an export above the limit is made beside the request; its file is for who asked alone, for a day, journalled as every one."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update

from core.services.exports import asked, making
from core.services.exports.asked import Export
from core.services.identity import people
from core.services.identity.accounts import real_now
from core.services.permission.access import SYSTEM_ACTOR
from core.services.scheduled import job_runs
from core.services.writing import records
from tests.core.web.signing import account, journal_of, post

Client = Callable[[str], Any]
KEY = "environment.cleanup"
LIST = f"/sheet/{KEY}/export.xlsx"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "LARGE", 3)
    monkeypatch.setattr(making, "BEAT", 1)


def reported(browser: Any, many: int = 4) -> Any:
    with browser.platform.work(SYSTEM_ACTOR, source="demo") as work:
        for number in range(many):
            values = {
                "complex_id": 1,
                "held_on": "2024-11-18",
                "spots": "出入口",
                "people": number + 1,
                "photos": ["demo"],
            }
            records.save(work, KEY, values)
    return browser


def rows(browser: Any) -> list[Export]:
    with browser.platform.reading() as work:
        found = list(work.session.scalars(select(Export).order_by(Export.created_at)))
        for one in found:
            work.session.expunge(one)
        return found


def fetched(browser: Any, row: Export) -> tuple[int, bytes, Any]:
    """(status, body, headers); the file is closed."""
    with browser.get(f"/exports/{row.token}") as answer:
        return answer.status_code, answer.data, answer.headers


def aged(browser: Any, **words: Any) -> None:
    with browser.platform.db.writing() as session:
        session.execute(update(Export).values(**words))


def test_a_large_list_is_made_beside_the_request_and_fetched_by_who_asked(client: Client) -> None:
    browser = reported(client("b"))
    assert browser.get(LIST).headers["Location"] == "/exports"
    assert "共 4 行，正在后台生成" in browser.get("/exports").text
    assert journal_of(browser, "export") == [], "nothing was taken out yet"
    assert making.make(browser.platform) == 1
    (row,) = rows(browser)
    page = browser.get("/exports").text
    assert "可以下载" in page and f"/exports/{row.token}" in page and "4 / 4 行" in page
    assert "导出已生成" in browser.get("/inbox").text
    _status, data, headers = fetched(browser, row)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet.max_row == 5 and headers["Cache-Control"] == "no-store"
    (line,) = journal_of(browser, "export")
    assert (line.login, line.subject, line.changes["count"]) == ("b", KEY, [None, 4])


def test_a_small_one_comes_at_once(client: Client) -> None:
    browser = reported(client("b"), 2)
    assert browser.get(LIST).status_code == 200 and rows(browser) == []
    assert journal_of(browser, "export")[0].changes["count"] == [None, 2]


def test_its_filters_and_who_may_see_what_hold_as_in_the_request(client: Client) -> None:
    office = reported(client("office"))
    with office.platform.work(SYSTEM_ACTOR, source="demo") as work:
        values = {"complex_id": 2, "held_on": "2024-10-18", "spots": "出入口", "people": 9, "photos": ["demo"]}
        records.save(work, KEY, values)
    assert office.get(f"{LIST}?from=2024-11-01").status_code == 302
    making.make(office.platform)
    assert fetched(office, rows(office)[0])[0] == 200
    assert journal_of(office, "export")[0].changes["count"] == [None, 4]


@pytest.mark.parametrize("login", ["a", "group", "admin"])
def test_nobody_else_fetches_it(client: Client, login: str) -> None:
    browser = reported(client("b"))
    browser.get(LIST)
    making.make(browser.platform)
    (row,) = rows(browser)
    other = client(login)
    assert other.get(f"/exports/{row.token}").status_code == 404
    assert row.token not in other.get("/exports").text
    stranger = browser.application.test_client()
    assert "/signin" in stranger.get(f"/exports/{row.token}").headers["Location"]


def test_after_a_day_it_is_gone_from_the_page_and_the_disk(client: Client) -> None:
    browser = reported(client("b"))
    browser.get(LIST)
    making.make(browser.platform)
    (row,) = rows(browser)
    file = asked.folder(browser.platform.config) / row.token
    assert file.stat().st_mode & 0o077 == 0
    aged(browser, created_at=real_now() - asked.LIFE - timedelta(seconds=1))
    assert browser.get(f"/exports/{row.token}").status_code == 404
    assert row.name not in browser.get("/exports").text
    assert job_runs.run_now(browser.platform, "core.sweep").state == "done"
    assert not file.exists() and rows(browser) == []


def test_another_role_or_unit_neither_gets_it_made_nor_fetches_it(client: Client) -> None:
    browser = reported(client("b"))
    browser.get(LIST)
    making.make(browser.platform)
    browser.get(LIST + "?q=s")
    with browser.platform.work(SYSTEM_ACTOR) as work:
        people.change(work, account(work, "b").id, "community", "示例社区A")
    assert making.make(browser.platform) == 0
    made, waited = rows(browser)
    assert waited.state == "failed" and not (asked.folder(browser.platform.config) / waited.token).exists()
    assert client("b").get(f"/exports/{made.token}").status_code == 404


def test_asked_twice_it_is_made_once_and_nobody_fills_the_queue(client: Client) -> None:
    browser = reported(client("b"))
    for _again in range(2):
        browser.get(LIST)
    assert len(rows(browser)) == 1
    for number in range(asked.MOST_OPEN + 1):
        browser.get(f"{LIST}?to=2025-01-0{number + 1}")
    assert len(rows(browser)) == asked.MOST_OPEN
    assert f"已有{asked.MOST_OPEN}份导出在排队" in browser.get("/exports").text


def test_what_a_dead_process_began_is_made_again_and_given_up_after_three(client: Client) -> None:
    browser = reported(client("b"))
    browser.get(LIST)
    aged(browser, state=asked.RUNNING, attempts=1, beat_at=real_now())
    assert making.make(browser.platform) == 0, "its maker may be alive"
    aged(browser, beat_at=real_now() - making.SILENT * 2)
    assert making.make(browser.platform) == 1
    aged(browser, state=asked.RUNNING, attempts=making.MOST_ATTEMPTS, beat_at=real_now() - making.SILENT * 2)
    assert making.make(browser.platform) == 0
    assert rows(browser)[0].state == "failed" and "没有生成" in browser.get("/exports").text
    assert "导出没有完成" not in browser.get("/inbox").text, "it is told of once"


def test_a_process_told_to_stop_leaves_it_waiting_and_nothing_half_made(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, over = reported(client("b")), Event()
    browser.get(LIST)
    progress: list[int] = []

    def keep(platform: Any, row: Export, real: Any = making._keep, **words: Any) -> None:
        progress.append(words.get("at", -1))
        real(platform, row, **words)
        if words.get("at") == 2:
            assert "2 / 4 行" in browser.get("/exports").text, "how far it is can be seen"
            over.set()

    monkeypatch.setattr(making, "_keep", keep)
    assert making.make(browser.platform, over) == 0
    assert progress[:2] == [1, 2] and rows(browser)[0].state == "waiting"
    assert list(asked.folder(browser.platform.config).iterdir()) == []
    assert making.make(browser.platform) == 1


@pytest.mark.parametrize("form", ["xlsx", "jsonl"])
def test_the_journal_is_taken_out_the_same_way(client: Client, form: str) -> None:
    browser = reported(client("admin"))
    days = {"from": "2024-11-08", "to": "2030-01-01", "form": form}
    assert post(browser, "/journal/export", page="/journal/verification", **days).headers["Location"] == "/exports"
    assert making.make(browser.platform) == 1
    (row,) = rows(browser)
    _status, data, _headers = fetched(browser, row)
    if form == "jsonl":
        assert [json.loads(line)["id"] for line in data.splitlines()] == list(range(1, row.total + 1))
    (line,) = journal_of(browser, "export")
    assert (line.subject, line.changes["count"]) == ("journal", [None, row.total]) and row.total > 4


def test_the_registry_too(client: Client) -> None:
    browser = client("admin")
    assert browser.get("/sheet/complex/export.xlsx").headers["Location"] == "/exports"
    assert making.make(browser.platform) == 1
    assert fetched(browser, rows(browser)[0])[0] == 200
