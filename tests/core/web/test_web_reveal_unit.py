"""Whom to call at a property company: masked in lists, in clear once with a reason for who deals with it, journalled."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from core.base.units import COMMUNITY
from core.estate.units import Company, Complex
from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import registry
from tests.core.web.canaries import PEOPLE, leaked
from tests.core.web.test_web_records import hidden

Client = Callable[[str], Any]
MANAGER = PEOPLE[8]


def serving(browser: Any, community: str) -> int:
    """A company of one complex, in the community, with a manager who can be called."""
    with browser.platform.work(SYSTEM_ACTOR) as work:
        said = {"name": "示例物业丙", "person": MANAGER.name, "phone": MANAGER.phone}
        company = registry.save(work, Company, said)
        home = work.look.unit_id(COMMUNITY, community)
        one = work.session.scalars(select(Complex).where(Complex.community_id == home)).first()
        assert one is not None
        registry.save(work, Complex, {"company_id": company.id, "service": "专业物业"}, unit_id=one.id)
        return company.id


def ask(browser: Any, company: int, reason: str) -> Any:
    token = hidden(browser.get("/inbox").get_data(as_text=True), "csrf_token")
    return browser.post(f"/registry/company/{company}/reveal", data={"csrf_token": token, "reason": reason})


def reveals(browser: Any) -> list[Any]:
    with browser.platform.reading() as work:
        rows = work.session.execute(
            text("SELECT login, subject, subject_id, changes FROM journal WHERE verb = 'reveal'")
        )
        return [(*row[:3], json.loads(row[3])) for row in rows]


@pytest.mark.parametrize("login", ["a", "group", "office", "admin"])
def test_who_deals_with_it_sees_it_once_with_a_reason_that_is_journalled(client: Client, login: str) -> None:
    browser = client(login)
    company = serving(browser, "示例社区A")
    assert leaked(browser.get("/registry/company").text) == []
    assert f'href="/registry/company/{company}/reveal"' in browser.get("/registry/company").text
    page = browser.get(f"/registry/company/{company}/reveal").text
    assert leaked(page) == [] and MANAGER.phone[:3] + "****" in page
    answer = ask(browser, company, "电梯困人，请物业到场")
    assert leaked(answer.text) == [MANAGER.name, MANAGER.phone] and answer.headers["Cache-Control"] == "no-store"
    assert leaked(browser.get(f"/registry/company/{company}/reveal").text) == []
    told = {"reason": [None, "电梯困人，请物业到场"], "fields": [None, "负责人、联系电话"]}
    assert reveals(browser) == [(login, "company", company, told)]


def test_the_community_of_another_company_does_not(client: Client) -> None:
    browser = client("b")
    company = serving(browser, "示例社区A")
    assert 'name="reason"' not in browser.get(f"/registry/company/{company}/reveal").text
    answer = ask(browser, company, "想看一看是谁")
    assert answer.status_code == 403 and leaked(answer.text) == [] and reveals(browser) == []


def test_without_a_reason_nothing_is_shown_or_kept(client: Client) -> None:
    browser = client("a")
    answer = ask(browser, serving(browser, "示例社区A"), " 看 ")
    assert answer.status_code == 422 and leaked(answer.text) == [] and reveals(browser) == []


def test_what_has_no_personal_fields_has_no_such_page(client: Client) -> None:
    assert client("a").get("/registry/complex/1/reveal").status_code == 404
