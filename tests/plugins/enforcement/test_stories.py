"""Stories 10, 11 and 12 of plan section 5 and the way of a finding, through the one door by the roles that may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.base.errors import Forbidden, Invalid, NotFound
from core.base.react import Change
from core.estate.units import Department
from core.kernel import plugins
from core.services.measuring import days
from core.services.owing.obligations import Obligation
from core.services.permission.access import COORDINATION, OFFICER, SYSTEM_ACTOR, Actor
from core.services.platform import Platform
from core.services.writing import records, registry
from core.testing import START, at, figure, light, small_platform
from plugins.enforcement.indicators import credit
from plugins.enforcement.records_joint import Call

DAY = date(2024, 11, 20)
GROUP = Actor(login="group", label="综合协调组", role=COORDINATION)
OFFICER_B = Actor(login="b", label="示例社区B", role=OFFICER, community_id=2)
NAMES = ("执法中队", "派出所", "市场监管所", "消防队")


class Desk:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        with platform.work(SYSTEM_ACTOR, now=at(START)) as work:
            registry.save_many(work, Department, [{"name": n, "category": "执法部门"} for n in NAMES])
            self.ids = dict(work.session.execute(select(Department.name, Department.id)).all())

    def office(self, name: str) -> Actor:
        leads = frozenset({"enforcement"}) if name == "执法中队" else frozenset()
        return Actor(login=name, label=name, role="department", department_id=self.ids[name], leads=leads)

    def save(self, who: Actor, key: str, on: date = DAY, hour: int = 9, **values: Any) -> int:
        with self.platform.work(who, now=at(on, hour)) as work:
            return records.save(work, f"enforcement.{key}", values).record.id

    def move(
        self, who: Actor, key: str, number: int, step: str, hour: int = 10, remark: str = "", **values: Any
    ) -> str:
        with self.platform.work(who, now=at(DAY, hour)) as work:
            return records.move(work, f"enforcement.{key}", number, step, values, remark=remark).state

    def whistle(self, *called: str) -> int:
        told = {
            "complex_id": 1,
            "blown_at": at(DAY, 8, 30),
            "kind": "乱搭乱建",
            "case": "需联合执法",
            "content": "楼顶",
        }
        return self.save(OFFICER_B, "whistle", departments=[self.ids[n] for n in called], **told)

    def calls(self, whistle: int) -> dict[str, int]:
        rows = select(Department.name, Call.id).join(Department, Department.id == Call.department_id)
        with self.platform.reading() as work:
            return dict(work.session.execute(rows.where(Call.whistle_id == whistle).order_by(Call.id)).all())

    def handle(self, name: str, call: int) -> None:
        self.move(self.office(name), "call", call, "arrive")
        self.move(self.office(name), "call", call, "handle", opinion="已拆除")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    platform = small_platform(tmp_path, catalog=plugins.load(only=["enforcement"], strict=True))
    yield Desk(platform)
    platform.db.close()


def test_story_10_each_of_three_departments_answers_for_itself(desk: Desk) -> None:
    whistle = desk.whistle("执法中队", "派出所", "消防队")
    calls = desk.calls(whistle)
    assert set(calls) == {"执法中队", "派出所", "消防队"}
    for name in ("执法中队", "派出所"):
        desk.handle(name, calls[name])
    with pytest.raises(Invalid, match="消防队"):
        desk.move(OFFICER_B, "whistle", whistle, "confirm")
    with pytest.raises(NotFound):  # another department's part is not even shown
        desk.move(desk.office("派出所"), "call", calls["消防队"], "arrive")
    with pytest.raises(Forbidden):
        desk.move(desk.office("执法中队"), "call", calls["消防队"], "arrive")
    with pytest.raises(Invalid, match="请写明原因"):
        desk.move(desk.office("执法中队"), "call", calls["消防队"], "waive")
    desk.move(desk.office("执法中队"), "call", calls["消防队"], "waive", remark="现场无消防问题")
    assert desk.move(OFFICER_B, "whistle", whistle, "confirm") == "confirmed"
    assert desk.move(OFFICER_B, "whistle", whistle, "close", result="已拆除", rating=5) == "closed"
    with desk.platform.reading() as work:
        kept = {c.department_id: c.arrived_at for c in work.session.scalars(select(Call))}
        assert [kept[desk.ids[n]] is not None for n in ("执法中队", "派出所", "消防队")] == [True, True, False]


def test_the_clock_runs_from_the_blowing_not_from_the_signing(desk: Desk) -> None:
    whistle = desk.whistle("派出所")
    call = desk.calls(whistle)["派出所"]
    desk.move(desk.office("派出所"), "call", call, "receive", hour=15)
    with desk.platform.reading() as work:
        owed = {o.rule: o for o in work.session.scalars(select(Obligation).where(Obligation.subject_id == call))}
        sign = owed["enforcement.sign"]
        assert (sign.opened_at, sign.due_at) == (at(DAY, 8, 30), at(DAY, 9, 30))
        assert sign.done_at == at(DAY, 15)
        assert sign.unit_kind == "department"
        assert owed["enforcement.contact"].due_at == at(date(2024, 11, 21), 8, 30)
        assert owed["enforcement.attend"].due_at.date() == date(2024, 11, 23)


def test_a_second_refusal_goes_to_the_coordination_group(desk: Desk) -> None:
    whistle = desk.whistle("派出所", "市场监管所")
    calls = desk.calls(whistle)
    with pytest.raises(Invalid, match="退回依据"):
        desk.move(desk.office("派出所"), "call", calls["派出所"], "refuse")
    desk.move(desk.office("派出所"), "call", calls["派出所"], "refuse", basis="权责清单第3条")
    with desk.platform.reading() as work:
        assert records.get(work, "enforcement.whistle", whistle).state == "blown"
    desk.move(desk.office("市场监管所"), "call", calls["市场监管所"], "refuse", basis="权责清单第8条")
    with desk.platform.reading() as work:
        assert records.get(work, "enforcement.whistle", whistle).state == "escalated"
    chosen = [desk.ids["执法中队"]]
    with pytest.raises(Forbidden):
        desk.move(OFFICER_B, "whistle", whistle, "rule", remark="x", departments=chosen)
    desk.move(GROUP, "whistle", whistle, "rule", remark="由执法中队主办", departments=chosen)
    again = desk.calls(whistle)["执法中队"]
    desk.handle("执法中队", again)
    assert desk.move(OFFICER_B, "whistle", whistle, "confirm") == "confirmed"


def test_story_11_one_department_is_no_joint_action_and_one_a_month_is_red(desk: Desk) -> None:
    squad = desk.office("执法中队")
    told = {"area_id": "测试街道", "complexes": [1, 2], "people": 12, "found": 3, "photos": ["demo"]}
    on = date(2025, 1, 10)
    with pytest.raises(Invalid, match="至少选择 2 个"):
        desk.save(squad, "joint_action", on, held_on=on, departments=[desk.ids["执法中队"]], **told)
    both = [desk.ids["执法中队"], desk.ids["派出所"]]
    desk.save(squad, "joint_action", on, held_on=on, departments=both, **told)
    end = date(2025, 1, 31)
    with desk.platform.work(now=at(date(2025, 2, 1))) as work:
        days.begin(work)
    with desk.platform.reading(now=at(date(2025, 2, 1))) as work:
        assert figure(work, "enforcement.joint_actions", end) == (1, 1)
        assert light(work, "enforcement.joint_actions", end).value == "red"
        duty = (Obligation.rule == "enforcement.joint_twice", Obligation.period == "2025-01")
        assert work.session.scalars(select(Obligation).where(*duty)).one().done_at is None
        assert figure(work, "enforcement.joint_by_community", end) == (2, 2)


def test_each_office_owes_its_own_patrol(desk: Desk) -> None:
    on = DAY
    police = desk.office("派出所")
    told = {"held_on": on, "complexes": [1], "found": 0}
    desk.save(police, "patrol", department_id=desk.ids["派出所"], **told)
    with pytest.raises(Forbidden):
        desk.save(police, "patrol", department_id=desk.ids["消防队"], **told)
    with desk.platform.reading() as work:
        assert figure(work, "enforcement.patrols", on) == (1, 4)


def finding(desk: Desk, kind: str = "乱搭乱建", **more: Any) -> int:
    told = {"complex_id": 1, "found_on": DAY, "kind": kind, "source": "社区巡查", "place": "1号楼", "scene": ["demo"]}
    return desk.save(OFFICER_B, "finding", **(told | more))


def test_q16_an_outcome_and_a_passed_recheck_or_a_case(desk: Desk) -> None:
    squad = desk.office("执法中队")
    shown, filed, unclear = finding(desk), finding(desk), finding(desk)
    for number in (shown, filed, unclear):
        desk.move(OFFICER_B, "finding", number, "verify")
    desk.move(OFFICER_B, "finding", shown, "act", measure="责令改正", limit_on=DAY)
    with pytest.raises(Invalid, match="复查照片"):
        desk.move(OFFICER_B, "finding", shown, "recheck")
    with desk.platform.work(OFFICER_B, now=at(DAY, 11)) as work:
        records.save(work, "enforcement.finding", {"recheck_photos": ["demo"]}, record_id=shown)
    desk.move(OFFICER_B, "finding", shown, "recheck")
    desk.move(squad, "finding", filed, "act", measure="立案处罚", limit_on=DAY)
    with pytest.raises(Invalid, match="文书号"):
        desk.move(squad, "finding", filed, "recheck")
    with desk.platform.reading() as work:
        assert figure(work, "enforcement.handled", DAY) == (1, 3)
    with pytest.raises(Forbidden):
        desk.move(OFFICER_B, "finding", unclear, "undetermined", remark="证据不足")
    desk.move(squad, "finding", unclear, "undetermined", remark="证据不足，经批准")
    with desk.platform.reading() as work:
        assert figure(work, "enforcement.handled", DAY) == (1, 2), "无法认定 leaves the denominator"


def test_story_12_a_concluded_neglect_speaks_of_the_company_once(desk: Desk) -> None:
    number = finding(desk, kind="物业履职不到位", recheck_photos=["demo"])
    with desk.platform.reading() as work:
        row = records.get(work, "enforcement.finding", number)
        after = row.values()
    change = {"key": "enforcement.finding", "record_id": number, "unit_kind": "complex", "unit_id": 1, "before": after}
    told = credit(Change(**change, after=after, was="acting", state="done", step="recheck"))
    assert told is not None
    assert (told["origin"], told["happened_on"]) == (f"enforcement.finding/{number}", DAY)
    assert told["company_id"] == after["served_by_id"]
    assert credit(Change(**change, after=after, was="done", state="done")) is None, "the same fact is told once"
    assert credit(Change(**change, after=after | {"kind": "乱搭乱建"}, was="acting", state="done")) is None


def test_a_day_is_patrolled_once_and_what_is_found_is_stopped(desk: Desk) -> None:
    told = {"complex_id": 1, "patrolled_on": DAY, "found": 1}
    with pytest.raises(Invalid, match="是否已制止"):
        desk.save(OFFICER_B, "daily_patrol", **told)
    desk.save(OFFICER_B, "daily_patrol", **(told | {"found": 0}))
    with pytest.raises(Invalid, match="已填报过一次"):
        desk.save(OFFICER_B, "daily_patrol", **(told | {"found": 0}))
    with desk.platform.reading() as work:
        n, d = figure(work, "enforcement.daily_patrol", DAY)
        assert (n, d) == (1, 9 * 13), "nine managed complexes, thirteen days"
