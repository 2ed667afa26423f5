"""Every route x method x role against the declared table (G21, A19-A24): who may not is refused, nothing changes, and the journal
knows it; who may is never refused by the door. A route nobody declared does not start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.app import create_app
from core.services.audit.journal import JournalEntry
from core.services.messaging import messages
from core.services.messaging.messages import Delivery, Message, Told
from core.services.permission import rights
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.scheduled.job_runs import JobRun
from core.testing import small_platform
from core.web import doors
from core.web.pages.api import OF_INTAKES
from tests.core.web.people import MATRIX, browsers, one_of_each

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
FILLED = {
    "key": "environment.cleanup", "slug": "environment", "kind": "complex", "code": "en", "step": "check", "secret": "x",
    "token": "x", "filename": "app.css", "record_id": "1", "unit_id": "1", "row_id": "1", "view_id": "1", "number": "1",
    "account_id": "999", "receipt": "x", "deed": "end",
}  # fmt: skip


@pytest.fixture(scope="module", params=["together", "apart"])
def world(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, dict[str, Any], bool]]:
    """(platform, browser of each role, are the three administrators apart)."""
    found = small_platform(tmp_path_factory.mktemp(request.param), begun=True)
    logins, apart = one_of_each(found), request.param == "apart"
    with found.work(SYSTEM_ACTOR) as work:
        work.campaign.demo = not apart
    yield found, browsers(found, logins), apart
    found.db.close()


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of every route and every method it takes; an argument nobody filled in stops the test."""
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda m: FILLED[m[1]], rule.rule)
        for method in METHODS:
            if method in (rule.methods or ()):
                yield rule.endpoint, method, address


def lines(found: Platform) -> tuple[int, tuple[str, str] | None]:
    """How many lines the journal has, and its last."""
    with found.reading() as work:
        many = work.session.scalar(select(func.count()).select_from(JournalEntry)) or 0
        last = work.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).first()
        return many, (last.verb, last.subject) if last is not None else None


@pytest.mark.parametrize("role", MATRIX)
def test_each_door_opens_to_whom_it_is_declared_for(world: tuple[Platform, dict[str, Any], bool], role: str) -> None:
    found, people, apart = world
    browser = people[role]
    wrong = []
    for endpoint, method, address in routes(browser.application):
        if endpoint == "signin.sign_out":
            continue  # it would end the session the others are asked with
        may = rights.holds(role, doors.right_of(endpoint, method), separated=apart)
        before = lines(found)
        answer = browser.open(address, method=method, data={} if method != "GET" else None)
        many, last = lines(found)
        if answer.status_code >= 500:
            wrong.append((endpoint, method, answer.status_code))
        if not may and (answer.status_code != 403 or (many, last) != (before[0] + 1, ("refused", endpoint))):
            wrong.append((endpoint, method, answer.status_code, last))
        if may and method == "GET" and answer.status_code == 403 and endpoint not in OF_INTAKES:  # by token alone
            wrong.append((endpoint, method, answer.status_code, "the door is declared open"))
        answer.close()
    assert wrong == []


def test_a_stranger_meets_the_sign_in_page_everywhere_else(world: tuple[Platform, dict[str, Any], bool]) -> None:
    found, people, _apart = world
    stranger = next(iter(people.values())).application.test_client()
    before = lines(found)
    for endpoint, method, address in routes(stranger.application):
        if (endpoint, method) == ("signin.sign_in", "POST"):
            continue  # a name and a password that are wrong are a line of their own
        answer = stranger.open(address, method=method)
        if doors.right_of(endpoint, method) == rights.PUBLIC:
            where = answer.headers.get("Location", "")
            assert answer.status_code < 500 and ("/signin?" not in where or "again=" in where), endpoint
        elif address.startswith("/api/"):
            assert answer.status_code == 401, endpoint
        else:
            assert answer.status_code == 302 and "/signin?" in answer.location, (endpoint, method)
        answer.close()
    assert lines(found) == before


def test_other_methods_and_tricks_open_nothing(world: tuple[Platform, dict[str, Any], bool]) -> None:
    """A19, A20."""
    _found, people, _apart = world
    company = people[rights.COMPANY]
    for trick in ("/journal?as_user=admin", "/journal?ignore_permissions=1", "/overview?role=administrator"):
        assert company.get(trick, headers={"X-User-Id": "1", "X-HTTP-Method-Override": "PUT"}).status_code == 403
    assert company.head("/overview").status_code == 403
    assert company.put("/overview").status_code == 405


@pytest.mark.parametrize("world", ["apart"], indirect=True)
def test_the_three_administrators_do_nobodys_business_and_not_each_others(
    world: tuple[Platform, dict[str, Any], bool],
) -> None:
    """A23, G36: no door of administration is shared by two of the three; none of them opens records or figures."""
    guarded = (rights.REGISTRY, rights.PEOPLE, rights.GRANT, rights.AUDIT, rights.OPERATE)
    for right in guarded:
        assert len([r for r in rights.APART if rights.holds(r, right, separated=True)]) <= 1, right
    for role in rights.APART:
        for right in (rights.FORMS, rights.READ, rights.ISSUE, rights.OWN_ACTION):
            assert not rights.holds(role, right, separated=True), (role, right)


@pytest.mark.parametrize("world", ["apart"], indirect=True)
def test_the_administrator_of_a_real_campaign_finds_what_is_his_to_look_after_and_no_more(
    world: tuple[Platform, dict[str, Any], bool],
) -> None:
    """G36: the registry with its duties and sheets, the jobs; of records not even an empty sheet, which the journal knows."""
    found, people, _apart = world
    administrator = people[rights.ADMINISTRATOR]
    for address in ("/registry", "/registry/complex", "/registry/complex/1/duties", "/jobs"):
        assert administrator.get(address).status_code == 200, address
    assert 'href="/complex/' not in administrator.get("/registry/complex").text, "a link that leads to a refusal"
    for address in ("/sheet/complex/template.xlsx", "/sheet/complex/export.xlsx"):
        assert administrator.get(address).status_code == 200, address
    for name in ("template", "export"):
        many, _last = lines(found)
        assert administrator.get(f"/sheet/environment.cleanup/{name}.xlsx").status_code == 404, name
        assert lines(found) == (many + 1, ("refused", f"sheets.{name}"))
    for role in (rights.SECURITY, rights.AUDITOR):
        for address in ("/registry", "/jobs", "/sheet/complex/export.xlsx"):
            assert people[role].get(address).status_code == 403, (role, address)


def failed_delivery(found: Platform) -> None:
    """A reminder the mail server refused, and a run of an action's job that says what it found."""
    with found.work(SYSTEM_ACTOR) as work:
        if work.session.scalar(select(func.count()).select_from(Delivery)):
            return
        told = Told(key="x/1", login="one-community", kind="urgent", title="示例小区01 甲某投诉", text="乙某", link="/")
        messages.tell(work, [told], {})
        number = work.session.scalars(select(Message.id).where(Message.key == "x/1")).one()
        refused = {"state": messages.REFUSED, "attempts": 2, "next_at": work.now, "error": "550 没有这个邮箱"}
        work.session.add(Delivery(message_id=number, channel="mail", **refused))
        run = {"scheduled_at": work.now, "started_at": work.now, "ended_at": work.now, "state": "done"}
        key = next(iter(work.catalog.jobs))
        work.session.add(JobRun(job=key, result="示例小区02 丙某", log="丁某", **run))


def test_an_undelivered_message_is_seen_by_who_operates_without_what_it_said(
    world: tuple[Platform, dict[str, Any], bool],
) -> None:
    """G36: apart, the administrator mends the mail without reading anybody's; together there is nothing to keep apart."""
    found, people, apart = world
    failed_delivery(found)
    for browser in people.values():
        browser.set_cookie("actions_language", "zh")  # another test went through every door, this switch too
    administrator = people[rights.ADMINISTRATOR]
    assert "有 1 条消息没有送达" in administrator.get("/status").text
    page = administrator.get("/jobs").text
    for needed in ("one-community", "mail", "550 没有这个邮箱", "被拒收", "第 2 次"):
        assert needed in page, needed
    assert "即时提醒" in page or not apart
    for said in ("甲某投诉", "乙某", "丙某", "丁某"):
        assert (said in page) == (not apart and said != "乙某"), said
    assert "没有送达" not in people[rights.OFFICER].get("/status").text
    for role in (rights.DEPARTMENT, rights.OFFICER, rights.GRID, rights.LINKED):
        assert "550" not in people[role].get("/jobs").text, role
    for role in (rights.SECURITY, rights.AUDITOR):
        assert people[role].get("/jobs").status_code == 403


def test_a_route_nobody_declared_does_not_start(tmp_path: Path) -> None:
    found = small_platform(tmp_path)
    app = create_app(platform=found)
    app.add_url_rule("/new", "new.page", lambda: "")
    with pytest.raises(LookupError, match=r"new\.page: enter it in core/web/doors\.py"):
        doors.check(app.url_map.iter_rules())
    found.db.close()
