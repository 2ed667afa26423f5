"""The settings of an action: shown to all, changed by its lead with a reason, at work at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from core.services.audit.journal import JournalEntry
from core.services.measuring import figures
from core.testing import START, light

KEY = "environment.cleaned_monthly.target"
Client = Callable[[str], Any]


def post(browser: Any, key: str, value: Any, reason: str) -> Any:
    page = browser.get("/a/environment/settings").text
    token = re.findall(r'name="csrf(?:_token|-token)" (?:value|content)="([^"]+)"', page)[0]
    data = {"csrf_token": token, "key": key, f"f_{key}": value, "reason": reason}
    return browser.post("/a/environment/settings", data=data)


def test_a_target_is_changed_with_a_reason_and_the_light_follows(client: Client) -> None:
    office = client("office")
    assert "100%" in office.get("/a/environment/settings").get_data(as_text=True)
    refused = post(office, KEY, "80%", "")
    assert refused.status_code == 422
    assert "请写明修改原因" in refused.get_data(as_text=True)
    assert post(office, KEY, "0%", "区级口径调整").status_code == 302
    page = office.get("/a/environment/settings").get_data(as_text=True)
    assert "区级口径调整" in page
    with office.platform.reading() as work:
        (found,) = figures.indicators(work, work.today, [work.catalog.indicators["environment.cleaned_monthly"]])
        assert found.target is not None
        assert found.target.value == 0
        assert light(work, "environment.cleaned_monthly", work.today).value == "green"
        line = work.session.scalars(select(JournalEntry).where(JournalEntry.subject == KEY)).one()
        assert line.changes["remark"] == [None, "区级口径调整"]


def test_a_share_is_typed_with_or_without_its_sign_and_never_more_than_all(client: Client) -> None:
    """80 meant as 80 % once became 8000 %."""
    office = client("office")
    assert post(office, KEY, "80", "区级口径调整").status_code == 302
    with office.platform.reading() as work:
        assert work.settings[KEY] == "0.8"
    assert "100% → 80%" in office.get("/a/environment/settings").get_data(as_text=True)
    for typed, words in (
        ("800%", "百分比不能超过100%"),
        ("180", "百分比不能超过100%"),
        ("0.80", "与现值相同"),
        ("80%", "与现值相同"),
    ):
        answer = post(office, KEY, typed, "再改")
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)


def test_a_setting_with_options_is_picked_and_nonsense_is_refused(client: Client) -> None:
    office = client("office")
    key = "environment.fallback_services"
    assert post(office, key, ["保洁"], "安保由社区承担").status_code == 302
    with office.platform.reading() as work:
        assert work.settings[key] == ["保洁"]
    for bad_key, value, words in (
        (key, ["泳池"], "不在可选项中"),
        (KEY, "很多", "请填写数字"),
        ("environment.first_cleanup.due", "年底", "请填写日期"),
    ):
        answer = post(office, bad_key, value, "试试")
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    assert post(office, "environment.nothing", "1", "试试").status_code == 404


def test_a_community_may_look_and_not_change(client: Client) -> None:
    officer = client("a")
    assert "只有牵头部门和系统管理员可以修改" in officer.get("/a/environment/settings").get_data(as_text=True)
    assert post(officer, KEY, "0.5", "想改").status_code == 403
    with officer.platform.reading() as work:
        assert KEY not in {k for k, v in work.settings.items() if v == "0.5"}
        assert work.campaign.starts_on == START
