"""Acceptance story 18 of plan section 5, and the three yearly projects around it (F8.5-F8.7), through the one door."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from core.base.blocks import Light
from core.base.errors import Forbidden, Invalid
from core.estate.units import Listing
from core.services.platform import Platform
from core.services.writing import records
from core.testing import at, figure, light
from tests.plugins.safety.desk import (
    DAY,
    Desk,
    broken,
    charged,
    complex_of,
    fault,
    grade,
    platform,
    repaired,
    street,
    working,
)  # fmt: skip

__all__ = ["platform", "street"]  # fixtures


# ---- story 18 ---------------------------------------------------------------------------------------------------
def test_story_18_thirteen_of_67_fail_and_the_fourteenth_meets_it(street: Platform) -> None:
    grade(street, range(1, 14), "提高型")
    with street.reading() as work:
        assert figure(work, "safety.improved_grade", DAY) == (13, 67)
        assert light(work, "safety.improved_grade", DAY) is Light.RED, "19.4 % is not rounded up to 20 %"
    grade(street, [14], "提高型", DAY + timedelta(days=1))
    with street.reading() as work:
        tomorrow = DAY + timedelta(days=1)
        assert figure(work, "safety.improved_grade", tomorrow) == (14, 67)
        assert light(work, "safety.improved_grade", tomorrow) is Light.GREEN
        assert figure(work, "safety.improved_grade", DAY) == (13, 67), "yesterday stays as it was"


def test_story_18_a_complex_on_no_list_never_changes_the_counts(street: Platform) -> None:
    with street.reading() as work:
        before = {k: figure(work, f"safety.{k}", DAY) for k in ("charging", "fire", "standard_grade", "improved_grade")}
    assert before == {"charging": (0, 40), "fire": (0, 16), "standard_grade": (0, 67), "improved_grade": (0, 67)}
    for number, on_list in ((70, False), (3, True)):  # 70 is even: 示例社区A; 3: 示例社区B
        charged(street, number)
        repaired(street, number)
        grade(street, [number], "提高型")
        with street.reading() as work:
            after = {k: figure(work, f"safety.{k}", DAY) for k in before}
        assert after == {k: (int(on_list), d) for k, (_, d) in before.items()}


def test_the_lists_are_as_of_the_day(street: Platform) -> None:
    charged(street, 3)
    with street.work(now=at(DAY)) as work:
        row = work.session.scalars(select(Listing).where(Listing.name == "safety.charging")).all()[2]
        row.until, row.reason = DAY - timedelta(days=1), "规划调整"
    with street.reading() as work:
        assert figure(work, "safety.charging", DAY) == (0, 39)
        assert figure(work, "safety.charging", DAY - timedelta(days=1)) == (0, 40)


# ---- grades -----------------------------------------------------------------------------------------------------
def test_improved_counts_as_standard_and_the_newest_grade_is_in_force(street: Platform) -> None:
    grade(street, [1], "提高型")
    grade(street, [2], "标准型")
    grade(street, [3], "基本型")
    with street.reading() as work:
        assert figure(work, "safety.standard_grade", DAY) == (2, 67)
    later = DAY + timedelta(days=3)
    with working(street, "b", at(later)) as work:
        raw = {"complex_id": complex_of(work, 1), "graded_on": later, "grade": "基本型", "accepted_by": "派出所"}
        with pytest.raises(Invalid, match="比上次评定"):
            records.save(work, "safety.smart_grade", raw)
        records.save(work, "safety.smart_grade", raw, reason="设备停用，重新评定")
    with street.reading() as work:
        assert figure(work, "safety.standard_grade", later) == (1, 67)
        assert figure(work, "safety.standard_grade", DAY) == (2, 67)


def test_what_is_known_of_a_complex_is_not_asked_twice(platform: Platform) -> None:
    desk = Desk(platform, "smart_grade")
    raw = {"graded_on": DAY, "grade": "基本型", "accepted_by": "派出所", "grade_2022": "基本型", "target": "标准型"}
    desk.file(**raw)
    with platform.reading() as work:
        model = work.catalog.records["safety.smart_grade"]
        assert model.known(work.look, complex_of(work, 1)) == {"grade_2022": "基本型", "target": "标准型"}
        assert model.known(work.look, complex_of(work, 2)) == {}


# ---- F8.5 charging places ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "text"), [("independent", "独立"), ("fire_gear", "器材"), ("auto_cutoff", "断电")])
def test_a_charging_place_without_one_of_the_three_is_not_used(platform: Platform, name: str, text: str) -> None:
    desk = Desk(platform, "charging_project")
    one = desk.file(sited_on=DAY, place="东门", spaces=30)
    desk.step(one, "notice")
    desk.step(one, "build")
    desk.step(one, "accept", "group")
    good = {"independent": "是", "fire_gear": "是", "auto_cutoff": "是", "after_photos": ["demo"]}
    with pytest.raises(Invalid) as error:
        desk.step(one, "open", **good | {name: "否"})
    assert text in fault(error)
    with pytest.raises(Invalid, match="必填"):
        desk.step(one, "open", **{k: v for k, v in good.items() if k != name})
    desk.step(one, "open", **good)
    assert desk.of(one).state == "in_use" and desk.of(one).opened_on == DAY


def test_who_may_move_a_charging_place(platform: Platform) -> None:
    desk = Desk(platform, "charging_project")
    one = desk.file(sited_on=DAY, place="东门", spaces=30)
    with pytest.raises(Forbidden):
        desk.step(one, "notice", "group")
    desk.step(one, "notice")
    with pytest.raises(Invalid, match="当前状态"):
        desk.step(one, "accept", "office")  # stages are not skipped
    desk.step(one, "build", "office")
    with pytest.raises(Forbidden):
        desk.step(one, "accept")  # a community accepts nothing
    with pytest.raises(Forbidden, match="另一人"):
        desk.step(one, "accept", "office")  # nor who moved it last
    desk.step(one, "accept", "group")
    with pytest.raises(Invalid, match="原因"):
        desk.step(one, "return", "office")
    desk.step(one, "return", "office", remark="插座未接地")
    assert (desk.of(one).state, desk.of(one).accepted_on) == ("building", None)
    with pytest.raises(Invalid, match="停放车位或充电插座"):
        desk.file(sited_on=DAY, place="西门")


def test_a_place_taken_out_of_use_leaves_the_count_from_that_day(street: Platform) -> None:
    one = charged(street, 1)
    desk, later = Desk(street, "charging_project"), DAY + timedelta(days=5)
    desk.step(one, "stop", "office", at(later), remark="线路改造")
    with street.reading() as work:
        assert figure(work, "safety.charging", later - timedelta(days=1)) == (1, 40)
        assert figure(work, "safety.charging", later) == (0, 40)


# ---- F8.6 fire repairs ------------------------------------------------------------------------------------------
def test_money_points_to_a_ledger_line_before_anything_is_built(platform: Platform) -> None:
    desk = Desk(platform, "fire_repair")
    one = broken(desk)
    with pytest.raises(Invalid, match="当前状态"):
        desk.step(one, "build")
    with pytest.raises(Invalid, match="资金台账"):
        desk.step(one, "fund", funding=["公共收益"], amount="1000")
    desk.step(one, "fund", funding=["公维金", "公共收益"], amount="1000.50", ledger_line="公共收益台账2024-11第3号")
    kept = desk.of(one)
    assert (kept.state, kept.amount, kept.funding) == ("funded", Decimal("1000.50"), ["公维金", "公共收益"])
    with working(platform, "b") as work:
        records.save(work, desk.key, {"ledger": "market_order.public_income/3"}, record_id=one)
        with pytest.raises(Invalid, match="同一本台账"):
            records.save(work, desk.key, {"ledger": "safety.fire_repair/1"}, record_id=one)
        records.save(work, desk.key, {"ledger": "safety.fire_repair/1"}, record_id=one, reason="并入前一项")


def test_a_complex_is_repaired_when_nothing_is_left(street: Platform) -> None:
    repaired(street, 1)
    desk = Desk(street, "fire_repair")
    with street.reading() as work:
        assert figure(work, "safety.fire", DAY) == (1, 16)
    second = broken(desk)
    with street.reading() as work:
        assert figure(work, "safety.fire", DAY) == (0, 16)
    desk.step(second, "void", "office", remark="重复登记")
    with street.reading() as work:
        assert figure(work, "safety.fire", DAY) == (1, 16)


def test_acceptance_of_a_repair_is_another_persons(platform: Platform) -> None:
    desk = Desk(platform, "fire_repair")
    one = broken(desk, "office")
    desk.step(one, "fund", funding=["其他"], amount="500", ledger_line="物业自有资金第1号")
    desk.step(one, "build")
    desk.step(one, "finish", after_photos=["demo"])
    with pytest.raises(Forbidden):
        desk.step(one, "accept", "office")
    desk.step(one, "reject", "office", remark="水压不足")
    assert desk.of(one).finished_on is None
    desk.step(one, "finish")
    desk.step(one, "accept", "group")
    assert desk.of(one).accepted_on == DAY
