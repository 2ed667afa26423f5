"""Story 20 of plan section 5, the way of a micro-project and its money, by the roles that may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import Forbidden, Invalid
from core.kernel import plugins
from core.services.campaign import setting_changes
from core.services.permission.access import COORDINATION, OFFICER, Actor
from core.services.platform import Platform
from core.services.writing import records
from core.testing import at, figure, small_platform

KEY, DAY = "micro_projects.project", date(2024, 11, 20)
OFFICE = Actor(login="office", label="城管办", role="department", leads=frozenset({"micro_projects"}), department_id=1)
GROUP = Actor(login="group", label="综合协调组", role=COORDINATION)
OFFICER_B = Actor(login="b", label="示例社区B", role=OFFICER, community_id=2)
OFFICER_A = Actor(login="a", label="示例社区A", role=OFFICER, community_id=1)


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Platform]:
    platform = small_platform(tmp_path, catalog=plugins.load(only=["micro_projects"], strict=True))
    yield platform
    platform.db.close()


def wish(platform: Platform, who: Actor = OFFICER_B, **more: Any) -> int:
    values = {"complex_id": 1, "wished_on": DAY, "name": "路灯增设", "kind": "照明缺失"}
    with platform.work(who, now=at(DAY)) as work:
        return records.save(work, KEY, values | more).record.id


def step(
    platform: Platform, who: Actor, number: int, key: str, on: date = DAY, remark: str = "", **values: Any
) -> None:
    with platform.work(who, now=at(on)) as work:
        records.move(work, KEY, number, key, values, remark=remark)


def test_story_20_a_plan_counts_at_once_a_project_from_the_stage_that_is_set(found: Platform) -> None:
    number = wish(found, plan=["demo"])
    with found.reading() as work:
        assert records.get(work, KEY, number).state == "wished"
        assert figure(work, "micro_projects.planned", DAY) == (1, 10)
        assert figure(work, "micro_projects.covered", DAY) == (0, 10)
    step(found, OFFICER_B, number, "plan")
    step(found, OFFICE, number, "approve", date(2024, 11, 22), budget=30000)
    with found.reading() as work:
        assert figure(work, "micro_projects.covered", date(2024, 11, 21)) == (0, 10), "by the day it was approved"
        assert figure(work, "micro_projects.covered", date(2024, 11, 22)) == (1, 10)
    with found.work(OFFICE, now=at(date(2024, 11, 22))) as work:
        setting_changes.change(work, "micro_projects.counts_from", "验收", "以办成为准")
    with found.reading() as work:
        assert figure(work, "micro_projects.covered", date(2024, 11, 22)) == (0, 10)


def test_acceptance_needs_photos_a_rating_and_another_person(found: Platform) -> None:
    number = wish(found, plan=["demo"])
    step(found, OFFICER_B, number, "plan")
    with pytest.raises(Forbidden):
        step(found, OFFICER_B, number, "approve", budget=30000)
    with pytest.raises(Invalid, match="预算"):
        step(found, OFFICE, number, "approve", budget=0)
    step(found, OFFICE, number, "approve", budget=30000)
    with pytest.raises(Invalid, match="实施前照片"):
        step(found, OFFICER_B, number, "begin")
    step(found, OFFICER_B, number, "begin", before_photos=["demo"])
    step(found, OFFICER_B, number, "finish", after_photos=["demo"])
    with pytest.raises(Forbidden):
        step(found, OFFICER_B, number, "accept", satisfied=18, asked=20)
    with pytest.raises(Invalid, match="征询户数"):
        step(found, OFFICE, number, "accept", satisfied=18)
    with pytest.raises(Invalid, match="不能多于征询户数"):
        step(found, OFFICE, number, "accept", satisfied=21, asked=20)
    step(found, GROUP, number, "accept", satisfied=18, asked=20)
    step(found, OFFICER_B, number, "rate")
    with found.reading() as work:
        assert records.get(work, KEY, number).rating == 90  # type: ignore[attr-defined]
        assert figure(work, "micro_projects.accepted", DAY) == (1, 1)


def test_rework_goes_back_and_a_dropped_one_counts_no_more(found: Platform) -> None:
    number = wish(found, plan=["demo"])
    step(found, OFFICER_B, number, "plan")
    with pytest.raises(Invalid, match="请写明原因"):
        step(found, OFFICE, number, "drop")
    step(found, OFFICE, number, "drop", remark="业主大会未通过")
    with found.reading() as work:
        assert figure(work, "micro_projects.planned", DAY) == (0, 10)


def test_spending_more_than_was_raised_needs_a_reason(found: Platform) -> None:
    number = wish(found)
    money = {"project_id": number, "amount": "1000.50"}
    with found.work(OFFICER_B, now=at(DAY)) as work:
        records.save(work, "micro_projects.funding", money | {"received_on": DAY, "source": "公共收益"})
        spent = money | {"paid_on": DAY, "purpose": "材料"}
        records.save(work, "micro_projects.expense", spent)
        with pytest.raises(Invalid, match="超出筹集数") as refused:
            records.save(work, "micro_projects.expense", spent | {"amount": "0.01"})
        assert refused.value.only_warnings
        records.save(work, "micro_projects.expense", spent | {"amount": "0.01"}, reason="尾差由社区补足")


def test_another_community_may_not_look_or_write(found: Platform) -> None:
    number = wish(found)
    with pytest.raises(Forbidden):
        wish(found, OFFICER_A)
    with found.reading(OFFICER_A) as work, pytest.raises(Exception, match=r"micro_projects\.project"):
        records.get(work, KEY, number)
