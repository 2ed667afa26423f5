"""A sealed number is found by its exact value, however it is typed, after every way a row is written, changed or taken out;
the hash tells nothing without the key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from core.base import keys
from core.estate.units import Company
from core.services.lists import listing
from core.services.permission.access import SYSTEM_ACTOR
from core.services.personal import blind_index
from core.services.personal.blind_index import BlindIndex
from core.services.platform import Platform
from core.services.writing import many, records, registry
from tests.core.web.canaries import COMPLAINT, GUARD, PEOPLE, leaked, raws
from tests.core.web.test_web_records import hidden

Client = Callable[[str], Any]
ONE, OTHER = PEOPLE[1], PEOPLE[2]


def found(platform: Platform, value: str, key: str = COMPLAINT) -> list[int]:
    with platform.reading() as work:
        return list(listing.holding(work, key, value))


def saved(platform: Platform, key: str = COMPLAINT) -> int:
    with platform.work() as work:
        return records.save(work, key, raws(1, ONE)[key], reason="确属实情").record.id


@pytest.mark.parametrize("typed", [ONE.phone, f" {ONE.phone[:3]} {ONE.phone[3:7]}-{ONE.phone[7:]}", f"+86{ONE.phone}"])
def test_a_phone_is_found_however_it_is_typed(platform: Platform, typed: str) -> None:
    number = saved(platform)
    assert found(platform, typed) == [number]
    assert found(platform, typed[:-1] + "x") == [] and found(platform, ONE.phone[:6]) == []


def test_it_follows_every_change(platform: Platform) -> None:
    number = saved(platform)
    with platform.work() as work:
        records.save(work, COMPLAINT, {"phone": OTHER.phone}, record_id=number, reason="更正")
    assert (found(platform, ONE.phone), found(platform, OTHER.phone)) == ([], [number])
    with platform.work() as work:
        (done,) = many.save_many(work, COMPLAINT, [many.Entry(raws(3, ONE)[COMPLAINT], reason="确属实情")])
        assert isinstance(done, many.Done)
    assert found(platform, ONE.phone) == [done.record_id]
    with platform.work() as work:
        (again,) = many.save_many(work, COMPLAINT, [many.Entry({"phone": OTHER.phone}, done.record_id, reason="更正")])
        assert isinstance(again, many.Done)
        records.remove(work, COMPLAINT, done.record_id)
    assert (found(platform, ONE.phone), found(platform, OTHER.phone)) == ([], [number])
    with platform.work() as work:
        records.save(work, COMPLAINT, {"phone": ""}, record_id=number, reason="清空")
    assert found(platform, OTHER.phone) == []


def test_what_is_rolled_back_is_not_found(platform: Platform) -> None:
    with pytest.raises(ZeroDivisionError), platform.work() as work:
        records.save(work, COMPLAINT, raws(1, ONE)[COMPLAINT], reason="确属实情")
        raise ZeroDivisionError
    assert found(platform, ONE.phone) == []


def test_units_of_the_registry_are_found_too(platform: Platform) -> None:
    with platform.work() as work:
        company = registry.save(work, Company, {"name": "示例物业B", "phone": ONE.phone})
        held = blind_index.holds(Company, ONE.phone)
        assert held is not None and work.session.scalars(select(Company.id).where(held)).all() == [company.id]


def test_the_store_holds_a_keyed_hash_and_rows_of_before_are_entered_anew(platform: Platform) -> None:
    number = saved(platform, GUARD)
    with platform.reading() as work:
        (row,) = work.session.scalars(select(BlindIndex).where(BlindIndex.table_name == "security_guards_guard"))
        assert leaked(row.digest) == [] and hashlib.sha256(ONE.number.encode()).hexdigest()[:40] not in row.digest
        assert row.digest.startswith(keys.current().name + ":") and row.row_id == number
    with platform.work() as work:
        work.session.execute(text("DELETE FROM blind_index"))
    assert found(platform, ONE.number, GUARD) == []
    with platform.work() as work:
        assert blind_index.rebuild(work.session, work.catalog.records.values()) == 1
    assert found(platform, ONE.number, GUARD) == [number]


@pytest.mark.parametrize(("login", "finds"), [("a", True), ("office", True), ("b", False)])
def test_the_list_finds_it_for_who_may_see_the_record_and_no_address_has_it(
    client: Client, login: str, finds: bool
) -> None:
    browser = client(login)
    with browser.platform.work(SYSTEM_ACTOR) as work:
        number = records.save(work, GUARD, raws(1, ONE)[GUARD]).record.id
    page = browser.get(f"/r/{GUARD}").get_data(as_text=True)
    sent = {"csrf_token": hidden(page, "csrf_token"), "value": ONE.number}
    answer = browser.post(f"/r/{GUARD}/find", data=sent)
    if finds:
        assert answer.status_code == 302 and answer.headers["Location"] == f"/r/{GUARD}/{number}"
    else:
        assert answer.status_code == 404 and leaked(answer.get_data()) == []
