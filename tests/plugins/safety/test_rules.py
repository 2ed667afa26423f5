"""Standing safety (F8.1-F8.4, A8-1, A8-6, D24, Q20) through the one door: hazards, standards, contracts, posts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.base.blocks import Light
from core.base.errors import Forbidden, Invalid, NotFound
from core.services.audit import journal
from core.services.campaign import setting_changes
from core.services.platform import Platform
from core.services.writing import records
from core.testing import at, figure, light
from plugins.safety import plugin
from tests.plugins.safety.desk import DAY, Desk, complex_of, platform, working

__all__ = ["platform"]  # fixture


# ---- F8.2 hazards -----------------------------------------------------------------------------------------------
FIXES = {
    "measures": "更换",
    "responsible": "项目负责人甲",
    "funds": "8000",
    "limit_on": date(2024, 12, 1),
    "emergency_plan": "停用疏散",
}


def hazard(desk: Desk, login: str = "b", **more: Any) -> int:
    raw = {"found_on": DAY, "level": "一般", "kind": "消防", "place": "1号楼", "description": "通道堆物"}
    return desk.file(login, **raw | {"before_photos": ["demo"]} | more)


def test_a_major_hazard_needs_its_five_fixes(platform: Platform) -> None:
    desk = Desk(platform, "hazard")
    one = hazard(desk, level="重大")
    with pytest.raises(Invalid, match="五落实"):
        desk.step(one, "start")
    for missing in FIXES:
        with pytest.raises(Invalid, match="必填"):
            desk.step(one, "start_major", **{k: v for k, v in FIXES.items() if k != missing})
    assert desk.due("hazard_fixes", one).due_at.date() == DAY + timedelta(days=3)
    desk.step(one, "start_major", **FIXES)
    assert desk.of(one).fixed_on == DAY
    assert desk.due("hazard_fixes", one).done_at is not None
    assert desk.due("hazard", one).due_at.date() == date(2024, 12, 1)
    with platform.reading() as work:
        told = [str(row.changes) for row in work.session.scalars(select(journal.JournalEntry))]
        assert not any("项目负责人甲" in text for text in told), "who is responsible is masked in the journal"


def test_a_common_hazard_can_not_be_raised_to_major_without_the_fixes(platform: Platform) -> None:
    desk = Desk(platform, "hazard")
    one = hazard(desk)
    with pytest.raises(Invalid, match="一般隐患"):
        desk.step(one, "start_major", **FIXES)
    desk.step(one, "start")
    with pytest.raises(Invalid, match="还缺：整改措施"), working(platform, "b") as work:
        records.save(work, desk.key, {"level": "重大"}, record_id=one)
    raised = DAY + timedelta(days=6)
    with pytest.raises(Invalid, match="用于重大隐患"):
        desk.step(one, "raise", now=at(raised), **FIXES, level="一般")
    desk.step(one, "raise", now=at(raised), **FIXES, level="重大")
    assert desk.due("hazard_fixes", one).due_at.date() == raised + timedelta(days=3), "owed since it was raised"


def test_from_found_to_closed_with_another_eye(platform: Platform) -> None:
    desk = Desk(platform, "hazard")
    one = hazard(desk)
    assert desk.due("hazard", one).due_at.date() == DAY + timedelta(days=15), "without a limit: 15 days"
    with pytest.raises(NotFound):
        desk.step(one, "start", "a")  # another community's complex
    desk.step(one, "start")
    desk.step(one, "mend", after_photos=["demo"])
    with pytest.raises(Forbidden, match="另一人"):
        desk.step(one, "recheck")
    with pytest.raises(Invalid, match="当前状态"):
        desk.step(one, "close", "office")
    desk.step(one, "recheck", "office")
    with pytest.raises(Forbidden):
        desk.step(one, "close")
    with platform.reading() as work:
        assert figure(work, "safety.hazards_closed", DAY) == (0, 1)
    desk.step(one, "close", "group", at(DAY + timedelta(days=2)))
    with platform.reading() as work:
        assert figure(work, "safety.hazards_closed", DAY + timedelta(days=2)) == (1, 1)
        assert figure(work, "safety.hazards_closed", DAY) == (0, 1)
    desk.step(one, "reopen", "office", remark="复燃")
    assert (desk.of(one).state, desk.of(one).closed_on) == ("rectifying", None)


def test_a_limit_before_the_finding_is_refused(platform: Platform) -> None:
    with pytest.raises(Invalid, match="不能早于"):
        hazard(Desk(platform, "hazard"), limit_on=DAY - timedelta(days=1))


def test_overdue_hazards_are_evidence_for_the_assessment(platform: Platform) -> None:
    desk = Desk(platform, "hazard")
    late = hazard(desk, limit_on=date(2024, 11, 25))
    hazard(desk, limit_on=date(2024, 12, 2))  # not in November
    done = hazard(desk, limit_on=date(2024, 11, 26))
    for step, login in (("start", "b"), ("mend", "b"), ("recheck", "office"), ("close", "office")):
        desk.step(done, step, login, **({"after_photos": ["demo"]} if step == "mend" else {}))
    with platform.reading() as work:
        rows = work.session.execute(plugin.market_order_evidence(start=date(2024, 11, 1), end=date(2024, 11, 30))).all()
        assert [tuple(r) for r in rows] == [
            (
                complex_of(work, 1),
                date(2024, 11, 25),
                "安全",
                1,
                "安全隐患逾期未销号：消防，1号楼",
                "safety.hazard",
                late,
            )
        ]


# ---- F8.1 standards ---------------------------------------------------------------------------------------------
def standard(platform: Platform, number: int, now: datetime | None = None) -> int:
    desk, login = Desk(platform, "standardisation"), "b" if number % 2 else "a"
    one = desk.file(login, number, now, declared_on=DAY, grade="三级")
    desk.step(one, "assess", login, now, self_score="86.5")
    desk.step(one, "review", "office", now, reviewer="示例评审机构")
    desk.step(one, "achieve", "office", now, certificate="示〔2024〕1号")
    return one


def test_standards_are_counted_over_managed_complexes_or_the_target_number(platform: Platform) -> None:
    for number in range(1, 6):
        standard(platform, number)
    standard(platform, 10)  # without property service: not among the 9 managed
    with platform.work(now=at(DAY)) as work:
        assert figure(work, "safety.standardised", DAY) == (5, 9)
        assert figure(work, "safety.standardised_by_complex", DAY) == (5, 9)
        assert light(work, "safety.standardised", DAY) is Light.GREEN
        setting_changes.change(work, "safety.standardisation_tasks", 20, "市里下达任务数20个")
        assert figure(work, "safety.standardised", DAY) == (6, 20)
        assert light(work, "safety.standardised", DAY) is Light.RED


def test_a_standard_holds_three_years(platform: Platform) -> None:
    one = standard(platform, 1)
    assert Desk(platform, "standardisation").of(one).valid_until == date(2027, 11, 19)
    with platform.reading() as work:
        assert figure(work, "safety.standardised", date(2027, 11, 19)) == (1, 9)
        assert figure(work, "safety.standardised", date(2027, 11, 20)) == (0, 9)


def test_one_creation_at_a_time_and_review_by_another(platform: Platform) -> None:
    desk = Desk(platform, "standardisation")
    one = desk.file(declared_on=DAY, grade="三级")
    with pytest.raises(Invalid, match="已有一项创建在办"):
        desk.file(declared_on=DAY, grade="二级")
    desk.step(one, "assess", "office", self_score="90")
    with pytest.raises(Forbidden):
        desk.step(one, "review", reviewer="示例评审机构")
    with pytest.raises(Forbidden, match="另一人"):
        desk.step(one, "review", "office", reviewer="示例评审机构")
    desk.step(one, "fail", "group", remark="材料不全")
    assert (desk.of(one).state, desk.of(one).assessed_on) == ("declared", None)


# ---- F8.3, F8.4 contracts and posts -----------------------------------------------------------------------------
def contract(desk: Desk, **more: Any) -> int:
    raw = {
        "signed_on": date(2024, 1, 1), "equipment": "消防系统", "contractor": "示例维保单位01", "qualification": "Z1",
        "qualified_until": date(2026, 1, 1), "contract_until": date(2024, 12, 31),
    }  # fmt: skip
    return desk.file(**raw | more)


def test_a_contract_is_to_be_renewed_thirty_days_before_it_runs_out(platform: Platform) -> None:
    desk = Desk(platform, "maintenance")
    one = contract(desk)
    assert desk.of(one).expires_on == date(2024, 12, 31)
    assert desk.due("contract_expiry", one).due_at.date() == date(2024, 12, 1)
    new = contract(desk, signed_on=DAY, contract_until=date(2025, 12, 31), qualified_until=date(2025, 6, 30))
    assert (desk.of(one).state, desk.of(one).settled_on) == ("renewed", DAY), "the new contract settles the old one"
    assert desk.of(new).state == "active" and desk.of(new).expires_on == date(2025, 6, 30), "the qualification is first"
    assert desk.due("contract_expiry", one).done_at is not None
    contract(desk, equipment="电梯", contract_until=date(2025, 3, 1))
    assert desk.of(new).state == "active", "another equipment settles nothing"
    with platform.reading() as work:
        assert figure(work, "safety.maintained", DAY) == (1, 10)
        assert figure(work, "safety.maintained", date(2025, 7, 1)) == (0, 10)
    with pytest.raises(Invalid, match="资质已过期"):
        contract(desk, signed_on=DAY, contract_until=date(2025, 1, 1), qualified_until=date(2024, 11, 1))


def test_an_ended_contract_no_longer_covers(platform: Platform) -> None:
    desk = Desk(platform, "maintenance")
    one = contract(desk)
    with pytest.raises(NotFound):
        desk.step(one, "end", "a", remark="他社区")
    desk.step(one, "end", now=at(DAY), remark="单位停业")
    with platform.reading() as work:
        assert figure(work, "safety.maintained", DAY - timedelta(days=1)) == (1, 10)
        assert figure(work, "safety.maintained", DAY) == (0, 10)


def post(desk: Desk, **more: Any) -> int:
    return desk.file(**{"since": date(2024, 1, 1), "kind": "电工作业", "post": "值班电工"} | more)


PAPER = {"person": "电工甲", "certificate": "T0001", "certified_on": "2022-01-01", "valid_until": "2024-12-20"}


def test_posts_vacant_held_and_certified(platform: Platform) -> None:
    desk = Desk(platform, "operator")
    held = post(desk, **PAPER)
    post(desk, post="巡检电工")  # vacant
    with platform.reading() as work:
        assert figure(work, "safety.operators_certified", DAY) == (1, 2)
        assert figure(work, "safety.operators_certified", date(2024, 12, 21)) == (0, 2), "the certificate ran out"
    assert desk.due("certificate_expiry", held).due_at.date() == DAY, "30 days before 12-20"
    new = post(desk, **PAPER | {"since": DAY, "certificate": "T0002", "certified_on": DAY, "valid_until": "2027-11-20"})
    assert (desk.of(held).state, desk.of(held).settled_on, desk.of(new).state) == ("settled", DAY, "active")
    with platform.reading() as work:
        assert figure(work, "safety.operators_certified", date(2024, 12, 21)) == (1, 2)
    with pytest.raises(Invalid, match="一并填写"):
        post(desk, **{k: v for k, v in PAPER.items() if k != "valid_until"} | {"post": "三"})
    with pytest.raises(Invalid, match="在岗人员"):
        post(desk, **{k: v for k, v in PAPER.items() if k != "person"} | {"post": "四"})
