"""The directory of accounts: a page of fifty, found by login, name, unit and role, the same in both offices that use it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import event

from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.permission.access import SYSTEM_ACTOR
from tests.core.web.signing import post


@pytest.fixture
def admin(client: Any) -> Any:
    return client("admin")


def many(admin: Any, count: int) -> None:
    with admin.platform.work(SYSTEM_ACTOR) as work:
        work.session.add_all(
            Account(login=f"officer{n:03}", label=f"第{n}位", role="community", community_id=2) for n in range(count)
        )


def listed(admin: Any, path: str) -> list[str]:
    page = admin.get(path)
    assert page.status_code == 200
    return re.findall(r"<tr[^>]*><td>([^<]+)</td>", page.text)


@pytest.mark.parametrize("place", ["/people", "/grants"])
def test_a_thousand_accounts_are_paged_in_the_same_number_of_statements(admin: Any, place: str) -> None:
    seen: list[str] = []
    event.listen(admin.platform.db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    def statements() -> int:
        admin.get(place)
        seen.clear()
        assert admin.get(f"{place}?role=community").status_code == 200
        return len(seen)

    few = statements()
    many(admin, 1000)
    assert statements() == few
    first, second = (listed(admin, f"{place}?role=community&page={n}") for n in (1, 2))
    assert len(first) == len(second) == 50 and not set(first) & set(second)
    assert "role=community&amp;page=3" in admin.get(f"{place}?role=community&page=2").text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=OFFICER001", {"officer001"}),
        ("q=第2位", {"officer002"}),
        ("q=示例社区B&role=community", {"b", "officer000", "officer001", "officer002"}),
        ("q=slsqB", {"b", "officer000", "officer001", "officer002"}),
        ("q=officer&role=department", set()),
        ("q=%25", set()),
        ("role=king&q=officer000&page=x", {"officer000"}),
    ],
)
def test_an_account_is_found_by_login_name_unit_and_role(admin: Any, asked: str, found: set[str]) -> None:
    many(admin, 3)
    assert set(listed(admin, f"/people?{asked}")) == found


def test_a_deed_leads_back_to_the_same_page_of_the_list(admin: Any) -> None:
    many(admin, 120)
    where = "/people?q=officer&page=2"
    with admin.platform.reading() as work:
        there = accounts.named(work, "officer060", active=True).id
    assert "officer060" in listed(admin, where)
    back = re.findall(r'name="back" value="([^"]+)"', admin.get(where).text)[0].replace("&amp;", "&")
    answer = post(admin, f"/people/{there}/end", page=where, back=back)
    assert answer.status_code == 302 and answer.headers["Location"] == where
    outside = post(admin, f"/people/{there}/end", page=where, back="//evil.example")
    assert outside.headers["Location"] == "/"
