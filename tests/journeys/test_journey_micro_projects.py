"""A micro-project from the wish to the residents' judgment (plan 1.5 微实事), through the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.test_journey_cleanup import photo

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def step(page: Any, label: str, state: str, files: str = "", **typed: str) -> None:
    page.locator("summary", has_text=label).first.click()
    for name, value in typed.items():
        page.locator(f"details[open] [name=f_{name}]").fill(value)
    if files:
        page.locator(f"details[open] [name=f_{files}_new][multiple]").set_input_files(photo())
    page.get_by_role("button", name=f"确定：{label}").click()
    page.wait_for_selector(f".state:has-text('{state}')")


def test_a_micro_project_is_wished_approved_built_and_judged(visit: Visit) -> None:
    officer = visit("community", 390)
    base = officer.url.rstrip("/")
    officer.goto(f"{base}/r/micro_projects.project/new")
    officer.locator("[name=f_complex_id]").select_option(label="示例小区22")
    officer.locator("[name=f_name]").fill("东区路灯增设")
    officer.locator("[name=f_kind]").select_option("照明缺失")
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_selector(".state:has-text('征集')")
    where = officer.url
    step(officer, "定方案", "方案已定", files="plan")
    assert officer.locator("summary", has_text="立项").count() == 0, "a community may not approve"
    office = visit("department")
    office.goto(where)
    step(office, "立项", "立项", budget="30000")
    officer.goto(where)
    step(officer, "开工", "实施中", files="before_photos")
    step(officer, "完工", "完工待验收", files="after_photos")
    assert officer.locator("summary", has_text="验收").count() == 0, "who builds does not accept"
    office.goto(where)
    step(office, "验收", "已验收", satisfied="18", asked="20")
    assert "90.0%" in office.locator("main").inner_text()
    officer.goto(where)
    step(officer, "公示评价", "已公示评价")
