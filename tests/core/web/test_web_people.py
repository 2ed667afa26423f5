"""Accounts looked after on the pages: entered by the administrator, granted by the security administrator, three people with a
real campaign (A08, A24)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from core.base.errors import Forbidden, Invalid
from core.services.exchange import tokens
from core.services.identity import accounts, directory, people
from core.services.permission import rights
from core.services.permission.access import SYSTEM_ACTOR, Actor
from core.testing import entered
from tests.core.web.signing import account, by_link, fresh, give_password, journal_of, post, real_campaign, sign_in

People = Callable[[str], Any]
NEW = {"login": "wang", "label": "王某", "role": "community", "unit": "示例社区A"}


@pytest.fixture
def admin(client: People) -> Any:
    return client("admin")


def number(browser: Any, login: str) -> int:
    with browser.platform.reading() as work:
        return account(work, login).id


def link_on(page: Any) -> str:
    found = re.search(r"/enter/([\w-]+)<", page.text)
    assert found is not None, page.text
    return found[1]


def acting(role: str) -> Actor:
    return Actor(login=f"the-{role}", label=role, role=role)


def test_a_new_account_comes_with_its_link_shown_once(admin: Any) -> None:
    page = post(admin, "/people", **NEW)
    assert page.status_code == 200 and "只显示这一次" in page.text
    found = fresh(admin)
    assert entered(found, link_on(page)).status_code == 302 and found.get("/").status_code == 200
    listed = admin.get("/people").text
    assert "王某" in listed and "示例社区A" in listed and link_on(page) not in listed
    assert {line.verb for line in journal_of(admin, "create", "link") if line.login == "admin"} == {"create", "link"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"login": "a"}, "已存在"),
        ({"login": ""}, "请填写账号"),
        ({"login": "wang\r\n<b>"}, "账号只能用"),
        ({"label": ""}, "请填写姓名"),
        ({"role": "system"}, "请选择角色"),
        ({"role": "king"}, "请选择角色"),
        ({"unit": "没有的社区"}, "没有名为"),
        ({"unit": ""}, "请写明所属的社区"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_said_and_nothing_kept(
    admin: Any, typed: dict[str, str], said: str
) -> None:
    page = post(admin, "/people", **(NEW | typed))
    assert page.status_code == 422 and said in page.text
    with admin.platform.reading() as work:
        assert directory.find(work, directory.Asked(text="wang"), accounts.real_now()).total == 0


def test_a_stopped_account_is_out_at_once_and_back_when_started(admin: Any) -> None:
    found, number_ = by_link(admin), number(admin, "a")
    assert found.get("/").status_code == 200
    post(admin, f"/people/{number_}/stop", page="/people")
    assert found.get("/").status_code == 302
    assert post(admin, f"/people/{number_}/link", page="/people").status_code == 422
    post(admin, f"/people/{number_}/start", page="/people")
    assert found.get("/").status_code == 302, "what ended stays ended"
    assert by_link(admin).get("/").status_code == 200


def test_another_role_ends_every_session_and_token(admin: Any) -> None:
    found, number_ = by_link(admin), number(admin, "a")
    with admin.platform.work(SYSTEM_ACTOR) as work:
        token = tokens.issue(work, "a", "试用", ["read"])
    path = "/api/v1/records/environment.cleanup"
    bearer = {"Authorization": f"Bearer {token}"}
    assert fresh(admin).get(path, headers=bearer).status_code == 200
    assert post(admin, f"/people/{number_}", role="coordination", unit="").status_code == 302
    assert found.get("/").status_code == 302
    assert fresh(admin).get(path, headers=bearer).status_code == 401
    with admin.platform.reading() as work:
        assert (account(work).role, account(work).community_id) == ("coordination", None)
    (line,) = journal_of(admin, "edit")
    assert line.changes["role"] == ["community 示例社区A", "coordination"]


def test_sessions_can_be_ended_by_who_looks_after_them(admin: Any) -> None:
    found = by_link(admin)
    post(admin, f"/people/{number(admin, 'a')}/end", page="/people")
    assert found.get("/").status_code == 302


def test_nobody_changes_their_own_role_or_stops_themselves(admin: Any) -> None:
    mine = number(admin, "admin")
    assert post(admin, f"/people/{mine}", role="coordination", unit="").status_code == 422
    assert post(admin, f"/people/{mine}/stop", page="/people").status_code == 422
    assert admin.get("/people").status_code == 200


@pytest.mark.parametrize("login", ["group", "office", "a"])
def test_others_look_after_nobody(client: People, login: str) -> None:
    browser = client(login)
    there = number(browser, "b")
    for path in ("/people", f"/people/{there}", "/grants"):
        assert browser.get(path).status_code == 403, path
    for path in (
        "/people",
        f"/people/{there}",
        f"/people/{there}/stop",
        f"/people/{there}/link",
        f"/grants/{there}/end",
    ):
        assert post(browser, path, page="/me", **NEW).status_code == 403, path
    page = browser.get("/me").text
    assert 'href="/people"' not in page and 'href="/grants"' not in page


def test_in_a_real_campaign_a_role_waits_until_security_grants_it(admin: Any) -> None:
    real_campaign(admin)
    platform = admin.platform
    with platform.work(acting(rights.ADMINISTRATOR)) as work:
        there = people.add(work, **NEW).id
    give_password(admin, "wang", "竹篱-Staple-battery-8")
    with platform.work(acting(rights.ADMINISTRATOR)) as work:
        token = people.link(work, there)
    waiting = entered(fresh(admin), token)
    assert waiting.status_code == 403 and "须安全管理员授权" in waiting.text
    assert sign_in(fresh(admin), "wang", "竹篱-Staple-battery-8").status_code == 403
    assert sign_in(fresh(admin), "wang", "wrong-password").status_code == 401, "told to its owner alone"
    with platform.work(acting(rights.ADMINISTRATOR)) as work, pytest.raises(Forbidden):
        people.grant(work, there)
    with platform.work(acting(rights.SECURITY)) as work:
        people.grant(work, there)
    assert sign_in(fresh(admin), "wang", "竹篱-Staple-battery-8").status_code == 302
    with platform.work(acting(rights.ADMINISTRATOR)) as work:
        people.change(work, there, "coordination", "")
    assert sign_in(fresh(admin), "wang", "竹篱-Staple-battery-8").status_code == 403, "a new role waits anew"
    assert [line.changes["role"][1] for line in journal_of(admin, "grant")] == ["community 示例社区A"]


def test_in_a_real_campaign_a_link_used_too_early_is_not_used_up(admin: Any) -> None:
    real_campaign(admin)
    with admin.platform.work(acting(rights.ADMINISTRATOR)) as work:
        made = people.add(work, **NEW)
        token, there = people.link(work, made.id), made.id
    entered(fresh(admin), token)
    with admin.platform.work(acting(rights.SECURITY)) as work:
        people.grant(work, there)
    assert entered(fresh(admin), token).status_code == 302


@pytest.mark.parametrize("role", sorted(rights.APART))
def test_in_a_real_campaign_each_of_the_three_has_its_own_part(admin: Any, role: str) -> None:
    real_campaign(admin)
    there = number(admin, "a")
    parts: dict[str, list[Callable[[Any], Any]]] = {
        rights.ADMINISTRATOR: [
            lambda w: people.add(w, **NEW),
            lambda w: people.link(w, there),
            lambda w: people.stop(w, there),
        ],
        rights.SECURITY: [lambda w: people.unlock(w, "a"), lambda w: people.reset_factor(w, "a")],
        rights.AUDITOR: [],
    }
    for owner, deeds in parts.items():
        for deed in deeds:
            with admin.platform.work(acting(role)) as work:
                if owner == role:
                    deed(work)
                else:
                    with pytest.raises(Forbidden):
                        deed(work)


def test_in_a_real_campaign_one_person_is_not_two_of_the_three(admin: Any) -> None:
    real_campaign(admin)
    with admin.platform.work(SYSTEM_ACTOR) as work:
        accounts.add(work, "li.security", "李某", "security")
        accounts.set_contact(work, "li.security", "li@example.org")
    for label, contact in (("李某", ""), ("李小某", "li@example.org")):
        with pytest.raises(Invalid, match="不同的人"), admin.platform.work(SYSTEM_ACTOR) as work:
            accounts.add(work, "li.audit", label, "auditor")
            accounts.set_contact(work, "li.audit", contact)
    with admin.platform.work(acting(rights.ADMINISTRATOR)) as work:
        made = people.add(work, "li", "李某", "coordination", "")
        with pytest.raises(Invalid, match="不同的人"):
            people.change(work, made.id, "administrator", "")
        work.session.rollback()
    with admin.platform.work(SYSTEM_ACTOR) as work:
        accounts.add(work, "zhang.audit", "张某", "auditor")


def test_in_a_real_campaign_no_page_hands_out_a_link_of_the_three(admin: Any) -> None:
    """Who could enter as the security administrator would be two of the three."""
    real_campaign(admin)
    with admin.platform.work(SYSTEM_ACTOR) as work:
        other = accounts.add(work, "li.security", "李某", "security").id
    with admin.platform.work(acting(rights.ADMINISTRATOR)) as work, pytest.raises(Invalid, match="服务器"):
        people.link(work, other)


def test_the_journal_says_whose_account_and_which_role_in_words(admin: Any) -> None:
    real_campaign(admin)
    with admin.platform.work(acting(rights.ADMINISTRATOR)) as work:
        there = people.add(work, **NEW).id
        people.link(work, there)
    with admin.platform.work(acting(rights.SECURITY)) as work:
        people.grant(work, there)
    with admin.platform.work(SYSTEM_ACTOR) as work:
        work.campaign.demo = True  # one administrator reads all
    page = admin.get("/journal?subject=account").text
    assert page.count(f"{NEW['label']}（{NEW['login']}）") == 3
    assert "社区 示例社区A" in page and "community 示例社区A" not in page


def test_in_a_demo_world_one_administrator_does_both(admin: Any) -> None:
    page = admin.get("/grants")
    assert page.status_code == 200 and "等待授权" not in page.text
    menu = admin.get("/me").text
    assert 'href="/people"' in menu and 'href="/grants"' in menu


def test_an_account_of_a_company_belongs_to_it(admin: Any) -> None:
    assert post(admin, "/people", **(NEW | {"role": "company", "unit": "示例物业A01"})).status_code == 200
    with admin.platform.reading() as work:
        assert account(work, "wang").company_id is not None and account(work, "wang").community_id is None
    assert "示例物业A01" in admin.get("/people").text
