"""The journal in its reader's words: subjects grouped by action, settings, extensions and refusals by their declared names."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from core.estate.units import Company
from core.services.campaign import setting_changes
from core.services.identity import accounts
from core.services.owing import waivers
from core.services.owing.obligations import Obligation
from core.services.permission.access import SYSTEM_ACTOR


@pytest.fixture
def admin(client: Any) -> Any:
    return client("admin")


def rows(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", " ", row) for row in page.partition("<tbody>")[2].split("</tr>")]


def changed(admin: Any) -> None:
    with admin.platform.work(SYSTEM_ACTOR) as work:
        setting_changes.change(work, "environment.cleaned_monthly.target", "80%", "试行")
        rows = select(Obligation.id).where(Obligation.rule == "environment.monthly_cleanup")
        waivers.waive(work, work.session.scalars(rows).first(), work.today.replace(month=12), "台风")


def test_subjects_stand_under_their_action_and_an_action_can_be_asked_for_whole(admin: Any) -> None:
    changed(admin)
    page = admin.get("/journal").text
    group = re.search(r'<optgroup label="小区环境提升专项行动">(.*?)</optgroup>', page)
    assert group is not None and 'value="environment"' in group[1] and 'value="environment.cleanup"' in group[1]
    assert re.findall(r"<option value=\"[^\"]+\"", page.partition("<optgroup")[0]) == []
    whole = rows(admin.get("/journal?subject=environment").text)
    assert any("设置" in row for row in whole) and any("延期" in row for row in whole)
    assert not any("账号" in row for row in whole)


def test_settings_extensions_and_refusals_carry_the_declared_names(admin: Any, client: Any) -> None:
    changed(admin)
    with admin.platform.work(SYSTEM_ACTOR) as work:
        company_id = work.session.scalars(select(Company.id)).first()
        accounts.add(work, "company", "示例物业A01", "company", company_id=company_id)
    company = client("company")
    assert company.get("/i/environment.cleaned_monthly").status_code == 403
    assert client("a").get("/people").status_code == 403
    page = admin.get("/journal").text
    with admin.platform.reading() as work:
        indicator = work.catalog.indicators["environment.cleaned_monthly"].label
        rule = work.catalog.deadlines["environment.monthly_cleanup"].label
    other, refused = [row for row in rows(page) if "被拒绝" in row][:2]
    assert indicator in refused and "管理账号" in other
    assert any("目标：" in row and indicator in row and "0.8" in row for row in rows(page))
    assert any("延期" in row and rule in row for row in rows(page))
    for raw in ("environment.cleaned_monthly.target", "environment.monthly_cleanup", "figures.indicator"):
        assert not any(raw in row for row in rows(page)), raw
