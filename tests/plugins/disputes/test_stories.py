"""Acceptance stories 7, 8 and 9 of plan section 5, through the one door."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from core.base.blocks import Light, plain
from core.base.errors import Forbidden, Invalid
from core.services.audit import journal
from core.services.campaign import setting_changes
from core.services.measuring import days
from core.services.owing.obligations import Obligation
from core.services.reporting import reports
from core.services.writing import records
from core.testing import at, figure, light

DAY, LAST = date(2024, 11, 20), date(2024, 12, 31)
KEY = "disputes.complaint"


def test_story_7_a_simple_complaint_not_closed_by_midnight_is_overdue(desk: Any) -> None:
    one = desk.file(now=at(DAY, 16, 50), received_at="2024-11-20 16:50")
    with desk.platform.reading() as work:
        assert desk.clock(work, "disputes.simple_closed", one).due_at == at(DAY, 23, 59).replace(second=59)
        assert figure(work, "disputes.simple_same_day", DAY) == (0, 0), "nothing is late before midnight"
    desk.tomorrow(date(2024, 11, 21))
    with desk.platform.work(now=at(date(2024, 11, 21))) as work:
        assert figure(work, "disputes.simple_same_day", date(2024, 11, 21)) == (0, 1)
        assert light(work, "disputes.simple_same_day", date(2024, 11, 21)) is Light.RED
        (facts,) = (f for f in reports.gather(work, date(2024, 11, 21), "disputes") if f.action.slug == "disputes")
        owed = facts.deadline("disputes.simple_closed")
        assert owed.overdue == 1 and "示例小区01" in owed.late[0].unit, "the report lists it"
        assert owed.on_time == (0, 1), "an open overdue one counts against the rate"
    desk.step(one, "sort_simple", at(date(2024, 11, 21), 9))
    desk.end(one, at(date(2024, 11, 21), 11))
    with desk.platform.reading() as work:
        assert figure(work, "disputes.simple_same_day", date(2024, 11, 21)) == (0, 1), "closed late is not in time"
        assert figure(work, "disputes.disposed", date(2024, 11, 21)) == (1, 1)
        assert figure(work, "disputes.disposed", DAY) == (0, 1), "as it stood the day before"


def test_story_7_a_complicated_one_explained_at_half_past_five_is_in_time_but_not_disposed(desk: Any) -> None:
    one = desk.file(complexity="复杂")
    desk.step(one, "sort_complex", at(DAY, 17, 40))
    desk.step(one, "explain", at(DAY, 17, 40), explained_at="2024-11-20 17:30")
    with desk.platform.reading() as work:
        told = desk.clock(work, "disputes.complex_explained", one)
        assert told.done_at is not None and told.done_at <= told.due_at
        assert figure(work, "disputes.complex_same_day", DAY) == (1, 1)
        assert figure(work, "disputes.disposed", DAY) == (0, 1)
        assert figure(work, "disputes.disposed_due", DAY) == (0, 0), "open and not due for fifteen days"
        assert figure(work, "disputes.disposed_due", date(2024, 12, 5)) == (0, 1)


def test_story_8_without_a_baseline_there_is_no_figure(desk: Any) -> None:
    desk.file()
    with desk.platform.work(now=at(LAST)) as work:
        assert figure(work, "disputes.complaints_reduced", LAST) == (0, 0)
        assert light(work, "disputes.complaints_reduced", LAST) is Light.GREY
        (facts,) = (f for f in reports.gather(work, LAST, "disputes") if f.action.slug == "disputes")
        said = "\n".join(getattr(b, "text", "") for b in work.catalog.plugins["disputes"].sections[0].build(facts))
        assert "未设基数" in said and "0.0%" not in said


def test_story_8_switching_the_baseline_changes_figure_and_light_and_is_journalled(desk: Any) -> None:
    desk.december(20)
    with desk.working("office", at(date(2024, 12, 3))) as work:
        records.save(work, "disputes.baseline", desk.base(work, "B", 25))
        for month in range(1, 11):
            end_of = (date(2024, month + 1, 1) - date.resolution).isoformat()
            records.save(work, "disputes.baseline", desk.base(work, "B", 22, f"2024-{month:02d}-01", end_of))
    with desk.working("office", at(LAST)) as work:
        days.begin(work)
        assert figure(work, "disputes.complaints_reduced", LAST) == (20, 25)
        assert light(work, "disputes.complaints_reduced", LAST) is Light.GREEN
    for login in ("a", "group"):
        with pytest.raises(Forbidden), desk.working(login, at(LAST)) as work:
            setting_changes.change(work, "disputes.baseline", "2024年1-10月月均", "改口径")
    with pytest.raises(Invalid, match="原因"), desk.working("office", at(LAST)) as work:
        setting_changes.change(work, "disputes.baseline", "2024年1-10月月均", " ")
    with desk.working("office", at(LAST)) as work:
        setting_changes.change(work, "disputes.baseline", "2024年1-10月月均", "按市里口径改为月均")
    with desk.platform.work(now=at(LAST, 11)) as work:
        assert figure(work, "disputes.complaints_reduced", LAST) == (20, 22)
        assert light(work, "disputes.complaints_reduced", LAST) is Light.RED
        lines = select(journal.JournalEntry).where(journal.JournalEntry.subject == "disputes.baseline")
        (line,) = [e for e in work.session.scalars(lines) if e.verb == "set"]
        assert line.changes["value"] == ["上年同期", "2024年1-10月月均"]
        assert line.changes["remark"][1] == "按市里口径改为月均" and "城管办" in str(line.actor) + str(line.__dict__)
        (facts,) = (f for f in reports.gather(work, LAST, "disputes") if f.action.slug == "disputes")
        table = next(
            b
            for b in work.catalog.plugins["disputes"].sections[0].build(facts)
            if getattr(b, "title", "").startswith("投诉量与基数对照")
        )
        assert [plain(row[4]) for row in table.rows] == ["对照", "考核口径", "对照"]
        assert [plain(row[3]) for row in table.rows] == ["20.0%", "9.1%", "未设基数"]


def test_story_9_a_statutory_petition_has_its_clocks_and_one_approved_extension(desk: Any) -> None:
    received = date(2024, 11, 18)
    one = desk.file(now=at(received), received_at="2024-11-18 09:00", complexity="复杂", statutory="是")
    with desk.platform.reading() as work:
        rows = work.session.execute(select(Obligation.subject_id, Obligation.due_at).where(
            Obligation.rule == "disputes.petition_told"))  # fmt: skip
        ((petition, due),) = rows
        assert due.date() == date(2024, 12, 3), "fifteen days"

    def move(key: str, login: str, day: date = received, remark: str = "", **raw: Any) -> None:
        with desk.working(login, at(day)) as work:
            records.move(work, "disputes.petition", petition, key, raw, remark=remark)

    with pytest.raises(Forbidden):
        move("accept", "b", accepted_on="2024-11-18", notice_no="1")
    move("accept", "office", accepted_on="2024-11-18", notice_no="测告〔2024〕1号")
    with desk.platform.reading() as work:
        told, due = (
            desk.clock(work, "disputes.petition_told", petition),
            desk.clock(work, "disputes.petition_concluded", petition),
        )
        assert told.done_at is not None and due.due_at.date() == date(2025, 1, 17)
    limit = {"limit_on": "2025-02-16", "approved_by": "街道主要领导"}
    for login in ("b", "group"):
        with pytest.raises(Forbidden):
            move("extend", login, remark="案情复杂", **limit)
    with pytest.raises(Invalid, match="最多延长30天"):
        move("extend", "office", remark="案情复杂", **(limit | {"limit_on": "2025-02-17"}))
    with pytest.raises(Invalid, match="批准人"):
        move("extend", "office", remark="案情复杂", limit_on="2025-02-16")
    move("extend", "office", remark="案情复杂，已告知信访人", **limit)
    with desk.platform.reading() as work:
        assert desk.clock(work, "disputes.petition_concluded", petition).due_at.date() == date(2025, 2, 16)
    with pytest.raises(Invalid, match="当前状态"):
        move("extend", "office", remark="再延", **limit)

    desk.step(one, "sort_complex", at(received))
    desk.step(one, "explain", at(received, 12), explained_at="2024-11-18 11:00")
    desk.step(one, "refer", at(received), refer_to=["街道"])
    with desk.working("office", at(DAY)) as work:
        values = {"complaint_id": one, "held_at": "2024-11-20 09:00", "body": "街道", "host": "综治办负责人"}
        records.save(work, "disputes.consultation", values | {"conclusion": "整改", "limit_on": "2024-12-20"})
    with pytest.raises(Invalid, match="还没有答复"):
        desk.end(one, at(DAY, 15))
    move("conclude", "office", DAY)
    desk.step(one, "close", at(DAY, 16), closed_at="2024-11-20 15:00")
    move("review", "office", date(2024, 12, 20))
    with desk.platform.reading() as work:
        assert desk.clock(work, "disputes.petition_review", petition).due_at.date() == date(2025, 1, 19)
