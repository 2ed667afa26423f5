"""A lead department's own words in the combined report: drafted, held against the data, reported, sent back, shown, missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.base.blocks import Block, Bullets, Heading, Notice, Paragraph, Table, plain
from core.base.errors import Forbidden, Invalid
from core.base.window import Period
from core.estate.units import ActionUnit
from core.kernel import plugins
from core.services.identity import accounts
from core.services.measuring import days
from core.services.permission import access
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.reporting import compilations, reports
from core.services.writing import records
from core.testing import at, small_platform
from plugins.safeguards.documents_weekly import week_of

DAY, KEY = date(2024, 11, 20), "safeguards.action_text"
WORDS = {"practice": "社区逐个小区推进首次清洁", "problems": "示例小区03垃圾清运不及时", "plans": "下周完成补课"}


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    made = small_platform(tmp_path, catalog=plugins.load(only=["safeguards", "environment"], strict=True), today=DAY)
    with made.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        days.begin(work)
    yield made
    made.db.close()


def actor(work: Any, login: str) -> access.Actor:
    found = work.session.query(accounts.Account).filter_by(login=login).one()
    return accounts.actor_of(work.session, found, work.today, "")


def environment(work: Any) -> int:
    return int(work.session.query(ActionUnit).filter_by(code="environment").one().id)


def write(platform: Platform, reason: str = "", **words: str) -> int:
    with platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        told = {"action_id": environment(work), "written_on": DAY, **WORDS, **words}
        return records.save(work, KEY, told, reason=reason).record.id


def step(platform: Platform, number: int, *steps: str) -> None:
    with platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        for one in steps:
            records.move(work, KEY, number, one, remark="请点到具体事项" if one == "return" else "")


def section(platform: Platform, day: date = DAY) -> list[Block]:
    with platform.reading(SYSTEM_ACTOR, now=at(DAY)) as work:
        (facts,) = reports.gather(work, day, "environment")
        return list(reports.remarks(work, facts))


def text_of(blocks: list[Block]) -> str:
    said = []
    for block in blocks:
        if isinstance(block, Paragraph):
            said.append("".join(plain(run) for run in block.runs))
        elif isinstance(block, Heading | Notice):
            said.append(block.text)
    return "\n".join(said)


def test_only_what_is_reported_stands_in_the_section(platform: Platform) -> None:
    assert "尚未报送" in text_of(section(platform))
    number = write(platform)
    assert "尚未报送" in text_of(section(platform)), "a draft is nobody else's"
    step(platform, number, "submit")
    said = text_of(section(platform))
    assert [b.text for b in section(platform) if isinstance(b, Heading)] == ["主要做法及成效", "存在问题", "下一步打算"]
    assert "示例小区03垃圾清运不及时" in said and "2024年11月20日报送" in said
    step(platform, number, "return")
    assert "尚未报送" in text_of(section(platform))
    step(platform, number, "submit", "accept")
    assert "下周完成补课" in text_of(section(platform))
    assert "尚未报送" in text_of(section(platform, date(2024, 11, 19))), "as it was the day before"


def test_a_number_that_is_not_the_data_s_needs_a_reason_and_is_said_in_the_report(platform: Platform) -> None:
    with pytest.raises(Invalid) as caught:
        write(platform, practice="首次集中大扫除完成率达到95%，居民满意。")
    (problem,) = caught.value.problems
    assert problem.warning and problem.field == "practice"
    assert "95%" in str(problem.text) and "0.0%（0/9）" in str(problem.text)
    number = write(platform, reason="以现场台账为准", practice="首次集中大扫除完成率达到95%，居民满意。")
    step(platform, number, "submit")
    (notice,) = [b for b in section(platform) if isinstance(b, Notice)]
    assert "95%" in notice.text and notice.tone == "warn", "nothing is mended silently"


def test_who_has_not_reported_is_named_and_owes_it(platform: Platform) -> None:
    step(platform, write(platform), "submit")
    with platform.reading(SYSTEM_ACTOR, now=at(DAY)) as work:
        (facts,) = reports.gather(work, DAY, "safeguards")
        said = text_of(list(reports.section(work, facts)))
        line = next(line for line in said.splitlines() if "报告文字的专项组" in line)
        own = work.session.get(ActionUnit, environment(work)).name
        assert own not in line and line.startswith("2024年11月，")
        owed = facts.deadline("safeguards.report_text")
        assert (owed.met, owed.open) == (1, owed.owed - 1)


def test_a_department_writes_for_its_own_action_and_the_group_takes_it(platform: Platform) -> None:
    with platform.reading(SYSTEM_ACTOR, now=at(DAY)) as work:
        office, group, community = (actor(work, login) for login in ("office", "group", "a"))
        own = environment(work)
    told = {"action_id": own, "written_on": DAY, **WORDS}
    with pytest.raises(Forbidden), platform.work(community, now=at(DAY)) as work:
        records.save(work, KEY, told)
    with platform.work(office, now=at(DAY)) as work:
        number = records.save(work, KEY, told).record.id
        records.move(work, KEY, number, "submit")
    with pytest.raises(Forbidden), platform.work(office, now=at(DAY)) as work:
        records.move(work, KEY, number, "return", remark="自己退自己")
    with platform.work(group, now=at(DAY)) as work:
        assert records.move(work, KEY, number, "accept").state == "accepted"


def test_the_meeting_pack_says_what_was_decided_and_what_is_red_and_late(platform: Platform) -> None:
    step(platform, write(platform), "submit")
    with platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        street = work.look.unit_id(work.catalog.records["safeguards.dispatch"].unit, "示例街道")
        held = {"held_on": date(2024, 11, 18), "host": "组长", "agenda": "调度", "minutes": "要点"}
        records.save(work, "safeguards.dispatch", {"area_id": street or 1, **held})
        told = {"department_id": 1, "decided_on": date(2024, 11, 18), "task": "清理示例小区01楼道"}
        records.save(work, "safeguards.decision", told | {"limit_on": date(2024, 11, 19)})
    with platform.reading(SYSTEM_ACTOR, now=at(DAY)) as work:
        found = compilations.document(work, "safeguards.meeting_pack", DAY)
        late = next(b for b in found.blocks if isinstance(b, Table) and b.title == "逾期未办的件数")
        counted = sum(d.overdue for f in reports.gather(work, DAY) for d in f.deadlines)
    assert found.title == "调度会材料（2024年11月18日—24日）" and found.demo
    decided = next(b for b in found.blocks if isinstance(b, Table) and b.title == "上次会议议定事项")
    assert [plain(c) for c in decided.rows[0]][:1] == ["清理示例小区01楼道"]
    assert plain(decided.rows[0][3]) == "交办，逾期1天"
    assert sum(row[3].value for row in late.rows) == counted > 0
    assert all(plain(row[2]) for row in late.rows), "each says who is to answer"
    (annex,) = found.attachments
    assert annex.title == "请到会回答的单位"
    (answering,) = annex.blocks
    assert isinstance(answering, Table) and {"示例社区A", "城管办"} <= {plain(row[0]) for row in answering.rows}
    asked = next(b for b in found.blocks if isinstance(b, Bullets))
    assert "示例小区03垃圾清运不及时" in asked.items[0][0]


def test_what_earlier_meetings_decided_stands_apart_and_only_while_open(platform: Platform) -> None:
    with platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        street = work.look.unit_id(work.catalog.records["safeguards.dispatch"].unit, "示例街道")
        for day in (date(2024, 11, 11), date(2024, 11, 18)):
            held = {"held_on": day, "host": "组长", "agenda": "调度", "minutes": "要点"}
            records.save(work, "safeguards.dispatch", {"area_id": street or 1, **held})
            told = {"department_id": 1, "decided_on": day, "task": f"{day.day}日议定", "limit_on": date(2024, 11, 15)}
            records.save(work, "safeguards.decision", told | {"limit_on": max(day, date(2024, 11, 15))})
    with platform.reading(SYSTEM_ACTOR, now=at(DAY)) as work:
        found = compilations.document(work, "safeguards.meeting_pack", DAY)
    tables = {b.title: [plain(row[0]) for row in b.rows] for b in found.blocks if isinstance(b, Table)}
    assert tables["上次会议议定事项"] == ["18日议定"]
    assert tables["以前会议尚未销号的议定事项"] == ["11日议定"]


def test_a_week_crossing_the_year_is_called_by_its_days() -> None:
    assert week_of(date(2024, 12, 31)) == week_of(date(2025, 1, 5)) == "2024年12月30日—1月5日"


def test_the_week_s_informations_are_put_together_and_the_missing_named(platform: Platform) -> None:
    with platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        told = {"action_id": environment(work), "sent_on": DAY, "title": "清洁行动见实效", "body": "示例" * 150}
        records.save(work, "safeguards.weekly_info", told)
    with platform.reading(SYSTEM_ACTOR, now=at(DAY)) as work:
        this, last = (compilations.document(work, "safeguards.informations", d) for d in (DAY, date(2024, 11, 13)))
        own = work.session.get(ActionUnit, environment(work)).name
    assert "清洁行动见实效" in text_of(list(this.blocks)) and "清洁行动见实效" not in text_of(list(last.blocks))
    assert own not in text_of(list(this.blocks)[-1:]) and own in text_of(list(last.blocks)[-1:])


def test_a_week_s_report_is_compared_with_the_week_before(platform: Platform) -> None:
    with platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        done = {"complex_id": 1, "held_on": "2024-11-19", "people": 5, "photos": ["demo"]}
        spots = "出入口、地下室、入户大堂、卫生死角、垃圾收集点"
        records.save(work, "environment.cleanup", done | {"spots": spots})
    with platform.reading(SYSTEM_ACTOR, now=at(DAY)) as work:
        week = reports.combined(work, DAY, period=Period.WEEK)
        month = reports.combined(work, DAY, period=Period.MONTH)
    assert week.title.endswith("工作周报（2024年11月18日—24日）")
    said = text_of(list(week.blocks))
    assert "与上周末（2024年11月17日）相比" in said and "由0.0%（0/9）变为11.1%（1/9）" in said
    assert "相比" not in text_of(list(month.blocks)), "the campaign began this month: there is nothing to compare with"
