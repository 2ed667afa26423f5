"""A complaint on both its branches and a statutory petition, through the pages, by those who may and against those who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
TODAY = "2024-12-31"


def report(page: Any, summary: str, complexity: str = "简单", statutory: str = "否") -> str:
    """File one for 示例小区22 and answer its address."""
    base = "/".join(page.url.split("/")[:3])
    page.goto(f"{base}/r/disputes.complaint/new")
    page.locator("[name=f_complex_id]").select_option(label="示例小区22")
    page.locator("[name=f_received_at]").fill(f"{TODAY}T08:10")
    page.locator("[name=f_channel]").select_option("来电")
    page.locator("[name=f_category]").select_option("停车充电")
    page.locator("[name=f_is_property][value=是]").check()
    page.locator("[name=f_complexity]").select_option(complexity)
    page.locator(f"[name=f_statutory][value={statutory}]").check()
    page.locator("[name=f_summary]").fill(summary)
    page.locator("[name=f_content]").fill("演示：住户反映楼道停放电动车")
    page.locator("[name=f_petitioner]").fill("示例居民甲")
    page.get_by_role("button", name="保存").click()
    page.wait_for_selector("text=收件")
    return str(page.url)


def take(page: Any, step: str, remark: str = "", **fields: str) -> None:
    """One workflow step, its fields filled in."""
    page.locator("summary", has_text=step).first.click()
    form = page.locator("details[open] form").first
    for name, value in fields.items():
        box = form.locator(f"[name=f_{name}]")
        kind = box.first.evaluate("e => e.tagName + ':' + e.type")
        if kind.startswith("SELECT"):
            box.select_option(value)
        elif kind.endswith("checkbox"):
            form.locator(f"[name=f_{name}][value='{value}']").check()
        else:
            box.fill(value)
    if remark:
        form.locator("[name=remark]").fill(remark)
    form.get_by_role("button", name=f"确定：{step}").click()


def state(page: Any, label: str) -> None:
    page.locator(".state", has_text=label).first.wait_for()


def test_a_simple_complaint_is_closed_the_day_it_came(visit: Visit) -> None:
    officer = visit("community", 390)
    where = report(officer, "电动车停在二号楼楼道")
    assert "（保密）" in officer.locator("dl.facts").inner_text()
    assert "示****" in officer.locator("dl.facts").inner_text(), "the name is masked"
    take(officer, "分类：简单")
    state(officer, "简单件待处置")
    assert officer.locator("summary", has_text="转出").count() == 0, "passing it on is the lead's"
    take(officer, "处置", measures="已清理并劝离", level="网格")
    state(officer, "已处置待回访")
    take(officer, "回访", satisfaction="不满意")
    state(officer, "已回访")
    take(officer, "办结", closed_at=f"{TODAY}T11:00")
    assert "请先重办" in officer.locator("main").inner_text()
    officer.goto(where)
    take(officer, "重办", remark="车又停回来了")
    state(officer, "重办中")
    take(officer, "处置", measures="已加装阻车桩", level="社区")
    state(officer, "已处置待回访")
    take(officer, "回访", satisfaction="满意")
    state(officer, "已回访")
    take(officer, "办结", closed_at=f"{TODAY}T16:30")
    state(officer, "已办结")
    assert "1" in officer.locator("dl.facts div", has_text="重办次数").inner_text()

    squad = visit("squad")
    squad.goto(where)
    assert squad.locator("dl.facts").count() == 0, "no part of the action: nothing is shown"
    group = visit("coordination")
    group.goto(where)
    take(group, "办结后重办", remark="巡查发现复发")
    state(group, "重办中")


def test_a_complicated_one_is_explained_consulted_and_passed_on(visit: Visit) -> None:
    officer = visit("community")
    where = report(officer, "公共收益多年未公示", complexity="复杂")
    take(officer, "分类：简单")
    assert "登记为复杂件" in officer.locator("main").inner_text()
    officer.goto(where)
    take(officer, "分类：复杂")
    state(officer, "复杂件待解释")
    take(officer, "当日解释", explained_at=f"{TODAY}T09:30")
    state(officer, "已解释待提请会商")
    take(officer, "提请会商", refer_to="街道")
    state(officer, "已提请会商")
    take(officer, "已会商")
    assert "请先填报会商记录" in officer.locator("main").inner_text()
    base, number = "/".join(where.split("/")[:3]), where.rstrip("/").split("/")[-1]
    officer.goto(f"{base}/r/disputes.consultation/new?complaint_id={number}")
    officer.locator("[name=f_held_at]").fill(f"{TODAY}T10:00")
    officer.locator("[name=f_body]").select_option("街道")
    officer.locator("[name=f_host]").fill("综治办负责人")
    officer.locator("[name=f_conclusion]").fill("企业十日内公示")
    officer.locator("[name=f_limit_on]").fill("2025-01-10")
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_selector("text=会商记录")
    officer.goto(where)
    state(officer, "已会商待处置")
    assert "2025年1月10日" in officer.locator("dl.facts").inner_text(), "the consultation's limit is the complaint's"

    office = visit("mediation")
    office.goto(where)
    take(office, "转出", remark="属市住建局职权", transfer_to="市住建局")
    state(office, "转出待对方受理")
    group = visit("coordination")
    group.goto(where)
    take(group, "对方已受理")
    state(group, "已转出")


def test_a_statutory_petition_is_told_extended_once_and_answered(visit: Visit) -> None:
    officer = visit("community")
    where = report(officer, "要求公开维修资金使用情况", complexity="复杂", statutory="是")
    officer.goto(where)
    link = officer.locator("section.children", has_text="法定信访事项").get_by_role("link").first
    petition = officer.evaluate("a => a.href", link.element_handle())
    officer.goto(petition)
    assert officer.locator("summary", has_text="受理告知").count() == 0, "the lead department tells"

    office = visit("mediation")
    office.goto(petition)
    take(office, "受理告知", accepted_on=TODAY, notice_no="演示告知001")
    state(office, "已受理")
    take(office, "批准延期", "案情复杂", limit_on="2025-04-15", approved_by="街道主要领导")
    assert "最多延长30天" in office.locator("main").inner_text()
    office.goto(petition)
    take(office, "批准延期", "案情复杂，已告知信访人", limit_on="2025-03-31", approved_by="街道主要领导")
    state(office, "已延期")
    assert office.locator("summary", has_text="批准延期").count() == 0, "only once"
    take(office, "答复办结")
    state(office, "已答复")
