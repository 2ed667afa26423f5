"""Who audits sees whether the journal is whole, prints the anchors and takes lines out; nobody else does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from core.services.scheduled import job_runs
from tests.core.web.test_web_records import hidden

Client = Callable[[str], Any]


def anchored(browser: Any) -> str:
    found = job_runs.run_now(browser.platform, "core.anchor")
    return str(found.result)


def test_the_page_tells_that_all_is_well_and_shows_the_anchor(client: Client) -> None:
    browser = client("admin")
    assert "核验无误" in anchored(browser)
    page = browser.get("/journal/verification").get_data(as_text=True)
    assert "完好" in page and "与 1 个锚一致" in page
    (line,) = (browser.platform.config.data / "anchors" / "journal.jsonl").read_text().splitlines()
    assert json.loads(line)["digest"] in page
    whole = browser.get("/journal/verification?all=1").get_data(as_text=True)
    assert "与 1 个锚一致" in whole and "全部核验" in page and "全部核验" not in whole
    assert "核验无误" in browser.get("/journal").get_data(as_text=True)


def test_a_changed_line_is_named_and_who_audits_is_told(client: Client) -> None:
    browser = client("admin")
    with browser.platform.db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER journal_unchanged"))
        connection.execute(text("UPDATE journal SET actor = '别人' WHERE id = 4"))
    page = browser.get("/journal/verification").get_data(as_text=True)
    assert "第一处不符在第 4 条" in page and "完好" not in page
    assert "已通知 1 人" in anchored(browser)
    assert "第 4 条与校验码不符" in browser.get("/inbox").get_data(as_text=True)
    assert not (browser.platform.config.data / "anchors").exists(), "what is not whole is not anchored"


def test_lines_are_taken_out_and_that_is_itself_a_line(client: Client) -> None:
    browser = client("admin")
    token = hidden(browser.get("/journal/verification").get_data(as_text=True), "csrf_token")
    asked = {"csrf_token": token, "from": "2024-11-01", "to": "2024-12-31", "form": "jsonl"}
    lines = [json.loads(one) for one in browser.post("/journal/export", data=asked).get_data(as_text=True).splitlines()]
    with browser.platform.reading() as work:
        told = work.session.execute(text("SELECT verb, subject, changes FROM journal ORDER BY id DESC LIMIT 1")).one()
    assert told[:2] == ("export", "journal") and json.loads(told[2])["count"] == [None, len(lines)]
    assert lines and all(one["digest"] for one in lines)
    assert browser.post("/journal/export", data=asked | {"form": "xlsx"}).get_data()[:2] == b"PK"
    assert browser.post("/journal/export", data=asked | {"from": "x"}).status_code == 422


def test_nobody_else_sees_or_takes_it(client: Client) -> None:
    browser = client("a")
    token = hidden(browser.get("/inbox").get_data(as_text=True), "csrf_token")
    asked = {"csrf_token": token, "from": "2024-11-01", "to": "2024-12-31"}
    assert browser.get("/journal/verification").status_code == 403
    assert browser.post("/journal/export", data=asked).status_code == 403
