"""No page offers a link its reader is refused at: each role follows every link of the pages it begins with, in a demo world and
where the three administrators are apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.testing import small_platform
from tests.core.web.people import MATRIX, browsers, one_of_each

LINK = re.compile(r'href="(/[^"#]*)"')
FIRST = ("/", "/status", "/help", "/calendar", "/me", "/inbox")
ELSEWHERE = ("/static/", "/language/")


@pytest.fixture(scope="module", params=["together", "apart"])
def people(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    found: Platform = small_platform(tmp_path_factory.mktemp(request.param), begun=True)
    logins = one_of_each(found)
    with found.work(SYSTEM_ACTOR) as work:
        work.campaign.demo = request.param == "together"
    yield browsers(found, logins)
    found.db.close()


def links(browser: Any, address: str) -> set[str]:
    page = browser.get(address, follow_redirects=True)
    assert page.status_code == 200, address
    return {a.replace("&amp;", "&") for a in LINK.findall(page.text) if not a.startswith(ELSEWHERE)}


@pytest.mark.parametrize("role", MATRIX)
def test_no_link_of_the_first_pages_leads_to_a_refusal(people: dict[str, Any], role: str) -> None:
    browser = people[role]
    offered = set().union(*(links(browser, first) for first in FIRST))
    assert [a for a in sorted(offered) if browser.get(a, follow_redirects=True).status_code != 200] == []


def test_a_company_meets_no_refusal_on_the_card_of_its_complex(people: dict[str, Any]) -> None:
    browser = people["company"]
    (card, *_rest) = sorted(a for a in links(browser, "/") if a.startswith("/complex/"))
    assert [a for a in links(browser, card) if browser.get(a).status_code == 403] == []


def test_the_administrator_reaches_the_registry_the_sheets_and_the_jobs(people: dict[str, Any]) -> None:
    """Where the three are apart too: that is the administrator's work."""
    browser = people["administrator"]
    assert {"/registry", "/people", "/jobs"} <= links(browser, "/")
    for kind in ("complex", "community"):
        offered = links(browser, f"/registry/{kind}")
        assert {f"/registry/{kind}/new", f"/registry/{kind}/sheet"} <= offered
        assert [a for a in offered if browser.get(a).status_code == 403] == []
    assert browser.get("/sheet/complex/template.xlsx").status_code == 200
    assert browser.get("/sheet/complex/export.xlsx").status_code == 200
