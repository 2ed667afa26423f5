"""An export is masked; with personal values it is for who leads the action, with a reason, and the journal has the count
(A43). What was exported either way comes back as no change."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from core.services import sheets
from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import records
from tests.core.web.canaries import GUARD, PEOPLE, leaked, raws
from tests.core.web.test_canaries import unzipped
from tests.core.web.test_web_records import hidden

Client = Callable[[str], Any]


def planted(browser: Any) -> None:
    with browser.platform.work(SYSTEM_ACTOR) as work:
        for place in range(3):
            records.save(work, GUARD, raws(place, PEOPLE[place])[GUARD])


def ask(browser: Any, reason: str) -> Any:
    token = hidden(browser.get("/inbox").get_data(as_text=True), "csrf_token")
    return browser.post(f"/sheet/{GUARD}/clear.xlsx", data={"csrf_token": token, "reason": reason})


def test_the_lead_takes_it_out_in_clear_with_a_reason(client: Client) -> None:
    browser = client("office")
    planted(browser)
    assert leaked(unzipped(browser.get(f"/sheet/{GUARD}/export.xlsx").get_data())) == []
    assert ask(browser, "").status_code == 422
    data = ask(browser, "报公安机关核查").get_data()
    assert {m for p in PEOPLE[:3] for m in (p.name, p.number)} == set(leaked(unzipped(data)))
    with browser.platform.reading() as work:
        line = work.session.execute(text("SELECT login, changes FROM journal WHERE verb = 'export' ORDER BY id DESC"))
        login, told = line.first() or ("", "{}")
        plan = sheets.plan(work, work.catalog.records[GUARD], GUARD, sheets.read(io.BytesIO(data).read(), "a.xlsx"))
    assert login == "office" and json.loads(told)["count"] == [None, 3]
    assert json.loads(told)["reason"] == [None, "报公安机关核查"]
    assert {k: n for k, n in plan.counts.items() if n} == {"unchanged": 3}


@pytest.mark.parametrize("login", ["a", "group", "admin"])
def test_nobody_else_does(client: Client, login: str) -> None:
    browser = client(login)
    planted(browser)
    assert "导出含完整个人信息" not in browser.get(f"/r/{GUARD}/sheet").get_data(as_text=True)
    answer = ask(browser, "想要一份名单")
    assert answer.status_code == 403 and leaked(answer.get_data()) == []
