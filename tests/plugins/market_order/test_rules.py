"""The rules of action five around its stories: the score sheet, the course of an assessment, bulletins, exits, income."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from core.base.errors import Forbidden, Invalid, NotFound
from core.estate.units import Company
from core.services.owing.obligations import Obligation
from core.services.scheduled import job_runs
from core.services.writing import records
from core.testing import at, figure

DAY, STREET = date(2024, 11, 20), "测试街道"


def test_a_standard_is_in_force_once_its_items_make_a_hundred(desk: Any) -> None:
    standard = desk.save("office", "standard", area_id=STREET, made_on=str(DAY), version_name="一版", pass_line=75)
    for category, points in (("保洁", 60), ("保安", 30)):
        desk.save("office", "item", standard_id=standard, category=category, content="条目", points=points)
    assert desk.get("standard", standard).total == 90
    with pytest.raises(Invalid, match="合计应为100分，现为90"):
        desk.move("office", "standard", standard, "enforce")
    last = desk.save("office", "item", standard_id=standard, category="客服", content="接待", points=10)
    with pytest.raises(Forbidden):
        desk.move("group", "standard", standard, "enforce")
    desk.move("office", "standard", standard, "enforce")
    for refused in (
        lambda: desk.save("office", "item", standard_id=standard, category="保绿", content="又一条", points=1),
        lambda: desk.move("office", "item", last, "drop"),
    ):
        with pytest.raises(Invalid, match="条目不能再变"):
            refused()
    got = desk.get("assessment", desk.assessed(1, "26"))
    assert (got.standard_id, got.line, got.passed) == (standard, 75, False), "the standard's own line"
    second = desk.save("office", "standard", area_id=STREET, made_on=str(DAY), version_name="二版", pass_line=60)
    desk.save("office", "item", standard_id=second, category="保洁", content="条目", points=100)
    with pytest.raises(Invalid, match="正在施行"):
        desk.move("office", "standard", second, "enforce")


def test_deductions_need_evidence_keep_to_their_item_and_are_fixed_once_scored(desk: Any) -> None:
    standard = desk.save("office", "standard", area_id=STREET, made_on=str(DAY), version_name="一版", pass_line=60)
    item = desk.save("office", "item", standard_id=standard, category="保洁", content="清扫", points=20)
    one = desk.save("office", "assessment", complex_id=desk.complex(1), held_on=str(DAY))
    for more, said in (
        ({"photos": []}, "请上传照片"),
        ({"item_id": item, "points": 21}, "不能超过该条目"),
        ({"item_id": item, "category": "保安"}, "与大类不符"),
        ({"rating": 3}, "只有“监督员评价”"),
    ):
        with pytest.raises(Invalid, match=said):
            desk.deduct(one, "2", **more)
    number = desk.deduct(one, "2", item_id=item)
    assert desk.get("assessment", one).score == 98
    with desk.working("office") as work, pytest.raises(Invalid, match="不能直接修改"):
        records.save(work, "market_order.deduction", {"points": 1}, record_id=number)
    with desk.working("office") as work, pytest.raises(Invalid, match="不能删除"):
        records.remove(work, "market_order.deduction", number)
    desk.move("office", "deduction", number, "adjust", points="3.5", remark="复核现场")
    assert desk.get("assessment", one).score == Decimal("96.5")
    desk.move("office", "assessment", one, "score")
    with pytest.raises(Invalid, match="已打分"):
        desk.deduct(one, "1")
    with pytest.raises(Invalid, match="已打分"):
        desk.move("office", "deduction", number, "drop", remark="误扣")


def test_only_the_lead_assesses_and_an_appeal_is_settled_by_another(desk: Any) -> None:
    with pytest.raises(Forbidden):
        desk.save("b", "assessment", complex_id=desk.complex(1), held_on=str(DAY))
    with pytest.raises(Forbidden):
        desk.save("group", "assessment", complex_id=desk.complex(1), held_on=str(DAY))
    one = desk.assessed(1, "45", until="score")
    with pytest.raises(Invalid, match="已填报过一次"):
        desk.save("office", "assessment", date(2024, 11, 21), complex_id=desk.complex(1), held_on="2024-11-21")
    with pytest.raises(Invalid, match="没有物业企业"):
        desk.save("office", "assessment", complex_id=desk.complex(10), held_on=str(DAY))
    with pytest.raises(NotFound):
        desk.move("a", "assessment", one, "appeal", appeal="别的社区")
    desk.move("b", "assessment", one, "appeal", appeal="已报修")
    wrong = desk.all("deduction")[0]
    desk.move("office", "deduction", wrong.id, "adjust", points="30", remark="申诉成立一部分")
    with pytest.raises(Forbidden, match="另一人"):
        desk.move("office", "assessment", one, "settle", appeal_result="部分成立")
    assert desk.move("group", "assessment", one, "settle", appeal_result="部分成立") == "approved"
    got = desk.get("assessment", one)
    assert (got.score, got.passed, got.approved_on) == (70, True, DAY)
    with pytest.raises(Invalid, match="不低于达标线"):
        desk.move("office", "assessment", one, "publish_failed")


def test_an_assessment_counts_from_the_day_it_is_scored_and_late_is_late(desk: Any) -> None:
    key, december = "market_order.assessed", date(2024, 12, 3)
    one = desk.save("office", "assessment", complex_id=desk.complex(1), held_on=str(DAY))
    with desk.platform.reading() as work:
        assert figure(work, key, DAY) == (0, 9), "opened is not assessed"
    desk.move("office", "assessment", one, "score", december)
    with desk.platform.reading() as work:
        assert figure(work, key, date(2024, 11, 30)) == (0, 9)
        owed = select(Obligation).where(
            Obligation.rule == "market_order.assessment", Obligation.unit_id == desk.complex(1)
        )
        november = work.session.scalars(owed.where(Obligation.period == "2024-11")).one()
        assert november.done_at.date() == december
        assert november.done_at > november.due_at


def test_the_job_drafts_last_months_bulletin_and_issuing_it_publishes(desk: Any) -> None:
    failed, passed = desk.assessed(1, "45"), desk.assessed(2, "3")
    waiting = desk.assessed(4, "5", until="score")
    fifth = date(2024, 12, 5)
    first = job_runs.run_now(desk.platform, "market_order.draft_bulletin", at(fifth, 9))
    assert "排名2个小区，另有1个小区尚未审定" in str(first.result)
    again = job_runs.run_now(desk.platform, "market_order.draft_bulletin", at(fifth, 10))
    assert "已有" in str(again.result)
    (bulletin,) = desk.all("bulletin")
    assert (bulletin.month, bulletin.document_no, bulletin.assessed, bulletin.below) == (date(2024, 11, 1), None, 2, 1)
    assert "1. 示例物业A01：平均76.0分，2个小区，最低55.0分" in bulletin.companies
    assert (bulletin.red, bulletin.black) == ("示例小区02：97.0分", "示例小区01：55.0分")
    desk.move("office", "bulletin", bulletin.id, "check", fifth)
    with pytest.raises(Invalid, match="必填：请填写文号"):
        desk.move("office", "bulletin", bulletin.id, "issue", fifth)
    desk.move("office", "bulletin", bulletin.id, "issue", fifth, document_no="人工编号")
    assert [desk.get("assessment", n).state for n in (failed, passed, waiting)] == ["failed", "passed", "scored"]
    (credit,) = desk.all("credit")
    assert credit.source == f"market_order.assessment/{failed}"
    assert "55.0分" in credit.fact
    with desk.platform.reading() as work:
        owed = select(Obligation).where(Obligation.rule == "market_order.bulletin")
        (one,) = work.session.scalars(owed).all()
        assert (one.period, one.done_at.date()) == ("2024-12", fifth), "November's bulletin is December's duty"


def test_an_exit_goes_stage_by_stage_and_hands_over_after_sixty_days(desk: Any) -> None:
    bad = desk.assessed(1, "45")
    ban = desk.save(
        "office", "restriction", company_id=desk.unit(Company, "示例物业A01"), assessment_id=bad, from_on=DAY
    )
    values = {"restriction_id": ban, "complex_id": desk.complex(1), "talked_on": DAY}
    with pytest.raises(Invalid, match="没有这条"):  # a community sees no restriction of a company
        desk.save("b", "exit", **values)
    number = desk.save("office", "exit", **values)
    desk.move("office", "exit", number, "order", rectify_by="2024-12-10")
    voted = date(2024, 12, 12)
    with pytest.raises(Invalid, match="不晚于今天"):
        desk.move("office", "exit", number, "vote", DAY, voted_on=voted)
    desk.move("office", "exit", number, "vote", voted, voted_on=voted)
    desk.move("office", "exit", number, "notify", voted)
    with pytest.raises(Invalid, match="未满60天（现59天）"):
        desk.move("office", "exit", number, "hand_over", voted + timedelta(days=59))
    over = voted + timedelta(days=60)
    desk.move("office", "exit", number, "hand_over", over)
    with pytest.raises(Forbidden, match="另一人"):
        desk.move("office", "exit", number, "finish", over)
    assert desk.move("group", "exit", number, "finish", over) == "done"


def test_q17_income_without_problems_is_said_apart_and_a_problem_is_settled_or_penalised(desk: Any) -> None:
    base = {"reviewed_on": DAY, "account": "是", "published": "否", "income": "1200.50", "cost": "200"}
    fault = {"fault": "未公示", "problem": "三年未公示"}
    desk.save("a", "income", complex_id=desk.complex(2), **base)
    assert desk.all("income")[0].balance == Decimal("1000.50")
    with desk.platform.reading() as work:
        assert figure(work, "market_order.income_settled", DAY) == (0, 0), "无问题, not 100 %"
        assert figure(work, "market_order.income_clean", DAY)[0] == 1
    with pytest.raises(Invalid, match="问题类别和问题都要填写"):
        desk.save("b", "income", complex_id=desk.complex(1), **base, fault="未公示")
    for number in (1, 3):
        desk.save("b", "income", complex_id=desk.complex(number), **base, **fault)
    first, second = desk.all("income_problem")
    assert first.limit_on == DAY + timedelta(days=15)
    mended = date(2024, 11, 28)
    desk.move("b", "income_problem", first.id, "mend", mended, proof=["demo"])
    with pytest.raises(Forbidden):
        desk.move("b", "income_problem", first.id, "settle", mended)
    desk.move("office", "income_problem", first.id, "settle", mended)
    late = date(2024, 12, 6)
    with pytest.raises(Invalid, match="逾期后才能查处"):
        desk.move("office", "income_problem", second.id, "penalise", mended, penalty="通报")
    with pytest.raises(Forbidden):
        desk.move("b", "income_problem", second.id, "penalise", late, penalty="通报")
    desk.move("office", "income_problem", second.id, "penalise", late, penalty="责令退还并通报")
    with desk.platform.reading() as work:
        found = [figure(work, "market_order.income_settled", d) for d in (DAY, mended, late)]
        assert found == [(0, 2), (1, 2), (2, 2)]
    assert [c.source for c in desk.all("credit")] == [f"market_order.income_problem/{second.id}"]


def test_labels_of_the_place_are_settings(desk: Any) -> None:
    marks = dict.fromkeys(("place", "staff", "sign_firm", "sign_fees", "board_service", "board_party"), "是")
    raw = {"complex_id": desk.complex(1), "inspected_on": DAY, **marks, "box": "否", "board_news": "否"}
    one = desk.save("b", "place", **raw, photos=["demo"])
    assert (desk.get("place", one).missing, desk.get("place", one).passed) == ("意见箱、宣传栏", False)
    again = {**raw, "inspected_on": date(2024, 11, 22), "box": "是", "board_news": "是"}
    desk.save("b", "place", date(2024, 11, 22), **again, photos=["demo"])
    with desk.platform.reading() as work:
        key = "market_order.place_set_up"
        assert [figure(work, key, d)[0] for d in (DAY, date(2024, 11, 22))] == [0, 1]


def test_who_has_left_a_complex_is_judged_by_it_until_its_successor_is(desk: Any) -> None:
    key, december = "market_order.restricted", date(2024, 12, 10)
    desk.assessed(1, "45")
    desk.taken_on(1, desk.company("示例物业A02"), date(2024, 12, 2))
    with desk.platform.reading() as work:
        assert figure(work, key, december) == (0, 1)
    desk.assessed(1, "5", december)
    with desk.platform.reading() as work:
        assert figure(work, key, december) == (0, 0)
        assert figure(work, key, date(2024, 12, 9)) == (0, 1), "as it was the day before"


def test_issues_found_after_the_campaigns_day_run_on_a_clock_of_their_own(desk: Any) -> None:
    found = date(2025, 1, 6)
    raw = {"complex_id": desk.complex(1), "found_on": found, "item": "服务事项", "fault": "未公示"}
    one = desk.save("office", "issue", found, **raw, limit_on=date(2025, 1, 20))
    assert desk.get("issue", one).kind == "日常检查"
    with desk.platform.reading() as work:
        owed = select(Obligation).where(Obligation.rule == "market_order.issue")
        assert work.session.scalars(owed).one().due_at.date() == date(2025, 1, 20)
