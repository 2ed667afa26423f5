"""A whistle through the pages: the community blows, each department answers for itself, then the community confirms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.test_journey_cleanup import photo

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def step(page: Any, label: str, state: str, **typed: str) -> None:
    page.locator("summary", has_text=label).first.click()
    for name, value in typed.items():
        page.locator(f"details[open] [name=f_{name}]").fill(value)
    page.get_by_role("button", name=f"确定：{label}", exact=True).click()
    page.wait_for_selector(f".state:has-text('{state}')")


def call_of(page: Any, base: str) -> str:
    """The newest call the department may see."""
    page.goto(f"{base}/r/enforcement.call?state=asked")
    return str(page.locator("tbody a").first.get_attribute("href"))


def test_a_whistle_is_answered_by_each_department_and_confirmed_by_the_community(visit: Visit) -> None:
    officer = visit("community", 390)
    base = officer.url.rstrip("/")
    officer.goto(f"{base}/r/enforcement.whistle/new")
    officer.locator("[name=f_complex_id]").select_option(label="示例小区22")
    officer.locator("[name=f_kind]").select_option("堵塞消防通道")
    officer.locator("[name=f_case]").select_option("需联合执法")
    officer.locator("[name=f_content]").fill("消防通道长期停车")
    for name in ("派出所", "市场监管所"):
        officer.locator("label.tick", has_text=name).locator("input").check()
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_selector(".state:has-text('已吹哨')")
    where = officer.url
    officer.locator("summary", has_text="社区确认").click()
    officer.get_by_role("button", name="确定：社区确认").click()
    said = officer.locator("main").inner_text()
    assert "还有部门没有办完：派出所、市场监管所" in said or "还有部门没有办完：市场监管所、派出所" in said
    for login in ("police", "market"):
        office = visit(login)
        office.goto(f"{base}{call_of(office, base)}")
        step(office, "报到", "已报到")
        step(office, "处置完成", "已处置", opinion="已清理")
    officer.goto(where)
    assert officer.locator("summary", has_text="裁定").count() == 0, "a community may not rule"
    step(officer, "社区确认", "社区已确认")
    step(officer, "办结", "办结", result="通道已畅通", rating="5")


def test_a_finding_is_brought_to_its_end_with_a_recheck(visit: Visit) -> None:
    officer = visit("community", 390)
    base = officer.url.rstrip("/")
    officer.goto(f"{base}/r/enforcement.finding/new")
    officer.locator("[name=f_complex_id]").select_option(label="示例小区22")
    officer.locator("[name=f_kind]").select_option("乱搭乱建")
    officer.locator("[name=f_source]").select_option("社区巡查")
    officer.locator("[name=f_place]").fill("3号楼顶")
    for name in ("scene", "recheck_photos"):
        officer.locator(f"[name=f_{name}_new][multiple]").set_input_files(photo())
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_selector(".state:has-text('发现')")
    step(officer, "制止并报告", "已制止并报告")
    step(officer, "核实", "已核实")
    assert officer.locator("summary", has_text="无法认定").count() == 0, "only the lead may say so"
    officer.locator("summary", has_text="采取措施").click()
    officer.locator("details[open] [name=f_measure]").select_option("责令改正")
    officer.locator("details[open] [name=f_limit_on]").fill("2025-01-05")
    officer.get_by_role("button", name="确定：采取措施").click()
    officer.wait_for_selector(".state:has-text('已责令改正')")
    step(officer, "复查到位", "执法到位")
