"""Action five through the pages: an assessment, a self-check, public income, a bulletin, a restriction and an exit, by those
who may and against those who may not."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from core.estate.units import Complex

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
TODAY, HOME = "2024-12-31", "示例小区22"


def photo() -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "green").save(out, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def newest(site: Any, key: str, *, state: str = "", home: bool = False) -> str:
    """The address of the newest record of a kind, in a state, of 示例小区22."""
    with site.platform.reading() as work:
        model = work.catalog.records[f"market_order.{key}"]
        rows = select(model.id).order_by(model.id.desc())
        if state:
            rows = rows.where(model.state == state)
        if home:
            rows = rows.where(model.complex_id.in_(select(Complex.id).where(Complex.name == HOME)))
        return f"{site.base}/r/market_order.{key}/{work.session.scalars(rows.limit(1)).one()}"


def take(page: Any, step: str, remark: str = "", proof: str = "", **fields: str) -> None:
    """One workflow step, its fields filled in."""
    page.locator("summary", has_text=step).first.click()
    form = page.locator("details[open] form", has=page.get_by_role("button", name=f"确定：{step}")).first
    for name, value in fields.items():
        form.locator(f"[name=f_{name}]").fill(value)
    if proof:
        form.locator(f"[name=f_{proof}_new][multiple]").set_input_files(photo())
    if remark:
        form.locator("[name=remark]").fill(remark)
    form.get_by_role("button", name=f"确定：{step}").click()


def state(page: Any, label: str) -> None:
    page.locator(".state", has_text=label).first.wait_for()


def offers(page: Any, step: str) -> bool:
    return bool(page.locator("summary", has_text=step).count())


def test_an_assessment_is_answered_approved_and_published(visit: Visit, site: Any) -> None:
    where = newest(site, "assessment", state="scored", home=True)
    officer = visit("community", 390)
    officer.goto(where)
    assert not offers(officer, "审定"), "the community answers for the company, it does not approve"
    take(officer, "代企业确认")
    state(officer, "企业已确认")
    group = visit("coordination")
    group.goto(where)
    take(group, "审定")
    state(group, "已审定")
    assert not offers(group, "通报"), "publishing is the lead's"
    office = visit("department")
    office.goto(where)
    take(office, "通报：不达标")
    assert "不低于达标线" in office.locator("main").inner_text()
    office.goto(where)
    take(office, "通报：达标")
    state(office, "已通报：达标")
    squad = visit("squad")
    squad.goto(where)
    assert squad.locator("dl.facts").count() == 0, "no part of the action: nothing is shown"


def test_a_missing_item_is_mended_with_a_photo_and_closed_by_the_street(visit: Visit, site: Any) -> None:
    officer = visit("community", 390)
    base = site.base
    officer.goto(f"{base}/r/market_order.self_check/new")
    officer.locator("[name=f_complex_id]").select_option(label=HOME)
    for name in ("posted", "proper"):
        boxes = officer.locator(f"[name=f_{name}][type=checkbox]")
        for at in range(boxes.count()):
            boxes.nth(at).set_checked(at != 3)
    officer.locator("[name=f_photos_new][multiple]").set_input_files(photo())
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_load_state()
    where = newest(site, "issue", state="found", home=True)
    officer.goto(where)
    assert "收费项目" in officer.locator("main").inner_text()
    take(officer, "整改完成")
    assert "必填：请上传整改后照片" in officer.locator("main").inner_text()
    officer.goto(where)
    take(officer, "整改完成", proof="after_photos")
    state(officer, "待复核")
    assert not offers(officer, "街道复核销号"), "who mends may not close"
    office = visit("department")
    office.goto(where)
    take(office, "退回整改", remark="照片看不清")
    state(office, "待整改")
    officer.goto(where)
    take(officer, "整改完成", proof="after_photos")
    state(officer, "待复核")
    office.goto(where)
    take(office, "街道复核销号")
    state(office, "已销号")


def test_a_problem_with_public_income_is_mended_and_confirmed(visit: Visit, site: Any) -> None:
    officer = visit("community")
    officer.goto(f"{site.base}/r/market_order.income/new")
    officer.locator("[name=f_complex_id]").select_option(label=HOME)
    officer.locator("[name=f_income]").fill("1200.50")
    officer.locator("[name=f_account][value=是]").check()
    officer.locator("[name=f_published][value=否]").check()
    officer.locator("[name=f_fault]").select_option("未公示")
    officer.get_by_role("button", name="保存").click()
    assert "问题类别和问题都要填写" in officer.locator("main").inner_text()
    officer.locator("[name=f_problem]").fill("停车收入三年未公示")
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_load_state()
    where = newest(site, "income_problem", state="found", home=True)
    officer.goto(where)
    assert not offers(officer, "未及时整改查处"), "punishing is the lead's"
    take(officer, "整改完成", proof="proof")
    state(officer, "待复核")
    group = visit("coordination")
    group.goto(where)
    take(group, "复核到位")
    state(group, "整改到位")


def test_the_bulletin_is_checked_by_another_and_numbered_by_hand(visit: Visit, site: Any) -> None:
    office, group = visit("department"), visit("coordination")
    office.goto(f"{site.base}/r/market_order.bulletin/new")
    office.locator("[name=f_area_id]").select_option(label="梅岭街道")
    office.locator("[name=f_month]").fill("2024-12")
    office.locator("[name=f_bad]").fill("个别小区报修超时")
    office.get_by_role("button", name="保存").click()
    office.wait_for_load_state()
    where = newest(site, "bulletin", state="draft")
    office.goto(where)
    assert "示例物业A" in office.locator("main").inner_text(), "ranked"
    assert not offers(office, "核稿"), "who drafts may not check"
    group.goto(where)
    take(group, "核稿")
    state(group, "已核稿")
    office.goto(where)
    take(office, "编号印发")
    assert "必填：请填写文号" in office.locator("main").inner_text()
    office.goto(where)
    take(office, "编号印发", document_no="人工编号")
    state(office, "已印发")


def test_a_restriction_stands_until_a_better_assessment_and_an_exit_takes_sixty_days(visit: Visit, site: Any) -> None:
    group = visit("coordination")
    group.goto(newest(site, "restriction", state="in_force"))
    take(group, "复评达标解除")
    assert "还没有复评，或仍有项目不达标" in group.locator("main").inner_text()
    where = newest(site, "exit", state="rectify")
    officer = visit("community")
    officer.goto(where)
    assert officer.locator("dl.facts").count() == 0, "a community does not see the company's file"
    office = visit("department")
    office.goto(where)
    take(office, "已议决", voted_on=TODAY)
    state(office, "业主大会或业委会议决")
    take(office, "通知解约")
    state(office, "已通知解约")
    take(office, "开始交接")
    assert "未满60天" in office.locator("main").inner_text()
