"""Story 19 of plan section 5 and the way of a need, through the one door by the roles that may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.base.errors import Forbidden, Invalid
from core.estate.campaign import SettingValue
from core.estate.units import Department
from core.kernel import plugins
from core.services.campaign import setting_changes
from core.services.measuring import days
from core.services.owing.obligations import Obligation
from core.services.permission.access import OFFICER, SYSTEM_ACTOR, Actor
from core.services.platform import Platform
from core.services.writing import records, registry
from core.testing import START, at, figure, light, small_platform

DAY, END = date(2024, 12, 10), date(2024, 12, 31)
PARTY = Actor(login="party", label="党建办", role="department", leads=frozenset({"dual_reporting"}), department_id=1)
OFFICER_B = Actor(login="b", label="示例社区B", role=OFFICER, community_id=2)


def organ(number: int, key: int) -> Actor:
    return Actor(login=f"organ{number}", label=f"示例市直单位{number:02d}", role="department", department_id=key)


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Platform]:
    platform = small_platform(tmp_path, catalog=plugins.load(only=["dual_reporting"], strict=True))
    with platform.work(SYSTEM_ACTOR, now=at(START)) as work:
        rows = [{"name": f"示例市直单位{n:02d}", "category": "市直单位"} for n in (1, 2)]
        registry.save_many(work, Department, rows)
        due = ("dual_reporting.project_list.due", "dual_reporting.activities.due")
        work.session.add_all(SettingValue(key=k, value="2024-12-31", since=START) for k in due)
        for key in ("lists_made", "activities_held"):
            by = SettingValue(key=f"dual_reporting.{key}.by", value="2024-12-31", since=START)
            work.session.add(by)
        work.campaign.revision += 1
        work.forget()
        link = {
            "department_id": "示例市直单位01",
            "since": START,
            "communities": ["示例社区B"],
            "complexes": ["示例小区01"],
        }
        records.save(work, "dual_reporting.organ_link", link)
    yield platform
    platform.db.close()


def ids(platform: Platform) -> dict[str, int]:
    with platform.reading() as work:
        return dict(work.session.execute(select(Department.name, Department.id)).all())


def report(platform: Platform, who: Actor, key: str, on: date = DAY, **values: Any) -> int:
    with platform.work(who, now=at(on)) as work:
        return records.save(work, f"dual_reporting.{key}", values).record.id


def need(platform: Platform, who: Actor = OFFICER_B, on: date = DAY, **more: Any) -> int:
    values = {"community_id": 2, "published_on": on, "month": on, "kind": "其他", "content": "助餐", "way": "公示栏"}
    return report(platform, who, "community_need", on, **(values | {"proof": ["demo"]} | more))


def activity(platform: Platform, number: int, on: date) -> int:
    key = ids(platform)[f"示例市直单位{number:02d}"]
    told = {"department_id": key, "held_on": on, "home_id": 1, "people": 9, "content": "义诊", "photos": ["demo"]}
    return report(platform, organ(number, key), "activity", on, **told)


def test_story_19_one_activity_is_not_two(found: Platform) -> None:
    activity(found, 1, DAY)
    activity(found, 2, DAY)
    activity(found, 2, date(2024, 12, 12))
    with found.work(now=at(END)) as work:
        days.begin(work)
    with found.reading(now=at(END)) as work:
        assert figure(work, "dual_reporting.activities_held", END) == (1, 2)
        assert light(work, "dual_reporting.activities_held", END).value == "red"
        rows = work.session.scalars(select(Obligation).where(Obligation.rule == "dual_reporting.activities")).all()
        assert sorted(o.done_at.date() if o.done_at else None for o in rows if o.done_at) == [date(2024, 12, 12)]
        assert len(rows) == 2


def test_story_19_a_list_without_an_event_is_one_of_two_duties(found: Platform) -> None:
    need(found)
    with found.work(now=at(END)) as work:
        days.begin(work)
    with found.reading(now=at(END)) as work:
        where = (Obligation.unit_kind == "community", Obligation.unit_id == 2, Obligation.period == "2024-12")
        found_ones = work.session.execute(select(Obligation.rule, Obligation.done_at).where(*where)).all()
        duties = {rule: done is not None for rule, done in found_ones}
        assert duties == {"dual_reporting.community_needs": True, "dual_reporting.community_events": False}
        assert figure(work, "dual_reporting.community_needs_published", END) == (1, 1)
        assert figure(work, "dual_reporting.community_events_held", END) == (0, 1)


def test_an_activity_told_by_both_counts_once_for_the_organ_and_settles_the_complexs_month(found: Platform) -> None:
    activity(found, 1, DAY)
    event = {"complex_id": 1, "held_on": DAY, "organs": ["示例市直单位01"], "people": 9, "content": "义诊"}
    report(found, OFFICER_B, "complex_event", DAY, **event, photos=["demo"])
    with found.reading(now=at(END)) as work:
        assert figure(work, "dual_reporting.activities_held", END) == (0, 2)
        assert figure(work, "dual_reporting.events_held", END) == (1, 1)
    report(found, OFFICER_B, "complex_event", DAY, **(event | {"held_on": date(2024, 12, 9)}), photos=["demo"])
    with found.reading(now=at(END)) as work:
        assert figure(work, "dual_reporting.activities_held", END) == (1, 2)


def test_a_need_is_claimed_done_and_answered_and_the_unclaimed_ages(found: Platform) -> None:
    waiting, taken = need(found), need(found)
    key, where = "dual_reporting.community_need", ids(found)["示例市直单位01"]
    with found.work(organ(1, where), now=at(DAY)) as work:
        assert records.get(work, key, taken).id == taken, "a published need may be read by everybody"
        with pytest.raises(Forbidden):
            records.move(work, key, taken, "claim", {"organ_id": where})
    with found.work(OFFICER_B, now=at(date(2024, 12, 12))) as work:
        records.move(work, key, taken, "claim", {"organ_id": where})
        records.move(work, key, taken, "finish", {"result": "已开办助餐点"})
        with pytest.raises(Invalid, match="居民反馈"):
            records.move(work, key, taken, "close")
        assert records.move(work, key, taken, "close", {"rating": "满意"}).state == "closed"
    with found.reading(now=at(date(2024, 12, 26))) as work:
        rule = Obligation.rule == "dual_reporting.community_claim"
        owed = {o.subject_id: o for o in work.session.scalars(select(Obligation).where(rule))}
        assert owed[taken].done_at is not None
        assert owed[waiting].done_at is None
        assert owed[waiting].due_at.date() == date(2024, 12, 25)


def test_only_a_supervisor_gives_marks_once_a_month(found: Platform) -> None:
    base = {"complex_id": 1, "known_on": DAY, "name": "示例党员", "employer": "示例单位", "reported_on": DAY}
    lay = report(found, OFFICER_B, "cadre", number="01-1", posts=["志愿"], **base)
    one = report(found, OFFICER_B, "cadre", number="01-2", posts=["物业服务监督员"], **base)
    marks = {"month": "2024-12", "service": 2, "cleaning": 4, "order": 5, "upkeep": 4}
    with pytest.raises(Invalid, match="没有认领"):
        report(found, OFFICER_B, "opinion", supervisor_id=lay, **marks)
    made = report(found, OFFICER_B, "opinion", supervisor_id=one, **marks)
    with pytest.raises(Invalid, match="已填报过一次"):
        report(found, OFFICER_B, "opinion", supervisor_id=one, **marks)
    with found.reading() as work:
        assert str(records.get(work, "dual_reporting.opinion", made).mean) == "3.75"  # type: ignore[attr-defined]


def test_q24_all_instead_of_the_linked(found: Platform) -> None:
    with found.reading(now=at(DAY)) as work:
        assert figure(work, "dual_reporting.needs_published", DAY) == (0, 1)
    with found.work(PARTY, now=at(DAY)) as work:
        setting_changes.change(work, "dual_reporting.involved", "全部社区和小区", "全街道推开")
    with found.reading(now=at(DAY)) as work:
        assert figure(work, "dual_reporting.needs_published", DAY) == (0, 10)
