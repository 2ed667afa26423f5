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
        page.locator(f"details[open] [name={name if name == 'remark' else f'f_{name}'}]").fill(value)
    page.get_by_role("button", name=f"确定：{label}", exact=True).click()
    page.wait_for_selector(f".state:has-text('{state}')")


def call_of(page: Any, base: str, office: str) -> str:
    """The newest call to the department."""
    page.goto(f"{base}/r/enforcement.call?state=asked&q={office}")
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
    for login, name in (("police", "派出所"), ("market", "市场监管所")):
        office = visit(login)
        office.goto(f"{base}{call_of(office, base, name)}")
        step(office, "报到（到场）", "已报到")
        step(office, "处置完成", "已处置", opinion="已清理")
    officer.goto(where)
    assert officer.locator("summary", has_text="裁定").count() == 0, "a community may not rule"
    step(officer, "社区确认", "社区已确认")
    step(officer, "办结", "办结", result="通道已畅通", rating="5")


def test_a_second_refusal_goes_to_the_coordination_group(visit: Visit) -> None:
    officer = visit("community", 390)
    base = officer.url.rstrip("/")
    officer.goto(f"{base}/r/enforcement.whistle/new")
    officer.locator("[name=f_complex_id]").select_option(label="示例小区22")
    officer.locator("[name=f_kind]").select_option("乱搭乱建")
    officer.locator("[name=f_case]").select_option("需联合执法")
    officer.locator("[name=f_content]").fill("楼顶搭建，几家都说不归自己管")
    for name in ("派出所", "市场监管所"):
        officer.locator("label.tick", has_text=name).locator("input").check()
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_selector(".state:has-text('已吹哨')")
    for login, name in (("police", "派出所"), ("market", "市场监管所")):
        office = visit(login)
        office.goto(f"{base}{call_of(office, base, name)}")
        assert office.locator("summary", has_text="免办").count() == 0, "a department may not let itself off"
        office.locator("summary", has_text="退回").first.click()
        office.get_by_role("button", name="确定：退回", exact=True).click()
        assert "请填写" in office.locator("main").inner_text(), "a refusal needs its basis"
        office.locator("details[open] [name=f_basis]").fill("城乡规划法第六十四条：由城乡规划主管部门负责")
        office.get_by_role("button", name="确定：退回", exact=True).click()
        office.wait_for_selector(".state:has-text('退回')")
    officer.reload()
    assert "升级专班待裁定" in officer.locator(".state").first.inner_text()
    assert officer.locator("summary", has_text="裁定").count() == 0, "a community may not rule"
    group = visit("coordination")
    group.goto(officer.url)
    group.locator("summary", has_text="裁定主办部门").click()
    for name in ("派出所", "市场监管所"):
        group.locator("details[open] label.tick", has_text=name).locator("input").uncheck()
    group.locator("details[open] label.tick", has_text="执法中队").locator("input").check()
    group.locator("details[open] [name=remark]").fill("由执法中队牵头")
    group.get_by_role("button", name="确定：裁定主办部门", exact=True).click()
    group.wait_for_selector(".state:has-text('已吹哨')")
    squad = visit("squad")
    squad.goto(f"{base}{call_of(squad, base, '执法中队')}")
    step(squad, "接收", "已接收")
    step(squad, "联系社区", "已联系社区")
    step(squad, "报到（到场）", "已报到")
    step(squad, "处置完成", "已处置", opinion="已责令拆除")
    officer.reload()
    step(officer, "社区确认", "社区已确认")
    step(officer, "未解决，退回继续办", "已吹哨", remark="又搭起来了")


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
