"""A need from the published list to the residents' answer (plan 1.5 双报到), through the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.test_journey_cleanup import photo

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def test_a_need_is_published_claimed_done_and_answered(visit: Visit) -> None:
    officer = visit("community", 390)
    base = officer.url.rstrip("/")
    officer.goto(f"{base}/r/dual_reporting.community_need/new")
    officer.locator("[name=f_community_id]").select_option(label="示例社区D")
    officer.locator("[name=f_kind]").select_option("养老助残")
    officer.locator("[name=f_content]").fill("开办老年人助餐点")
    officer.locator("[name=f_way]").select_option("公示栏")
    officer.locator("[name=f_proof_new][multiple]").set_input_files(photo())
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_selector(".state:has-text('已公开待认领')")
    where = officer.url
    sanitation = visit("sanitation")
    sanitation.goto(where)
    assert "开办老年人助餐点" in sanitation.locator("main").inner_text(), "published needs may be read by every office"
    assert sanitation.locator("summary", has_text="单位认领").count() == 0, "another action's office may not move it"
    officer.locator("summary", has_text="单位认领").click()
    officer.locator("[name=f_organ_id]").select_option(label="示例市直单位03")
    officer.get_by_role("button", name="确定：单位认领").click()
    officer.wait_for_selector(".state:has-text('已认领')")
    officer.locator("summary", has_text="完成").first.click()
    officer.locator("[name=f_result]").fill("已开办，每日供餐")
    officer.get_by_role("button", name="确定：完成").click()
    officer.wait_for_selector(".state:has-text('已完成待反馈')")
    officer.locator("summary", has_text="居民反馈").click()
    officer.locator("[name=f_rating]").select_option("满意")
    officer.get_by_role("button", name="确定：居民反馈").click()
    officer.wait_for_selector(".state:has-text('已反馈')")
    assert "示例市直单位03" in officer.locator("main").inner_text()
