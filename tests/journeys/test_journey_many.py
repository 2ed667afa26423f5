"""Many at once, in a real browser: a list checked with one press, a view kept, one grid for several complexes on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.test_journey_cleanup import photo
from tests.journeys.test_journey_five_people import base_of, text

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def test_a_department_checks_what_waits_with_one_press(visit: Visit) -> None:
    """Filter, keep the filter as a view, tick all, check; what may not be checked says why and stays ticked."""
    office = visit("sanitation")
    base = base_of(office)
    office.goto(f"{base}/r/environment.cleanup")
    office.locator("[name=state]").select_option(label="已报")
    office.get_by_role("button", name="筛选").click()
    waiting = int(re.search(r"共 (\d+) 条", text(office))[1])  # type: ignore[index]
    assert waiting > 1
    office.locator("summary", has_text="存为常用筛选").click()
    office.get_by_label("名称", exact=True).fill("待核验")
    office.get_by_role("button", name="保存").click()
    office.get_by_role("link", name="待核验").click()
    office.get_by_label("全选本页").check()
    office.get_by_role("button", name="核验通过").click()
    office.wait_for_selector(".alert-success")
    office.get_by_role("link", name="待核验").click()
    assert "没有符合条件的记录" in text(office)
    office.get_by_role("link", name="看板").click()
    assert office.locator(".board-column", has_text="已报").locator(".card-slip").count() == 0


def test_a_community_reports_three_complexes_in_one_grid_on_a_phone(visit: Visit) -> None:
    """From 今日: what is the same once, the complexes ticked, each with its own photo; back on 今日, those reported are marked."""
    phone = visit("community", 390, has_touch=True, is_mobile=True)
    base = base_of(phone)
    assert phone.locator("#week", has_text="物业每日巡查").count() == 0, (
        "the patrols of days to come are no work of today"
    )
    line = phone.locator("#week .heap", has_text="挂钩小区每周协调会")
    assert line.count() == 1 and "8 件" in line.inner_text(), "one line for all complexes that owe it"
    line.get_by_role("link", name="一起填报").tap()
    assert "挂钩领导协调会" in phone.locator("h1").inner_text()
    phone.goto(f"{base}/r/environment.cleanup/grid?back=today")
    phone.get_by_label("卫生死角").check()
    phone.locator("[name=all-f_people]").fill("9")
    rows = phone.locator("tr:has([name=unit])")
    assert rows.count() >= 3
    assert not phone.locator(".camera").first.is_visible(), "no photo is asked for before a complex is ticked"
    for n in range(3):
        rows.nth(n).locator("[name=unit]").check()
        rows.nth(n).locator("input[type=file][multiple]").set_input_files(photo())
    assert not rows.nth(0).locator("input[type=date]").is_visible(), "what is the same is typed once"
    rows.nth(1).get_by_label("这一个不一样").check()
    rows.nth(1).locator("[name$=f_people]").fill("31")
    names = {rows.nth(n).locator("label.tick").first.inner_text().strip() for n in range(3)}
    phone.get_by_role("button", name="保存").tap()
    phone.wait_for_url(f"{base}/")
    phone.get_by_role("link", name="共 3 条").tap()
    assert text(phone).count("9人") >= 2 and "31人" in text(phone)
    phone.goto(f"{base}/r/environment.cleanup/grid")
    marked = phone.locator("tr:has(.lamp-green) label.tick").all_inner_texts()
    assert names <= {one.strip() for one in marked}, "those reported just now are marked"
