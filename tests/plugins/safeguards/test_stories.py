"""Story 21 of plan section 5, the fund, the papers and the decisions, through the one door by the roles that may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.base.errors import Forbidden, Invalid
from core.estate.units import ActionUnit
from core.kernel import plugins
from core.services.measuring import days
from core.services.owing.obligations import Obligation
from core.services.permission.access import COORDINATION, OFFICER, SYSTEM_ACTOR, Actor
from core.services.platform import Platform
from core.services.reporting import reports
from core.services.writing import records, registry
from core.testing import START, at, figure, small_platform

DAY = date(2024, 11, 20)
GROUP = Actor(login="group", label="综合协调组", role=COORDINATION)
SECOND = Actor(login="group2", label="综合协调组", role=COORDINATION)
OFFICE = Actor(login="office", label="城管办", role="department", department_id=1)
OFFICER_B = Actor(login="b", label="示例社区B", role=OFFICER, community_id=2)


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Platform]:
    platform = small_platform(tmp_path, catalog=plugins.load(only=["safeguards"], strict=True))
    yield platform
    platform.db.close()


def save(platform: Platform, who: Actor, key: str, on: date = DAY, reason: str = "", **values: Any) -> int:
    with platform.work(who, now=at(on)) as work:
        return records.save(work, f"safeguards.{key}", values, reason=reason).record.id


def move(platform: Platform, who: Actor, key: str, record: int, step: str, on: date = DAY, **values: Any) -> str:
    with platform.work(who, now=at(on)) as work:
        return records.move(work, f"safeguards.{key}", record, step, values, remark="说明").state


def test_story_21_the_two_groups_without_information_are_red_and_named(found: Platform) -> None:
    with found.work(SYSTEM_ACTOR, now=at(START)) as work:
        taken = set(work.session.scalars(select(ActionUnit.number)))
        rows = [{"name": f"专项{n}", "code": f"action{n}", "number": n} for n in range(1, 11) if n not in taken]
        registry.save_many(work, ActionUnit, rows)
        units = dict(work.session.execute(select(ActionUnit.name, ActionUnit.id)).all())
    own = [units[f"专项{n}"] for n in range(1, 11)]
    for unit in own[:8]:
        who = Actor(login=f"g{unit}", label="专项组", role="department", heads=frozenset({unit}), department_id=9)
        save(
            found,
            who,
            "weekly_info",
            date(2024, 11, 15),
            action_id=unit,
            sent_on="2024-11-15",
            title="信息",
            body="述" * 300,
        )
    sunday, monday = date(2024, 11, 17), date(2024, 11, 18)
    with found.work(now=at(monday)) as work:
        days.begin(work)
    with found.reading(now=at(monday)) as work:
        late = work.session.scalars(
            select(Obligation.unit_id).where(
                Obligation.rule == "safeguards.info_weekly",
                Obligation.period == "2024-W46",
                Obligation.done_at.is_(None),
            )
        ).all()
        assert set(own[8:]) <= set(late)
        assert not set(own[:8]) & set(late)
        assert figure(work, "safeguards.info_sent", sunday)[0] == 8
        (facts,) = reports.gather(work, sunday, "safeguards")
        said = repr(reports.section(work, facts))
        assert "尚未报送工作信息的专项组：" in said
        assert "专项9、专项10" in said


def test_story_21_the_week_over_the_new_year_is_2025_w01(found: Platform) -> None:
    last, first = date(2024, 12, 30), date(2025, 1, 5)
    told = {"host": "组长", "agenda": "调度", "minutes": "要点"}
    save(found, GROUP, "dispatch", last, area_id="测试街道", held_on=last, **told)
    with found.work(now=at(first)) as work:
        days.begin(work)
    with found.reading(now=at(first)) as work:
        rows = select(Obligation).where(
            Obligation.rule == "safeguards.dispatch_weekly", Obligation.period == "2025-W01"
        )
        (one,) = work.session.scalars(rows).all()
        assert one.done_at is not None
        assert one.due_at.date() == first


def test_an_earmark_and_the_account_are_never_spent_below_zero(found: Platform) -> None:
    street = {"area_id": "测试街道"}
    given = street | {"received_on": DAY, "donor_kind": "乡贤", "anonymous": False, "donor": "示例乡贤01"}
    save(found, GROUP, "donation", **given, amount=1000, earmark="电梯更新")
    save(found, GROUP, "donation", **given, amount=5000)
    spent = street | {"spent_on": DAY, "home_id": 1, "project": "电梯", "approved_by": "组长", "published": True}
    with pytest.raises(Invalid, match=r"专款不足：将差0\.01元"):
        save(found, GROUP, "spending", **spent, amount="1000.01", earmark="电梯更新")
    first = save(found, GROUP, "spending", **spent, amount=1000, earmark="电梯更新")
    with pytest.raises(Invalid, match=r"基金余额不足：将差1\.00元"):
        save(found, GROUP, "spending", **spent, amount=5001)
    with found.work(GROUP, now=at(DAY)) as work, pytest.raises(Invalid, match="专款不足"):
        records.save(work, "safeguards.spending", {"amount": 1500}, record_id=first)
    with pytest.raises(Forbidden):
        save(found, OFFICER_B, "spending", **spent, amount=1)


def test_exactly_one_liaison_at_a_time(found: Platform) -> None:
    first = save(found, OFFICE, "liaison", department_id=1, since=DAY, name="联络员甲")
    with pytest.raises(Invalid, match="只指定1名联络员"):
        save(found, OFFICE, "liaison", department_id=1, since=date(2024, 11, 20), name="联络员乙")
    with found.work(OFFICE, now=at(date(2024, 11, 25))) as work:
        records.save(work, "safeguards.liaison", {"until": "2024-11-24"}, record_id=first)
    save(found, OFFICE, "liaison", date(2024, 11, 25), department_id=1, since="2024-11-25", name="联络员乙")


def test_a_decision_is_struck_off_only_after_another_has_verified_it(found: Platform) -> None:
    told = {"department_id": 1, "decided_on": DAY, "task": "三日内拆除", "limit_on": "2024-11-23"}
    number = save(found, GROUP, "decision", **told)
    with pytest.raises(Invalid, match="办理情况"):
        move(found, OFFICE, "decision", number, "answer")
    move(found, OFFICE, "decision", number, "answer", answer="已拆除")
    with pytest.raises(Forbidden):
        move(found, OFFICE, "decision", number, "verify")
    with pytest.raises(Forbidden):
        move(found, GROUP, "decision", number, "verify")  # the group gave the task: another person verifies
    move(found, SECOND, "decision", number, "verify")
    assert move(found, GROUP, "decision", number, "close") == "closed"
    with found.reading() as work:
        (owed,) = work.session.scalars(select(Obligation).where(Obligation.rule == "safeguards.decision_due")).all()
        assert (owed.unit_kind, owed.due_at.date()) == ("department", date(2024, 11, 23))
        assert owed.done_at is not None


def paper(found: Platform, key: str = "reminder", **more: Any) -> int:
    told = {"company_id": 1, "drafted_on": DAY, "matter": "公示不全", "facts": "检查发现", "demand": "整改"}
    return save(found, GROUP, key, **told, limit_on="2024-11-30", **more)


def test_a_paper_goes_its_way_and_its_number_is_typed_by_people(found: Platform) -> None:
    number = paper(found)
    with pytest.raises(Forbidden):
        move(found, GROUP, "reminder", number, "review")
    move(found, SECOND, "reminder", number, "review")
    move(found, GROUP, "reminder", number, "sign")
    with found.reading() as work:
        assert not work.session.scalars(
            select(Obligation).where(Obligation.rule == "safeguards.reminder_reply_due")
        ).all()
    with pytest.raises(Invalid, match="文号"):
        move(found, GROUP, "reminder", number, "issue")
    move(found, GROUP, "reminder", number, "issue", number="晋梅物提〔2024〕1号")
    with found.reading() as work:
        (owed,) = work.session.scalars(
            select(Obligation).where(Obligation.rule == "safeguards.reminder_reply_due")
        ).all()
        assert owed.due_at.date() == date(2024, 11, 30)
    move(found, GROUP, "reminder", number, "reply", reply="已整改")
    assert move(found, GROUP, "reminder", number, "archive", recheck="复查属实") == "archived"
    rising = paper(found, "rectification", reminder_id=number)
    with found.reading() as work:
        assert records.get(work, "safeguards.rectification", rising).reminder_id == number  # type: ignore[attr-defined]
    with pytest.raises(Forbidden):
        save(
            found, OFFICER_B, "reminder", company_id=1, drafted_on=DAY, matter="x", facts="x", demand="x", limit_on=DAY
        )


def test_g1_needs_two_waves_and_is_a_difference_in_points(found: Platform) -> None:
    street = {"area_id": "测试街道", "valid": 1000}
    save(found, GROUP, "survey_wave", **street, held_on=DAY, wave=1, satisfied=784)
    with found.reading() as work:
        assert figure(work, "safeguards.satisfaction_gain", DAY) == (0, 0)
    save(found, GROUP, "survey_wave", date(2024, 11, 29), **street, held_on="2024-11-29", wave=2, satisfied=841)
    with found.reading() as work:
        n, d = figure(work, "safeguards.satisfaction_gain", date(2024, 11, 29))
        assert n / d == pytest.approx(5.7)
