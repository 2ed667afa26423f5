"""A decision of a meeting and a paper to a company through the pages (plan 1.5 会议议定事项, 文书)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def step(page: Any, label: str, state: str, **typed: str) -> None:
    page.locator("summary", has_text=label).first.click()
    for name, value in typed.items():
        page.locator(f"details[open] [name=f_{name}]").fill(value)
    page.get_by_role("button", name=f"确定：{label}", exact=True).click()
    page.wait_for_selector(f".state:has-text('{state}')")


def test_a_decision_is_answered_by_the_department_and_struck_off_by_the_group(visit: Visit) -> None:
    office = visit("sanitation")
    base = office.url.rstrip("/")
    office.goto(f"{base}/r/safeguards.decision/new")
    office.locator("[name=f_department_id]").select_option(label="环卫办")
    office.locator("[name=f_task]").fill("清运积存建筑垃圾")
    office.locator("[name=f_limit_on]").fill("2025-01-10")
    office.get_by_role("button", name="保存").click()
    office.wait_for_selector(".state:has-text('交办')")
    where = office.url
    step(office, "反馈", "已反馈待核验", answer="已清运完毕")
    assert office.locator("summary", has_text="核验").count() == 0, "who handles does not verify"
    group = visit("coordination")
    group.goto(where)
    step(group, "核验", "已核验")
    step(group, "销号", "已销号")


def test_a_notice_is_drafted_by_the_group_and_hidden_from_communities(visit: Visit) -> None:
    group = visit("coordination")
    base = group.url.split("/overview")[0].rstrip("/")
    group.goto(f"{base}/r/safeguards.rectification/new")
    group.locator("[name=f_company_id]").select_option(label="示例物业A01")
    for name, value in (("matter", "公示不全"), ("facts", "检查发现公示栏未更新"), ("demand", "三日内更新公示")):
        group.locator(f"[name=f_{name}]").fill(value)
    group.locator("[name=f_limit_on]").fill("2025-01-05")
    group.get_by_role("button", name="保存").click()
    group.wait_for_selector(".state:has-text('拟稿')")
    assert group.locator("summary", has_text="核稿").count() == 0, "another person reviews what one has drafted"
    officer = visit("community", 390)
    assert officer.goto(group.url).status == 404


def test_the_group_drafts_what_the_system_proposes_and_the_community_answers(visit: Visit) -> None:
    """督办: proposed, edited, numbered, issued, answered on a phone, verified by the group."""
    group = visit("coordination")
    base = group.url.split("/overview")[0].rstrip("/")
    group.goto(f"{base}/notices")
    row = group.locator("tr", has_text="示例社区C").first
    row.get_by_role("link", name="拟稿").click()
    assert "逾期" in group.locator("[name=f_facts]").input_value()
    group.locator("[name=f_matter]").fill("多项工作逾期未办，请抓紧")
    group.get_by_role("button", name="保存").click()
    group.wait_for_selector(".state:has-text('拟稿')")
    where = group.url
    step(group, "编号印发", "已印发待反馈", number="（演示）")
    group.goto(f"{base}/notices")
    assert group.locator("tr", has_text="示例社区C").get_by_role("link", name="拟稿").count() == 0
    with group.expect_download() as paper:
        group.goto(where)
        group.get_by_role("link", name="下载文书").click()
    assert paper.value.suggested_filename.endswith(".docx")
