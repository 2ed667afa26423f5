"""Personal values on the pages: masked for everybody, in clear once, with a reason, for who reports or leads; a form left
masked changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import many, records
from tests.core.web.test_web_records import hidden

Client = Callable[[str], Any]
KEY, NUMBER, NAME = "security_guards.guard", "999999199001010016", "欧阳保安"
GUARD = {"complex_id": 2, "since": "2024-11-10", "post_no": "门岗1", "name": NAME, "birth_year": 1990, "number": NUMBER}


def placed(browser: Any) -> int:
    """A guard of 示例小区02, which lies in 示例社区A."""
    with browser.platform.work(SYSTEM_ACTOR) as work:
        return records.save(work, KEY, GUARD).record.id


def stored(browser: Any, record_id: int) -> Any:
    with browser.platform.reading() as work:
        return records.get(work, KEY, record_id).values()


def ask(browser: Any, record_id: int, reason: str) -> Any:
    token = hidden(browser.get("/inbox").get_data(as_text=True), "csrf_token")
    return browser.post(f"/r/{KEY}/{record_id}/reveal", data={"csrf_token": token, "reason": reason})


def reveals(browser: Any) -> list[Any]:
    with browser.platform.reading() as work:
        rows = work.session.execute(text("SELECT login, subject_id, changes FROM journal WHERE verb = 'reveal'"))
        return [(r[0], r[1], json.loads(r[2])) for r in rows]


@pytest.mark.parametrize("login", ["a", "office"])
def test_the_reporter_and_the_lead_see_it_once_with_a_reason_that_is_journalled(client: Client, login: str) -> None:
    browser = client(login)
    record_id = placed(browser)
    page = browser.get(f"/r/{KEY}/{record_id}").get_data(as_text=True)
    assert NUMBER not in page and NAME not in page and "显示个人信息" in page
    answer = ask(browser, record_id, f"核对 {NUMBER} 的保安员证")
    page = answer.get_data(as_text=True)
    assert NUMBER in page and NAME in page and answer.headers["Cache-Control"] == "no-store"
    assert NUMBER not in browser.get(f"/r/{KEY}/{record_id}").get_data(as_text=True)
    ((who, which, told),) = reveals(browser)
    assert (who, which) == (login, record_id)
    assert told == {"reason": [None, "核对 9999**********0016 的保安员证"], "fields": [None, "姓名、证件号"]}


def test_without_a_reason_nothing_is_shown_or_kept(client: Client) -> None:
    browser = client("a")
    record_id = placed(browser)
    answer = ask(browser, record_id, " 看 ")
    assert answer.status_code == 422 and NUMBER not in answer.get_data(as_text=True) and reveals(browser) == []


@pytest.mark.parametrize(("login", "status"), [("b", 404), ("group", 403), ("admin", 403)])
def test_nobody_else_can(client: Client, login: str, status: int) -> None:
    browser = client(login)
    record_id = placed(browser)
    assert "显示个人信息" not in browser.get(f"/r/{KEY}/{record_id}").get_data(as_text=True)
    answer = ask(browser, record_id, "想看一看这个人")
    assert answer.status_code == status and NUMBER not in answer.get_data(as_text=True) and reveals(browser) == []


def test_a_form_left_masked_keeps_what_it_was_and_typed_anew_replaces_it(client: Client) -> None:
    browser = client("a")
    record_id = placed(browser)
    page = browser.get(f"/r/{KEY}/{record_id}/edit").get_data(as_text=True)
    assert NUMBER not in page and NAME not in page and 'value="9999**********0016"' in page
    sent = {"csrf_token": hidden(page, "csrf_token"), "version": "1", "f_complex_id": "示例小区02"} | {
        f"f_{name}": str(value) for name, value in GUARD.items() if name != "complex_id"
    }
    masked = {"f_name": "欧***", "f_number": "9999**********0016", "f_post_no": "门岗2"}
    assert browser.post(f"/r/{KEY}/{record_id}/edit", data=sent | masked).status_code == 302
    now = stored(browser, record_id)
    assert (now["name"], now["number"], now["post_no"]) == (NAME, NUMBER, "门岗2")
    anew = masked | {"f_name": "司徒保安", "version": "2"}
    assert browser.post(f"/r/{KEY}/{record_id}/edit", data=sent | anew).status_code == 302
    assert stored(browser, record_id)["name"] == "司徒保安"
    other = anew | {"f_number": "3505**********0016", "version": "3"}  # masked, but not as it was shown
    assert browser.post(f"/r/{KEY}/{record_id}/edit", data=sent | other).status_code == 422
    assert stored(browser, record_id)["number"] == NUMBER


def test_what_the_api_gave_masked_leaves_the_value_as_it_is(client: Client) -> None:
    browser = client("a")
    record_id = placed(browser)
    given = browser.get(f"/api/v1/records/{KEY}/{record_id}").get_json()
    assert (given["name"], given["number"]) == ("欧***", "9999**********0016")
    sent = {"name": given["name"], "number": given["number"]}
    with browser.platform.work(SYSTEM_ACTOR) as work:
        assert not records.save(work, KEY, sent, record_id=record_id).changed
        (done,) = many.save_many(work, KEY, [many.Entry(sent | {"post_no": "门岗9"}, record_id)])
        assert isinstance(done, many.Done) and done.changed
    now = stored(browser, record_id)
    assert (now["name"], now["number"], now["post_no"]) == (NAME, NUMBER, "门岗9")
