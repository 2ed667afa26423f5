"""The day's work of five people as look.md names it, each through the pages in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.test_journey_cleanup import photo

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def base_of(page: Any) -> str:
    return "/".join(page.url.split("/")[:3])


def text(page: Any) -> str:
    return str(page.locator("main").inner_text())


def test_a_community_officer_mends_what_was_sent_back(visit: Visit) -> None:
    """Phone: report, be sent back with a reason, be told at once, find it on top of 今日, mend and report it with one button."""
    phone = visit("community", 390, has_touch=True, is_mobile=True)
    base = base_of(phone)
    phone.goto(f"{base}/r/environment.cleanup/new")
    phone.locator("[name=f_complex_id]").select_option(label="示例小区23")
    phone.get_by_label("地下室").check()
    phone.locator("[name=f_people]").fill("18")
    phone.locator("[name=f_photos_new][multiple]").set_input_files(photo())
    phone.get_by_role("button", name="保存").tap()
    phone.wait_for_selector(".state:has-text('已报')")
    where = phone.url
    office = visit("sanitation")
    office.goto(where)
    office.locator("summary", has_text="退回").click()
    office.get_by_role("button", name="确定：退回").click()
    assert "意见" in text(office), "sending back needs a word why"
    office.locator("details[open] [name=remark]").fill("照片看不清，请补拍")
    office.get_by_role("button", name="确定：退回").click()
    office.wait_for_selector(".state:has-text('退回')")
    phone.goto(f"{base}/inbox")
    assert "退回：大扫除记录（示例小区23）" in text(phone) and "照片看不清，请补拍" in text(phone)
    phone.goto(base)
    card = phone.locator("#back .duty", has_text="照片看不清，请补拍")
    card.get_by_role("link", name="去修改").tap()
    phone.locator("[name=f_photos_new][multiple]").set_input_files(photo())
    phone.get_by_role("button", name="保存并重报").tap()
    phone.wait_for_url(f"{base}/")
    assert phone.locator("#back .duty", has_text="照片看不清，请补拍").count() == 0
    phone.get_by_role("link", name="已保存：大扫除记录（示例小区23）").tap()
    phone.wait_for_selector(".state:has-text('已报')")


def test_a_lead_department_checks_what_came_and_sets_a_target(visit: Visit) -> None:
    """Desk: 今日 with lights and what waits, the workspace's figures, a target changed with its reason."""
    office = visit("sanitation")
    base = base_of(office)
    assert "等您办理" in text(office) and "每月集中大扫除达标率" in text(office)
    office.locator(".waiting a", has_text="环境检查：待核验通过").click()
    office.locator("tbody a").first.click()
    office.locator("summary", has_text="核验通过").click()
    office.get_by_role("button", name="确定：核验通过").click()
    office.wait_for_selector(".state:has-text('已核')")
    office.goto(f"{base}/a/environment/")
    card = office.locator(".card-figure", has_text="环境四项达标率")
    assert "今日应达" in card.inner_text() and card.locator("svg").count() == 1, (
        "pace and trend stand beside the figure"
    )
    office.get_by_role("link", name="目标和口径设置").click()
    one = office.locator("details.setting", has_text="15").first
    one.locator("summary").click()
    one.get_by_role("button", name="保存").click()
    assert office.locator(".alert-danger").count() >= 1, "a change needs its reason"


def test_a_linked_leader_sees_what_is_late_and_reports_nothing(visit: Visit) -> None:
    leader = visit("leader", 390)
    base = base_of(leader)
    assert leader.locator("li.duty a", has_text="填报").count() == 0
    leader.locator("li.duty a[href^='/complex/']").first.click()
    assert "谁负责" in text(leader) and "应办事项" in text(leader)
    assert leader.get_by_role("link", name="填报", exact=True).count() == 0
    leader.goto(f"{base}/r/environment.cleanup/new")
    leader.locator("[name=f_people]").fill("3")
    leader.get_by_role("button", name="保存").click()
    leader.wait_for_selector(".alert-danger")


def test_the_coordination_group_finds_the_red_its_rows_and_the_report(visit: Visit) -> None:
    """The weekly meeting: overview, why it is red, the wall chart, the league table, the report to file."""
    group = visit("coordination")
    base = base_of(group)
    assert group.url.endswith("/overview")
    group.goto(f"{base}/wall")
    group.locator("a.heat-red").first.click()
    assert "应办事项" in text(group) and group.locator("li.duty.is-late").count() > 0, "a cell opens what is owed"
    assert "看全部" in text(group), "only the action of the cell is shown"
    group.goto(f"{base}/league")
    assert "怎么排" in text(group) and group.locator("tbody tr").count() == 11
    group.goto(f"{base}/i/environment.criteria_passed")
    said = group.locator(".why").inner_text()
    assert "为什么亮红灯" in said and "督促" in said
    group.goto(f"{base}/report")
    with group.expect_download() as file:
        group.get_by_role("link", name="下载 Word").click()
    assert file.value.suggested_filename.endswith(".docx")


def test_an_administrator_keeps_the_registry_and_reads_the_journal(visit: Visit) -> None:
    admin = visit("administrator")
    base = base_of(admin)
    admin.goto(f"{base}/registry/department/new")
    admin.locator("[name=f_name]").fill("示例新设办公室")
    category = admin.locator("select[name=f_category]")
    if category.count():
        category.select_option(index=1)
    admin.get_by_role("button", name="保存").click()
    admin.goto(f"{base}/registry/department?q=示例新设")
    assert "示例新设办公室" in text(admin)
    admin.goto(f"{base}/journal")
    assert "示例新设办公室" in text(admin)
    admin.goto(f"{base}/status")
    assert "插件" in text(admin) and "定时任务" in text(admin)
