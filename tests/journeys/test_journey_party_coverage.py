"""Action one in a real browser: a decision of a joint meeting is handled by one and struck off by another."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def step(page: Any, label: str, **values: str) -> None:
    """Take the step called exactly ``label``."""
    form = page.locator("details.step", has=page.locator("summary", has_text=re.compile(f"^{label}$")))
    form.locator("summary").click()
    for name, value in values.items():
        form.locator(f"[name=f_{name}]").fill(value)
    form.get_by_role("button", name=f"确定：{label}", exact=True).click()


def has_step(page: Any, label: str) -> bool:
    return bool(page.locator("details.step summary", has_text=re.compile(f"^{label}$")).count())


def test_a_decision_is_handled_by_one_and_struck_off_by_another(visit: Visit) -> None:
    officer = visit("community", 390)
    base = officer.url.rstrip("/")
    officer.goto(f"{base}/r/party_coverage.complex_meeting/new")
    officer.locator("[name=f_complex_id]").select_option(label="示例小区22")
    officer.locator("[name=f_held_at]").fill("2024-12-30T09:00")
    officer.locator("[name=f_convener]").fill("党支部书记")
    officer.get_by_label("业委会", exact=True).check()
    officer.locator("[name=f_topics]").fill("停车秩序")
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_selector("text=已保存")
    officer.goto(f"{base}/r/party_coverage.complex_decision/new")
    meeting = officer.locator("[name=f_meeting_id] option", has_text="示例小区22 · 2024-12-30 09:00").first
    officer.locator("[name=f_meeting_id]").select_option(meeting.get_attribute("value"))
    officer.locator("[name=f_matter]").fill("划定停车线")
    officer.locator("[name=f_answerable]").fill("物业企业")
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_selector("text=交办")
    where = officer.url.partition("?")[0]
    step(officer, "开始办理")
    officer.wait_for_selector("text=办理中")
    step(officer, "办理完成并反馈", result="已划线")
    officer.wait_for_selector("text=已反馈，待核验")
    assert not has_step(officer, "核验销号"), "who handles may not strike off"
    police = visit("police")
    police.goto(where)
    assert "划定停车线" not in police.locator("body").inner_text(), "it is no business of theirs"
    party = visit("party")
    party.goto(where)
    step(party, "核验销号")
    party.wait_for_selector("text=销号")
    assert not has_step(party, "退回办理")
