"""Filing a guard (F6.1) through the pages: the community reports, the police screen and file, nobody else may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def test_a_guard_is_reported_by_the_community_and_filed_by_the_police(visit: Visit) -> None:
    officer = visit("community", 390)
    base = officer.url.rstrip("/")
    officer.goto(f"{base}/r/security_guards.guard/new")
    officer.locator("[name=f_complex_id]").select_option(label="示例小区22")
    for name, value in (("post_no", "东门岗"), ("name", "示例保安员新01"), ("birth_year", "1990")):
        officer.locator(f"[name=f_{name}]").fill(value)
    officer.locator("[name=f_number]").fill("999999199001010017")
    officer.get_by_role("button", name="保存").click()
    assert "校验" in officer.locator("main").inner_text()
    assert officer.locator("[name=f_post_no]").input_value() == "东门岗", "nothing typed is lost"
    officer.locator("[name=f_number]").fill("999999199001010016")
    officer.locator("[name=f_education]").select_option("初中")
    officer.locator("[name=f_healthy][value=是]").check()
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_selector("text=在岗待审查")
    where = officer.url
    assert "9999**********0016" in officer.locator("main").inner_text(), "masked where it is shown"
    assert officer.locator("summary", has_text="审查通过").count() == 0, "a community may not screen"
    police = visit("police")
    police.goto(where)
    for step, state in (("审查通过", "审查通过待备案"), ("备案", "已备案")):
        police.locator("summary", has_text=step).first.click()
        police.get_by_role("button", name=f"确定：{step}").click()
        police.wait_for_selector(f".state:has-text('{state}')")
    assert "2024年12月31日" in police.locator("main").inner_text()
