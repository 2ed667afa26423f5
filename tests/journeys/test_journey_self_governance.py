"""Action two in a real browser: a joint review that waits for its last reviewer, and the card of a complex on its way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from core.estate.units import Community, Complex, Department

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


def opinion_of(site: Any, candidate: int, name: str) -> int:
    with site.platform.reading() as work:
        model = work.catalog.records["self_governance.opinion"]
        rows = select(model.id).join(Department, Department.id == model.department_id)
        found: int = work.session.scalars(rows.where(model.candidate_id == candidate, Department.name == name)).one()
        return found


def test_a_candidate_waits_for_the_petitions_office(visit: Visit, site: Any) -> None:
    officer = visit("community", 390)
    base = officer.url.rstrip("/")
    officer.goto(f"{base}/r/self_governance.candidate/new")
    officer.locator("[name=f_complex_id]").select_option(label="示例小区22")
    officer.locator("[name=f_name]").fill("示例人选甲")
    officer.locator("[name=f_post]").select_option("委员")
    officer.locator("[name=f_politics]").select_option("中共党员")
    officer.get_by_role("button", name="保存").click()
    officer.wait_for_selector("text=提名")
    where = officer.url.partition("?")[0]
    candidate = int(where.rstrip("/").rpartition("/")[2])
    assert "示例人选甲" not in officer.locator("main").inner_text(), "names are masked even to who typed them"
    step(officer, "社区、网格初审同意", community_opinion="群众基础好", screened_by="示例社区书记")
    officer.wait_for_selector("text=联审中")
    assert "群众基础好" not in officer.locator("main").inner_text()
    assert not has_step(officer, "通过，列入候选"), "the community does not list"

    police = visit("police")
    opinion = opinion_of(site, candidate, "派出所")
    officer.goto(f"{base}/r/self_governance.opinion/{opinion}")
    assert "同意" not in officer.locator("main").inner_text(), "communities never see an opinion"
    police.goto(f"{base}/r/self_governance.opinion/{opinion}")
    step(police, "同意", opinion="符合条件", reviewer="示例审核人")
    police.wait_for_selector("text=（保密）")
    assert not has_step(police, "同意"), "answered"

    office = visit("department")
    office.goto(where)
    step(office, "通过，列入候选")
    assert "尚缺：信访办" in office.locator("main").inner_text()

    petitions = visit("petitions")
    petitions.goto(f"{base}/r/self_governance.opinion/{opinion_of(site, candidate, '派出所')}")
    assert not has_step(petitions, "重新审查"), "each answers for itself"
    petitions.goto(f"{base}/r/self_governance.opinion/{opinion_of(site, candidate, '信访办')}")
    step(petitions, "同意", opinion="无信访事项", reviewer="示例审核人")
    petitions.wait_for_selector("text=（保密）")
    office.goto(where)
    step(office, "通过，列入候选")
    office.wait_for_selector("text=已列入候选")


def test_a_ripe_complex_goes_on_in_the_order_of_the_plan(visit: Visit, site: Any) -> None:
    with site.platform.reading() as work:
        model = work.catalog.records["self_governance.formation"]
        rows = select(model.id).join(Complex, Complex.id == model.complex_id)
        rows = rows.join(Community, Community.id == Complex.community_id)
        mine = rows.where(Community.name == "示例社区D", model.state == "unfit")
        card = work.session.scalars(mine.limit(1)).one()
    officer = visit("community")
    base = "/".join(officer.url.split("/")[:3])
    officer.goto(f"{base}/r/self_governance.formation/{card}")
    assert not has_step(officer, "开始人选推荐"), "not before there is a preparatory group"
    step(officer, "条件成熟，成立筹备组")
    officer.wait_for_selector("text=筹备组")
    step(officer, "开始人选推荐")
    officer.wait_for_selector("text=人选推荐")
    assert has_step(officer, "提交联审") and not has_step(officer, "已组建")
    leader = visit("leader")
    leader.goto(f"{base}/r/self_governance.formation/{card}")
    assert leader.locator("details.step").count() == 0, "a linked leader reads, others act"
    group = visit("coordination")
    group.goto(f"{base}/r/self_governance.formation/{card}")
    step(group, "已组建")
    assert "没有在任的业委会" in group.locator("main").inner_text()
    with site.platform.reading() as work:
        log = work.catalog.records["self_governance.progress"]
        stages = work.session.scalars(select(log.stage).where(log.formation_id == card).order_by(log.id)).all()
    assert stages[-2:] == ["筹备组", "人选推荐"], "each stage stays on record"
