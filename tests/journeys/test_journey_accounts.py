"""Signing in as people meet it in a browser: a session that ends in the middle of a form costs nothing typed (A09); a second factor
is set up from the QR code's key; a phone shows the pages of accounts without scrolling sideways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyotp
import pytest

from core.services.identity import accounts, policy, second_factor, sessions
from core.services.permission.access import SYSTEM_ACTOR

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
PASSWORD = "竹篱-Staple-battery-8"


def test_what_was_typed_comes_back_after_signing_in_again(visit: Visit, site: Any) -> None:
    """But what is personal, which no browser keeps."""
    with site.platform.work(SYSTEM_ACTOR) as work:
        rules = policy.of(site.platform.config, work.campaign)
        accounts.set_password(work, "petitions", PASSWORD, rules, initial=False)
    page = visit("petitions")
    page.goto(f"{site.base}/r/disputes.complaint/new")
    typed = {"f_summary": "三号楼电梯停运", "f_phone": "13800000000"}
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    with site.platform.work(SYSTEM_ACTOR) as work:
        sessions.end_all(work.session, accounts.named(work, "petitions").id, accounts.real_now())
    page.locator("form.record-form").get_by_role("button", name="保存").first.click()
    assert "登录已过期" in page.locator("main").inner_text()
    page.fill("#login", "petitions")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_selector("form.record-form")
    page.wait_for_load_state()
    assert [page.locator(f"[name={name}]").input_value() for name in typed] == ["三号楼电梯停运", ""]


@pytest.fixture
def police(site: Any) -> Iterator[str]:
    """A login whose second factor is gone afterwards: the other journeys share the site."""
    yield "police"
    with site.platform.work(SYSTEM_ACTOR) as work:
        second_factor.off(work, accounts.named(work, "police"))


def test_a_second_factor_is_set_up_and_asked_for(visit: Visit, site: Any, police: str) -> None:
    page = visit(police, 390)
    page.goto(f"{site.base}/me/factor")
    page.click("details summary >> text=不能扫描")
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.fill("input[name=code]", pyotp.TOTP(secret).now())
    page.click("ol button")
    paper = page.locator(".paper-codes code").all_inner_texts()
    assert len(paper) == 10
    again = visit(police, 390)
    assert "/signin/code" in again.url
    again.fill("#code", paper[0])
    again.click("main button")
    again.goto(f"{site.base}/me")
    assert "还有 9 个恢复码" in again.locator("main").inner_text()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_of_accounts_do_not_scroll_sideways(visit: Visit, site: Any, width: int) -> None:
    page = visit("administrator", width)
    for path in ("/me", "/me/password", "/me/factor", "/people", "/people/2", "/grants", "/signin"):
        page.goto(site.base + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
