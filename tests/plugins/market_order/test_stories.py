"""Acceptance stories 12 to 15 of plan section 5 that concern action five, through the one door, and who may do what."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.api import Complex
from core.base.blocks import Light
from core.base.errors import Forbidden, Invalid, NotFound
from core.estate.units import Company
from core.services.campaign import setting_changes
from core.services.measuring import measures
from core.services.writing import records, registry
from core.testing import figure, light
from plugins.market_order.reactions import refuse_restricted

DAY = date(2024, 11, 20)
A01 = "示例物业A01"
RESTRICTED, PUBLISHED = "market_order.restricted", "market_order.published"
EIGHT = [
    "服务事项",
    "负责人员",
    "质量要求",
    "收费项目",
    "收费标准",
    "履行情况",
    "维修资金使用情况",
    "共有部分经营与收益情况",
]


def test_12_a_fact_of_another_action_is_drafted_once_for_the_credit_file_with_a_link_back(
    desk: Any, witness: Any
) -> None:
    company = desk.unit(Company, A01)
    witness.credit = {
        "company_id": company,
        "fact": "物业履职不到位",
        "happened_on": DAY,
        "origin": "enforcement.finding/7",
        "determined_by": "执法中队",
    }
    desk.save("office", "credit_round", area_id="测试街道", held_on=str(DAY), channels="部门移送", found=1)
    desk.save("office", "credit_round", area_id="测试街道", held_on=str(DAY), channels="部门移送", found=1)
    (draft,) = desk.all("credit")
    assert (draft.state, draft.kind, draft.subject, draft.source) == ("draft", "不良", "企业", "enforcement.finding/7")
    with pytest.raises(Invalid, match="已填报过一次"):
        desk.save(
            "office",
            "credit",
            company_id=company,
            happened_on=str(DAY),
            subject="企业",
            kind="不良",
            fact="重复",
            source="enforcement.finding/7",
        )
    assert offered(desk, "market_order.credit_origins") == [], "a draft is not in the file"
    with pytest.raises(Invalid, match="不能执行此操作"):
        desk.move("group", "credit", draft.id, "record")
    desk.move("office", "credit", draft.id, "notify")
    with pytest.raises(Forbidden, match="另一人"):
        desk.move("office", "credit", draft.id, "record")
    assert desk.move("group", "credit", draft.id, "record") == "recorded"
    assert offered(desk, "market_order.credit_origins") == [("enforcement.finding/7", DAY)]
    desk.move("group", "credit", draft.id, "revoke", date(2024, 11, 25), remark="认定有误")
    assert offered(desk, "market_order.credit_origins", date(2024, 11, 24)) == [("enforcement.finding/7", DAY)]
    assert offered(desk, "market_order.credit_origins", date(2024, 11, 25)) == []


def offered(desk: Any, key: str, on: date = DAY) -> list[tuple[Any, ...]]:
    with desk.platform.reading() as work:
        indicator = work.catalog.indicators[RESTRICTED]
        scope = measures.scope_for(work, indicator.every)
        rows = work.catalog.offers[key].rows(scope)
        binds = scope.binds(measures.window_for(work, indicator, on))
        return [tuple(row) for row in work.session.execute(rows, binds)]


def test_13_59_9_of_60_is_below_red_until_restricted_and_a_new_contract_is_refused(desk: Any) -> None:
    end = date(2024, 11, 30)
    company = desk.unit(Company, A01)
    one = desk.assessed(1, "40.1")
    got = desk.get("assessment", one)
    assert (got.score, got.line, got.passed, got.band) == (Decimal("59.90"), Decimal(60), False, "不合格")
    exact = desk.get("assessment", desk.assessed(2, "40"))
    assert (exact.score, exact.passed) == (Decimal(60), True), "以上含本数"
    with desk.platform.reading() as work:
        assert figure(work, RESTRICTED, end) == (0, 1)
        assert light(work, RESTRICTED, end) is Light.RED
    desk.taken_on(10, desk.company("示例物业A02"))
    with desk.working("admin") as work, pytest.raises(Forbidden):
        raw = {"company_id": company, "assessment_id": one, "from_on": str(DAY)}
        records.save(work, "market_order.restriction", raw)
    number = desk.save("office", "restriction", company_id=company, assessment_id=one, from_on=str(DAY))
    with desk.platform.reading() as work:
        assert figure(work, RESTRICTED, end) == (1, 1)
        assert light(work, RESTRICTED, end) is Light.GREEN
        assert figure(work, RESTRICTED, date(2024, 11, 19)) == (0, 0), "the day before nothing was approved"
    with pytest.raises(Invalid, match=r"示例物业A01考评不达标.*限制承接新项目"):
        desk.taken_on(10, company)
    with desk.working("admin") as work:  # what it serves already goes on as it is
        registry.save(work, Complex, {"households": 300}, unit_id=desk.complex(1))
        with pytest.raises(Invalid, match="限制承接新项目"):
            registry.save(work, Complex, {"service": "打包委托"}, unit_id=desk.complex(3))
        said = list(refuse_restricted("micro_projects.project", {}, {"company_id": company}, work.look))
        assert [p.field for p in said] == ["company_id"], "nor another action's contract"
    assert offered(desk, "market_order.restrictions", end) == [(company, DAY, None, number)]


def test_a_restriction_needs_an_approved_failing_assessment_of_that_company(desk: Any) -> None:
    company, other = desk.unit(Company, A01), desk.company("示例物业A02")
    scored = desk.assessed(1, "50", until="score")
    good = desk.assessed(2, "5")
    for wrong, who, said in ((scored, company, "还没有审定"), (good, company, "已达标"), (good, other, "不是这家企业")):
        with pytest.raises(Invalid, match=said):
            desk.save("office", "restriction", company_id=who, assessment_id=wrong, from_on=str(DAY))


def test_a_restriction_is_lifted_only_after_a_better_assessment_and_by_another_person(desk: Any) -> None:
    bad = desk.assessed(1, "45")
    number = desk.save("office", "restriction", company_id=desk.unit(Company, A01), assessment_id=bad, from_on=str(DAY))
    december = date(2024, 12, 10)
    with pytest.raises(Invalid, match="还没有复评"):
        desk.move("group", "restriction", number, "lift", december)
    desk.assessed(1, "10", december)
    assert desk.get("restriction", number).retested is True, "the new assessment told it"
    with pytest.raises(Forbidden, match="另一人"):
        desk.move("office", "restriction", number, "lift", december)
    assert desk.move("group", "restriction", number, "lift", december) == "lifted"
    with desk.platform.reading() as work:
        assert figure(work, RESTRICTED, date(2024, 12, 9)) == (1, 1)
        assert figure(work, RESTRICTED, december) == (0, 0), "no company below the line: no data, not 100 %"
    desk.taken_on(10, desk.unit(Company, A01), december)


def test_q18_a_company_fails_by_any_project_or_by_its_mean_as_set(desk: Any) -> None:
    desk.assessed(1, "45")
    desk.assessed(2, "10")
    with desk.working("admin") as work:
        assert figure(work, RESTRICTED, DAY) == (0, 1)
        setting_changes.change(work, "market_order.company_rule", "按项目平均分", "按平均")
    with desk.platform.reading() as work:
        assert figure(work, RESTRICTED, DAY) == (0, 0), "the mean is 72.5"


def test_14_the_supervisors_score_enters_with_its_weight_and_the_complaints_apart(desk: Any, witness: Any) -> None:
    home = desk.complex(1)
    witness.facts = [
        (home, date(2024, 11, 1), "监督员评价", Decimal(3), "服务评分2分", "dual_reporting.opinion", 1),
        (home, date(2024, 11, 9), "投诉", 1, "环境卫生：垃圾未清", "disputes.complaint", 4),
        (home, date(2024, 11, 12), "投诉", 1, "停车充电：乱收费", "disputes.complaint", 5),
        (home, date(2024, 11, 13), "保安形象", 2, "两项不合格", "security_guards.inspection", 8),
        (desk.complex(3), date(2024, 11, 13), "投诉", 1, "别的小区", "disputes.complaint", 6),
        (home, date(2024, 10, 30), "投诉", 1, "上月的", "disputes.complaint", 2),
    ]
    one = desk.save("office", "assessment", complex_id=home, held_on="2024-11-20")
    found = {(d.category, d.points, d.rating, d.source) for d in desk.all("deduction")}
    assert found == {
        ("监督员评价", Decimal(6), Decimal(2), "dual_reporting.opinion/1"),
        ("投诉", Decimal("0.5"), None, "disputes.complaint/4"),
        ("投诉", Decimal("0.5"), None, "disputes.complaint/5"),
        ("保安", Decimal(2), None, "security_guards.inspection/8"),
    }
    got = desk.get("assessment", one)
    assert (got.daily, got.complaint, got.supervisor, got.supervisor_rating) == (2, 1, 6, 2)
    assert got.score == 91
    # the assessor drops one with a reason; it isn't proposed again, what came in late is
    guard = next(d for d in desk.all("deduction") if d.category == "保安")
    with pytest.raises(Invalid, match="请写明原因"):
        desk.move("office", "deduction", guard.id, "drop")
    desk.move("office", "deduction", guard.id, "drop", remark="已在企业自查中整改")
    witness.facts.append((home, date(2024, 11, 20), "投诉", 1, "补报的", "disputes.complaint", 9))
    desk.move("office", "assessment", one, "collect")
    got = desk.get("assessment", one)
    assert (got.daily, got.complaint, got.score) == (0, Decimal("1.5"), Decimal("92.5"))
    # next month's takes only what was not judged yet
    desk.move("office", "assessment", one, "score")
    witness.facts.append((home, date(2024, 11, 28), "投诉", 1, "月底的", "disputes.complaint", 11))
    late = desk.save("office", "assessment", date(2024, 12, 5), complex_id=home, held_on="2024-12-05")
    assert [d.source for d in desk.all("deduction") if d.assessment_id == late] == ["disputes.complaint/11"]


def test_two_supervisors_share_the_weight_and_complaints_are_capped(desk: Any, witness: Any) -> None:
    home = desk.complex(1)
    witness.facts = [
        (home, date(2024, 11, 1), "监督员评价", Decimal(3), "2分", "dual_reporting.opinion", 1),
        (home, date(2024, 11, 1), "监督员评价", Decimal(1), "4分", "dual_reporting.opinion", 2),
        *((home, DAY, "投诉", 1, "投诉", "disputes.complaint", n) for n in range(1, 31)),
    ]
    got = desk.get("assessment", desk.save("office", "assessment", complex_id=home, held_on=str(DAY)))
    assert (got.supervisor_rating, got.supervisor, got.complaint, got.score) == (3, 4, 10, 86)


def test_15_a_missing_item_becomes_an_issue_closed_with_a_photo_by_another(desk: Any) -> None:
    seven = EIGHT[:-1]
    raw = {
        "complex_id": desk.complex(2),
        "checked_on": "2024-11-15",
        "posted": seven,
        "proper": seven,
        "photos": ["demo"],
    }
    desk.save("a", "self_check", date(2024, 11, 15), **raw)
    (issue,) = desk.all("issue")
    assert (issue.item, issue.fault, issue.limit_on) == (EIGHT[-1], "未公示", date(2024, 12, 31))
    with desk.platform.reading() as work:
        assert figure(work, PUBLISHED, date(2024, 11, 15))[0] == 0
        assert figure(work, "market_order.issues_closed", date(2024, 11, 15)) == (0, 1)
    with pytest.raises(Invalid, match="必填：请上传整改后照片"):
        desk.move("a", "issue", issue.id, "mend")
    with pytest.raises(NotFound):
        desk.move("b", "issue", issue.id, "mend", after_photos=["demo"])
    on = date(2024, 11, 25)
    desk.move("a", "issue", issue.id, "mend", on, after_photos=["demo"])
    with pytest.raises(Forbidden):
        desk.move("a", "issue", issue.id, "close", on)
    assert desk.move("office", "issue", issue.id, "close", on) == "closed"
    with desk.platform.reading() as work:
        assert figure(work, PUBLISHED, on)[0] == 1
        assert figure(work, PUBLISHED, date(2024, 11, 24))[0] == 0, "as it was the day before"
        assert figure(work, "market_order.issues_closed", on) == (1, 1)


def test_15_who_mended_may_not_close_and_late_ones_go_to_the_credit_file(desk: Any) -> None:
    checked = {"complex_id": desk.complex(1), "checked_on": "2024-11-15", "photos": ["demo"]}
    desk.save("b", "self_check", date(2024, 11, 15), **checked, posted=EIGHT, proper=EIGHT[2:])
    first, second = desk.all("issue")
    assert {first.fault, second.fault} == {"公示不规范"}
    desk.move("office", "issue", first.id, "mend", after_photos=["demo"])
    with pytest.raises(Forbidden, match="另一人"):
        desk.move("office", "issue", first.id, "close")
    with pytest.raises(Invalid, match="逾期后才能查处"):
        desk.move("office", "issue", second.id, "enforce", date(2024, 12, 31), remark="未改")
    assert desk.move("office", "issue", second.id, "enforce", date(2025, 1, 3), remark="未改") == "enforced"
    (credit,) = desk.all("credit")
    assert credit.source == f"market_order.issue/{second.id}"
    assert credit.company_id == desk.unit(Company, A01)


def test_a_check_sent_back_and_mended_opens_no_issue_twice(desk: Any) -> None:
    raw = {"complex_id": desk.complex(2), "checked_on": str(DAY), "posted": EIGHT[1:], "proper": EIGHT[1:]}
    check = desk.save("a", "self_check", **raw, photos=["demo"])
    desk.move("office", "self_check", check, "send_back", remark="照片不清")
    desk.move("a", "self_check", check, "resubmit")
    again = {**raw, "checked_on": str(DAY)}
    desk.save("a", "self_check", **again, photos=["demo"])
    assert [i.item for i in desk.all("issue")] == [EIGHT[0]]
    with pytest.raises(Invalid, match="还没有公示"):
        desk.save("a", "self_check", **{**raw, "proper": EIGHT}, photos=["demo"])
