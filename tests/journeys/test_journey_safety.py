"""Action eight through the pages: a standard, hazards, a contract, a post, a charging place, a fire repair and a grade, each by
those who may move it and against one who may not."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
HOME = "示例小区22"  # in 示例社区D, whose officer signs in as "community"


def photo() -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), "gray").save(out, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def fill(form: Any, fields: dict[str, str]) -> None:
    """``fields``: name to what is typed or picked; "photo" uploads one."""
    for name, value in fields.items():
        if value == "photo":
            form.locator(f"[name=f_{name}_new][multiple]").set_input_files(photo())
            continue
        box = form.locator(f"[name=f_{name}]")
        kind = box.first.evaluate("e => e.tagName + ':' + e.type")
        if kind.startswith("SELECT"):
            box.select_option(value)
        elif kind.endswith(("checkbox", "radio")):
            form.locator(f"[name=f_{name}][value='{value}']").check()
        else:
            box.fill(value)


def report(page: Any, key: str, state: str, **fields: str) -> str:
    base = "/".join(page.url.split("/")[:3])
    page.goto(f"{base}/r/safety.{key}/new")
    page.locator("[name=f_complex_id]").select_option(label=HOME)
    fill(page.locator("form.record-form"), fields)
    page.get_by_role("button", name="保存").click()
    page.locator(".state", has_text=state).first.wait_for()
    return str(page.url)


def offered(page: Any, step: str) -> int:
    found: int = page.locator("details.step summary", has_text=re.compile(f"^{re.escape(step)}$")).count()
    return found


def take(page: Any, step: str, state: str = "", remark: str = "", **fields: str) -> None:
    """One step with its fields; ``state`` is what the record then is in, empty where the step is refused."""
    box = page.locator("details.step", has=page.locator("summary", has_text=re.compile(f"^{re.escape(step)}$"))).first
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    fill(box, fields)
    if remark:
        box.locator("[name=remark]").fill(remark)
    box.get_by_role("button", name=f"确定：{step}").click()
    if state:
        page.locator(".state", has_text=state).first.wait_for()


def at(visit: Visit, login: str, where: str) -> Any:
    page = visit(login)
    page.goto(where)
    return page


def test_a_standard_from_declaration_to_announcement(visit: Visit) -> None:
    officer = visit("community", 390)
    base = officer.url.rstrip("/")
    officer.goto(f"{base}/r/safety.standardisation?state=declared")
    where = free_complex(officer, base)
    take(officer, "完成自评", "已自评", self_score="88.5")
    assert offered(officer, "评审通过") == 0, "a community reviews nothing"
    office = at(visit, "safety_office", where)
    take(office, "评审未通过", "已申报", remark="制度文件不全")
    officer.goto(where)
    take(officer, "完成自评", "已自评", self_score="91")
    office.goto(where)
    assert offered(office, "评审通过") == 1
    take(office, "评审通过", "评审通过", reviewer="示例评审机构")
    take(office, "公告达标", "已达标", certificate="演示〔2024〕099号")
    assert "2027年12月30日" in office.locator("dl.facts").inner_text(), "valid three years"


def free_complex(page: Any, base: str) -> str:
    """Declare for the first complex of the community that has no creation under way."""
    page.goto(f"{base}/r/safety.standardisation/new")
    names = [n for n in page.locator("[name=f_complex_id] option").all_inner_texts() if n.startswith("示例")]
    for name in names:
        page.goto(f"{base}/r/safety.standardisation/new")
        page.locator("[name=f_complex_id]").select_option(label=name)
        page.locator("[name=f_grade]").select_option("三级")
        page.get_by_role("button", name="保存").click()
        page.wait_for_load_state()
        if page.locator(".state", has_text="已申报").count():
            return str(page.url)
    raise AssertionError("every complex has a creation under way")


HAZARD = {
    "kind": "消防", "place": "3号楼楼梯间", "description": "通道堆放杂物（演示）", "before_photos": "photo",
}  # fmt: skip


def test_a_major_hazard_with_its_five_fixes(visit: Visit) -> None:
    officer = visit("community", 390)
    where = report(officer, "hazard", "已发现", level="重大", **HAZARD)
    take(officer, "开始整改")
    assert "五落实" in officer.locator("main").inner_text(), "a major one is not just begun"
    officer.goto(where)
    take(officer, "重大隐患：五落实", measures="清理并加装门禁", responsible="示例项目负责人", funds="3000")
    assert "必填" in officer.locator("main").inner_text(), "three of five are not enough"
    take(
        officer,
        "重大隐患：五落实",
        "整改中",
        measures="清理并加装门禁",
        responsible="示例项目负责人",
        funds="3000",
        limit_on="2025-01-05",
        emergency_plan="专人值守",
    )
    assert "示例项目负责人" not in officer.locator("dl.facts").inner_text(), "masked"
    take(officer, "整改完成", "待复查", after_photos="photo")
    assert offered(officer, "复查合格") == 0, "who mended does not recheck"
    market = at(visit, "market", where)  # a department that shares the action
    take(market, "复查合格", "复查合格")
    assert offered(market, "销号") == 0, "closing is the lead's"
    office = at(visit, "safety_office", where)
    take(office, "销号", "已销号")
    group = at(visit, "coordination", where)
    take(group, "隐患未除，重新整改", "整改中", remark="回头看发现复发")


def test_a_common_hazard_is_sent_back_or_found_untrue(visit: Visit) -> None:
    officer = visit("community", 390)
    where = report(officer, "hazard", "已发现", level="一般", **HAZARD)
    assert offered(officer, "不属实或登记有误") == 0
    take(officer, "开始整改", "整改中")
    take(officer, "整改完成", "待复查", after_photos="photo")
    office = at(visit, "department", where)
    take(office, "退回整改", "整改中", remark="仍有堆物")
    officer.goto(where)
    fixes = {"measures": "拆除", "responsible": "示例负责人", "funds": "0", "limit_on": "2025-01-10"}
    take(officer, "升级为重大隐患", "整改中", level="重大", emergency_plan="停用", **fixes)
    other = report(officer, "hazard", "已发现", level="一般", **HAZARD)
    office.goto(other)
    take(office, "不属实或登记有误", "不属实", remark="重复登记")
    stranger = at(visit, "party", where)
    assert stranger.locator("dl.facts").count() == 0, "no part of the action: nothing is shown"


def test_a_new_contract_settles_the_old_one(visit: Visit) -> None:
    officer = visit("community", 390)
    paper = {
        "equipment": "电梯",
        "contractor": "示例维保单位09",
        "qualification": "演示9",
        "qualified_until": "2027-01-01",
    }
    old = report(officer, "maintenance", "履行中", signed_on="2024-02-01", contract_until="2025-01-31", **paper)
    report(officer, "maintenance", "履行中", signed_on="2024-12-31", contract_until="2025-12-30", **paper)
    officer.goto(old)
    officer.locator(".state", has_text="已续签").wait_for()
    third = report(officer, "maintenance", "履行中", signed_on="2024-12-31", contract_until="2025-06-30", **paper)
    assert offered(officer, "不属实或登记有误") == 0
    take(officer, "提前终止", "已终止", remark="单位停业")
    office = at(visit, "safety_office", third)
    assert office.locator("details.step").filter(has=office.get_by_role("button", name="确定：")).count() == 0


def test_a_post_changes_hands(visit: Visit) -> None:
    officer = visit("community", 390)
    post = {"kind": "电工作业", "post": "演示值班电工"}
    old = report(officer, "operator", "在岗", since="2024-01-01", **post)
    paper = {
        "person": "示例电工甲",
        "certificate": "DEMO000009",
        "certified_on": "2024-12-01",
        "valid_until": "2027-11-30",
    }
    new = report(officer, "operator", "在岗", since="2024-12-31", **post, **paper)
    assert "示例电工甲" not in officer.locator("dl.facts").inner_text()
    officer.goto(old)
    officer.locator(".state", has_text="已换证或离岗").wait_for()
    leader = at(visit, "leader", new)
    assert offered(leader, "换证或离岗") == 0
    office = at(visit, "safety_office", new)
    take(office, "换证或离岗", "已换证或离岗")


def test_a_charging_place_from_site_to_use(visit: Visit) -> None:
    officer = visit("community", 390)
    where = report(officer, "charging_project", "选址", place="北门空地", sockets="24")
    take(officer, "开始公示", "公示")
    take(officer, "开工", "施工")
    assert offered(officer, "验收合格") == 0, "who builds does not accept"
    office = at(visit, "safety_office", where)
    take(office, "验收合格", "验收")
    take(office, "退回施工", "施工", remark="断电装置未装")
    group = at(visit, "coordination", where)
    take(group, "验收合格", "验收")
    officer.goto(where)
    take(officer, "投用", independent="是", fire_gear="是", auto_cutoff="否", after_photos="photo")
    assert "不能充满自动断电" in officer.locator("main").inner_text()
    officer.goto(where)
    take(officer, "投用", "投用", independent="是", fire_gear="是", auto_cutoff="是", after_photos="photo")
    assert offered(officer, "停用") == 0
    group.goto(where)
    take(group, "停用", "停用", remark="线路改造")


def test_a_fire_repair_with_its_ledger_line(visit: Visit) -> None:
    officer = visit("community", 390)
    where = report(officer, "fire_repair", "已排查", problems="消防设施损坏", place="消防泵房", before_photos="photo")
    assert offered(officer, "开工") == 0, "no money, no work"
    take(officer, "落实资金", funding="公维金", amount="56000")
    assert "必填：请填写资金台账" in officer.locator("main").inner_text()
    line = "维修资金专户2024-12第9号凭证"
    take(officer, "落实资金", "资金已落实", funding="公维金", amount="56000", ledger_line=line)
    take(officer, "开工", "施工中")
    take(officer, "完工", "待验收", after_photos="photo")
    assert offered(officer, "验收合格") == 0
    office = at(visit, "safety_office", where)
    take(office, "验收未通过", "施工中", remark="压力不足")
    officer.goto(where)
    take(officer, "完工", "待验收")
    office.goto(where)
    take(office, "验收合格", "验收合格")


def test_a_lower_grade_needs_a_reason_and_another_checks_it(visit: Visit) -> None:
    officer = visit("community", 390)
    base = officer.url.rstrip("/")
    where = report(officer, "smart_grade", "已报", grade="提高型", accepted_by="派出所")
    officer.goto(f"{base}/r/safety.smart_grade/new")
    officer.locator("[name=f_complex_id]").select_option(label=HOME)
    fill(officer.locator("form.record-form"), {"grade": "基本型", "accepted_by": "派出所"})
    officer.get_by_role("button", name="保存").click()
    officer.locator("[name=reason]").fill("设备拆除，重新评定")
    officer.get_by_role("button", name="保存").click()
    officer.locator(".state", has_text="已报").first.wait_for()
    lower = str(officer.url)
    assert offered(officer, "核验通过") == 0
    office = at(visit, "safety_office", lower)
    take(office, "退回", "退回", remark="没有验收材料")
    office.goto(where)
    take(office, "核验通过", "已核")
