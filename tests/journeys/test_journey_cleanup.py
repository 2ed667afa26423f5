"""From the phone to the official figure: the journey of issue "the house stands", in a real browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"


def photo() -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "green").save(out, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_a_clean_up_reported_on_a_phone_moves_everything(visit: Visit) -> None:
    phone = visit("community", 390, has_touch=True, is_mobile=True)
    line = phone.locator("#today li.duty", has_text="每月集中大扫除")  # one line for all complexes that owe it
    duty = line.locator("li").first
    unit = duty.locator("a[href^='/complex/']").inner_text()
    owed = line.locator("a[href^='/complex/']").count()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "no sideways scrolling on a phone"
    taps = 1
    duty.get_by_role("link", name="填报").tap()
    assert phone.locator("[name=f_complex_id] option:checked").inner_text() == unit, "the complex arrives prefilled"
    phone.get_by_label("出入口").check()  # no spot comes ticked: what was not swept is not reported
    phone.locator("[name=f_people]").fill("23")
    phone.locator("[name=f_photos_new][multiple]").set_input_files(photo())
    phone.get_by_role("button", name="保存").tap()
    taps += 3  # a spot, the photo and the button; the number needs no tap of its own
    assert taps <= 4
    phone.wait_for_url("**/")
    assert f"已保存：大扫除记录（{unit}）" in phone.locator("main").inner_text()
    assert line.locator("a[href^='/complex/']").count() == owed - 1

    desk = visit("coordination")
    desk.goto(desk.url.rstrip("/").split("/overview")[0] + "/report")
    row = desk.locator("tr", has_text="每月集中大扫除达标率").first
    assert "92.9%（65/70）" in row.inner_text().replace("\n", ""), row.inner_text()
    row.get_by_role("link").first.click()
    evidence = desk.locator("section", has_text="佐证").locator("tr", has_text=unit).first
    assert "23人" in evidence.inner_text()
    evidence.get_by_role("link").first.click()
    assert unit in desk.locator("h1").inner_text()
    assert desk.locator("img.thumb").first.evaluate("i => i.complete && i.naturalWidth > 0"), "the photo is shown"
    desk.goto(desk.url.split("/r/")[0] + "/journal")
    assert "参加人数：23人" in desk.locator("table").inner_text()


def test_a_defect_is_mended_by_one_and_closed_by_another(visit: Visit) -> None:
    officer = visit("community", 390)
    base = officer.url.rstrip("/")
    officer.goto(f"{base}/r/environment.shortboard/new")
    officer.locator("[name=f_complex_id]").select_option(label="示例小区22")
    officer.locator("[name=f_defect]").select_option("照明缺失")
    officer.locator("[name=f_place]").fill("东门路灯")
    officer.locator("[name=f_before_photos_new][multiple]").set_input_files(photo())
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_selector("text=已发现")
    where = officer.url
    officer.locator("summary", has_text="整改完成").click()
    officer.get_by_role("button", name="确定：整改完成").click()
    assert "必填：请上传整改后照片" in officer.locator("main").inner_text()
    officer.locator("[name=f_after_photos_new][multiple]").set_input_files(photo())
    officer.get_by_role("button", name="确定：整改完成").click()
    officer.wait_for_selector("text=待复核")
    assert officer.locator("summary", has_text="复核销号").count() == 0, "who mends may not close"
    office = visit("sanitation")
    office.goto(where)
    office.locator("summary", has_text="复核销号").click()
    office.get_by_role("button", name="确定：复核销号").click()
    office.wait_for_selector("text=已销号")


@pytest.mark.parametrize("login", ["community", "department", "leader", "coordination", "administrator"])
@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_scrolls_sideways_or_breaks_its_policy(visit: Visit, login: str, width: int) -> None:
    page = visit(login, width)
    base = "/".join(page.url.split("/")[:3])
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    for path in (
        "/",
        "/overview",
        "/report",
        "/a/environment/",
        "/i/environment.serviced",
        "/r/environment.cleanup",
        "/complex/20",
    ):
        page.goto(base + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} at {width}"
    assert not errors, errors


def test_the_pages_of_a_day_have_no_serious_accessibility_fault(visit: Visit) -> None:
    page = visit("community", 390)
    base = page.url.rstrip("/")
    axe = AXE.read_text(encoding="utf-8")
    for path in (
        "/",
        "/r/environment.cleanup/new",
        "/r/environment.cleanup",
        "/a/environment/",
        "/report",
        "/complex/20",
    ):
        page.goto(base + path)
        page.evaluate(axe)
        found = page.evaluate("async () => (await axe.run()).violations")
        bad = [(v["id"], v["nodes"][0]["html"][:120]) for v in found if v["impact"] in ("serious", "critical")]
        assert not bad, f"{path}: {bad}"
