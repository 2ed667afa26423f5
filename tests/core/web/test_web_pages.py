"""Every page opens for whoever may see it, in a fixed number of statements, and asks nothing of the outside."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from core.app import create_app
from core.estate.campaign import SettingValue
from core.estate.units import Complex
from core.services.identity import accounts
from core.services.permission import responsibilities
from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import records
from core.testing import START, at, entered, small_platform

Client = Callable[[str], Any]
PAGES = (
    "/overview",
    "/a/environment/",
    "/a/safety/",
    "/i/environment.cleaned_monthly",
    "/i/environment.cleaned_monthly?as_of=2024-11-15&community=1",
    "/d/environment.monthly_cleanup",
    "/d/environment.monthly_cleanup?as_of=2024-11-15&status=met",
    "/r/environment.cleanup",
    "/complex/1",
    "/community/1",
    "/wall",
    "/wall?by=type&full=1",
    "/wall?group=1&as_of=2024-11-15",
    "/league",
    "/report",
    "/registry",
    "/registry/complex",
    "/registry/complex/1/duties",
    "/registry/department/1/duties",
    "/status",
)


@pytest.mark.parametrize("path", [*PAGES, "/journal", "/registry/complex/1", "/sheet/complex/template.xlsx"])
def test_pages_open_for_the_administrator(client: Client, path: str) -> None:
    assert client("admin").get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/journal", "/registry/complex/1", "/registry/complex/new", "/sheet/complex/template.xlsx"]
)
def test_administration_is_closed_to_a_community(client: Client, path: str) -> None:
    assert client("a").get(path).status_code == 403


def test_strangers_are_sent_to_the_sign_in_page(client: Client) -> None:
    client("a")
    stranger = client("a").application.test_client()
    for path in PAGES:
        answer = stranger.get(path)
        assert answer.status_code == 302 and "/signin" in answer.headers["Location"]


def test_a_record_of_another_community_is_not_found(client: Client) -> None:
    officer = client("a")
    with officer.platform.work(SYSTEM_ACTOR, source="demo") as work:
        values = {"complex_id": 1, "held_on": "2024-11-18", "spots": "出入口", "people": 3, "photos": ["demo"]}
        saved = records.save(work, "environment.cleanup", values)
    assert officer.get(f"/r/environment.cleanup/{saved.record.id}").status_code == 404
    assert client("b").get(f"/r/environment.cleanup/{saved.record.id}").status_code == 200


def test_sign_out_ends_the_session_and_a_link_works_once(client: Client) -> None:
    officer = client("a")
    page = officer.get("/").text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert csrf
    cookie = officer.get_cookie("actions_session")
    officer.post("/signout", data={"csrf_token": csrf.group(1)})
    officer.set_cookie("actions_session", cookie.value)
    assert officer.get("/").status_code == 302, "a copied cookie is dead after signing out"
    with officer.platform.work(SYSTEM_ACTOR) as work:
        link = accounts.one_time_link(work, "a")
    assert entered(officer, link).status_code == 302
    assert entered(officer, link).status_code == 401


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(client: Client, target: str) -> None:
    page = client("a").application.test_client().get("/signin", query_string={"next": target}).text
    assert 'name="next" value="/"' in page


def test_nothing_inline_and_nothing_from_elsewhere(client: Client) -> None:
    browser = client("admin")
    for path in PAGES:
        answer = browser.get(path)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*src=)", answer.text), path
        assert not re.search(r"\son\w+=|\sstyle=", answer.text), path
        outside = re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]+"', answer.text)
        assert not outside, (path, outside)


@pytest.mark.parametrize("path", [*(p for p in PAGES if p != "/registry"), "/journal", "/journal?unit=示例小区03"])
def test_a_page_asks_the_store_the_same_number_of_times_whatever_the_number_of_units(tmp_path: Path, path: str) -> None:
    counts = []
    for many in (10, 40):
        folder = tmp_path / str(many)
        folder.mkdir()
        counts.append(_statements(folder, many, path))
    assert counts[0] == counts[1], f"{path}: {counts}"


def said(page: str) -> str:
    """The page's own words, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def reported(browser: Any, *units: int, on: str = "2024-11-18") -> None:
    with browser.platform.work(SYSTEM_ACTOR, source="demo") as work:
        for unit in units:
            values = {"complex_id": unit, "held_on": on, "spots": "出入口", "people": 3, "photos": ["demo"]}
            records.save(work, "environment.cleanup", values)


def test_a_red_light_says_its_rule_who_is_missing_who_can_mend_it_and_by_when(client: Client) -> None:
    browser = client("group")
    reported(browser, 1, 2)
    page = said(browser.get("/i/environment.cleaned_monthly").text)
    assert "为什么亮红灯" in page and "按进度今日应达" in page and "还需完成 7 个即达标" in page
    assert "由城管办督促，2024年11月30日(周六)前完成" in page
    assert "示例小区03" in page and "未达到的 7 个" in page
    standing = said(browser.get("/i/environment.first_cleanup_done").text)
    assert "每天都应达到100.0%" in standing and "由城管办督促，应尽快完成" in standing
    with browser.platform.work(SYSTEM_ACTOR, settle=False) as work:
        work.session.add(SettingValue(key="environment.first_cleanup_done.by", value="2024-11-15", since=START))
        work.campaign.revision += 1
    dated = said(browser.get("/i/environment.first_cleanup_done").text)
    assert "期限2024年11月15日已到" in dated and "由城管办督促，已超过期限 5 天" in dated
    overview = said(browser.get("/overview").text)
    assert "每月集中大扫除达标率" in overview and "督促：城管办" in overview


def test_a_figure_opens_its_rows(client: Client) -> None:
    browser = client("group")
    reported(browser, 3)
    page = browser.get("/i/environment.cleaned_monthly").text
    (link,) = re.findall(r'href="(/r/environment.cleanup\?unit=3&amp;from=[^"]+)"', page)
    rows = browser.get(link.replace("&amp;", "&")).text
    assert "示例小区03" in rows and "共 1 条" in rows


def test_a_deadlines_page_is_of_the_day_asked_for(client: Client) -> None:
    browser = client("group")
    reported(browser, 1, 2, 3, on="2024-11-18")
    now = said(browser.get("/d/environment.first_cleanup").text)
    then = said(browser.get("/d/environment.first_cleanup?as_of=2024-11-15").text)
    assert "逾期 9" in now
    assert "逾期 9" not in then and "即将到期 9" in then, "on its last day it is not overdue"
    held = said(browser.get("/d/environment.monthly_cleanup").text)
    before = said(browser.get("/d/environment.monthly_cleanup?as_of=2024-11-17").text)
    assert "按期完成 3" in held and "按期完成" not in before


@pytest.mark.parametrize(
    "path",
    [
        "/registry/complex?page=abc",
        "/registry/complex?page=-3",
        "/d/environment.first_cleanup?status=nonsense&period=2019-01&page=x",
        "/i/environment.cleaned_monthly?period=nonsense&community=zz&as_of=2024-02-31",
        "/overview?as_of=tomorrow",
        "/journal?before=x&from=nonsense&unit=无此小区",
    ],
)
def test_an_address_nobody_can_read_is_a_page_all_the_same(client: Client, path: str) -> None:
    assert client("admin").get(path).status_code == 200


@pytest.mark.parametrize("path", ["/i/none", "/d/none", "/registry/none", "/registry/company/1/duties", "/complex/999"])
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert client("admin").get(path).status_code == 404


def test_the_journal_is_found_by_unit_kind_person_and_day(client: Client) -> None:
    admin = client("admin")
    reported(admin, 3, 4)
    three = said(admin.get("/journal?unit=示例小区03").text)
    assert "参加人数" in three and "示例小区04" not in three
    assert "没有名为“无此小区”" in admin.get("/journal?unit=无此小区").text
    assert "参加人数" in admin.get("/journal?subject=environment.cleanup&who=system&from=2024-11-20&to=2024-11-20").text
    assert "没有符合条件的日志" in admin.get("/journal?to=2024-11-01").text
    assert client("a").get("/journal").status_code == 403


def _token(browser: Any, path: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found
    return found.group(1)


def test_a_duty_is_registered_and_ended_on_its_page_and_shown_where_it_matters(client: Client) -> None:
    admin, path = client("admin"), "/registry/department/1/duties"
    other = re.search(r"/registry/action/(\d+)/duties", admin.get(path).text)
    assert other
    form = {"csrf_token": _token(admin, path), "role": "shares:holder", "since": "2024-11-10"}
    assert admin.post(path, data=form | {"other": "无此行动"}).status_code == 422
    refused = admin.post(path, data=form | {"other": "小区环境提升专项行动", "since": "昨天"})
    assert refused.status_code == 422 and 'value="小区环境提升专项行动"' in refused.text, "what was typed is kept"
    assert admin.post(path, data=form | {"other": "小区环境提升专项行动"}).status_code == 302
    assert "责任部门：城管办" in said(admin.get("/a/environment/").text)
    row = re.search(rf'责任部门(?:(?!/end").)*?action="({path}/(\d+)/end)"', admin.get(path).text, re.S)
    assert row
    end = {"csrf_token": form["csrf_token"], "until": "2024-11-19"}
    assert admin.post(f"{path}/999/end", data=end).status_code == 404
    assert admin.post(row.group(1), data=end).status_code == 302
    assert "责任部门：城管办" not in said(admin.get("/a/environment/").text)
    assert "责任部门：城管办" in said(admin.get("/a/environment/?as_of=2024-11-19").text), "the past keeps it"


def test_nobody_but_the_administrator_registers_duties(client: Client) -> None:
    officer, path = client("a"), "/registry/department/1/duties"
    page = officer.get(path)
    assert page.status_code == 200 and 'name="role"' not in page.text
    form = {"csrf_token": _token(officer, "/"), "role": "shares:holder", "since": "2024-11-10", "until": "2024-11-19"}
    assert officer.post(path, data=form | {"other": "小区环境提升专项行动"}).status_code == 403
    with officer.platform.reading() as work:
        (first, *_rest) = responsibilities.of(work, "department", 1)
    assert officer.post(f"{path}/{first.id}/end", data=form).status_code == 403


def test_a_change_of_a_complex_names_its_day_or_is_not_made(client: Client) -> None:
    admin, path = client("admin"), "/registry/complex/1"
    form = {"csrf_token": _token(admin, path), "version": "1", "effective": "2024-11-18"}
    with admin.platform.reading() as work:
        one = work.session.get(Complex, 1)
        values = {f.name: f.kind.text(one.values()[f.name]) for f in Complex.fields()}
    form |= {f"f_{n}": v for n, v in values.items()} | {"f_type": "示范型", "f_community_id": "示例社区B"}
    form |= {"f_company_id": "示例物业A01"}
    assert "请填写变更生效日期" in admin.post(path, data=form | {"effective": "昨天"}).text
    assert admin.post(path, data=form | {"version": "x"}).status_code == 409, "an unreadable version is not ours"
    assert admin.post(path, data=form).status_code == 302
    assert "2024年11月18日(周一) 起" in said(admin.get("/complex/1").text)


def _statements(folder: Path, complexes: int, path: str) -> int:
    platform = small_platform(folder, complexes=complexes, today=date(2024, 11, 20))
    with platform.work(SYSTEM_ACTOR, now=at(date(2024, 11, 19)), source="demo") as work:
        for unit in range(1, complexes + 1):
            values = {"complex_id": unit, "held_on": "2024-11-18", "spots": "出入口", "people": 3, "photos": ["demo"]}
            records.save(work, "environment.cleanup", values)
    with platform.work(SYSTEM_ACTOR) as work:
        link = accounts.one_time_link(work, "admin")
    browser = create_app(platform=platform).test_client()
    entered(browser, link)
    browser.get(path)
    seen = []
    event.listen(platform.db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert browser.get(path).status_code == 200
    platform.db.close()
    return len(seen)
