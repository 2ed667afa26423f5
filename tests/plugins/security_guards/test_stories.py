"""Story 16 of plan section 5 and what else must hold of guards, through the one door by the roles that may."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from core.base.errors import Forbidden, Invalid
from core.estate.campaign import SettingValue
from core.kernel import plugins
from core.services import sheets
from core.services.audit.journal import JournalEntry
from core.services.campaign.campaign_plan import read
from core.services.measuring import figures
from core.services.owing.obligations import Obligation
from core.services.permission.access import OFFICER, SYSTEM_ACTOR, Actor
from core.services.platform import Platform
from core.services.writing import records
from core.testing import NOTICE, at, figure, light, small_platform
from plugins.security_guards.records import Guard, Inspection, Training

KEY, DAY = "security_guards.guard", date(2024, 11, 20)
POLICE = Actor(login="police", label="派出所", role="department", leads=frozenset({"security_guards"}), department_id=9)
OFFICER_B = Actor(login="b", label="示例社区B", role=OFFICER, community_id=2)
OFFICER_A = Actor(login="a", label="示例社区A", role=OFFICER, community_id=1)
VALID = "999999199001010016"
WHOLE = {"number": VALID, "education": "初中", "healthy": True}


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Platform]:
    platform = small_platform(tmp_path, catalog=plugins.load(only=["security_guards"], strict=True))
    yield platform
    platform.db.close()


def guard(platform: Platform, place: int = 1, who: Actor = OFFICER_B, day: date = DAY, **more: object) -> int:
    values = {"complex_id": 1, "since": day, "post_no": f"门岗{place}", "name": "示例保安员", "birth_year": 1990}
    with platform.work(who, now=at(day)) as work:
        return records.save(work, KEY, values | more).record.id


def test_story_16_a_quarter_trained_is_green_at_the_years_end_and_all_of_them_stay_owed(found: Platform) -> None:
    settings = {(s.key, s.since): s.value for s in read(NOTICE).notice.settings if "security_guards.trained" in s.key}
    with found.work(SYSTEM_ACTOR, now=at(date(2024, 11, 8))) as work:
        work.session.add_all(SettingValue(key=k, since=s, value=v) for (k, s), v in settings.items())
        work.campaign.revision += 1
        work.forget()
        street = work.session.scalars(select(Training)).all()
        assert not street
        entries = [
            {
                "complex_id": 1 + n % 9,
                "since": DAY.replace(day=8),
                "post_no": f"岗{n}",
                "name": "甲",
                "birth_year": 1990,
            }
            for n in range(430)
        ]
        ids = [records.save(work, KEY, e).record.id for e in entries]
        group = {
            "held_on": "2024-11-08",
            "title": "一期",
            "hosts": ["派出所"],
            "topics": ["礼仪"],
            "area_id": "测试街道",
        }
        training = records.save(work, "security_guards.training", group).record.id
        for number in ids[:107]:
            entry = {"training_id": training, "guard_id": number, "passed": True}
            records.save(work, "security_guards.attendance", entry)
    end = date(2024, 12, 31)
    with found.reading(now=at(end)) as work:
        assert figure(work, "security_guards.trained", end) == (107, 430)
        assert light(work, "security_guards.trained", end).value == "red"
    with found.work(POLICE, now=at(end)) as work:
        entry = {"training_id": training, "guard_id": ids[107], "passed": True}
        records.save(work, "security_guards.attendance", entry)
    with found.reading(now=at(end)) as work:
        assert figure(work, "security_guards.trained", end) == (108, 430)
        (shown,) = figures.indicators(work, end, [work.catalog.indicators["security_guards.trained"]])
        assert (shown.light.value, shown.target and shown.target.by) == ("green", end)
    with found.reading(now=at(date(2025, 1, 2))) as work:
        (shown,) = figures.indicators(work, date(2025, 1, 2), [work.catalog.indicators["security_guards.trained"]])
        assert shown.target is not None
        assert (shown.target.value, shown.target.by) == (1, date(2025, 6, 30))
        open_ones = select(Obligation).where(
            Obligation.rule == "security_guards.training", Obligation.done_at.is_(None)
        )
        owed = work.session.scalars(open_ones).all()
        assert {o.due_at.date() for o in owed} == {date(2025, 6, 30)}
        assert len(owed) == 430 - 108


def test_story_16_an_id_with_a_bad_check_digit_is_refused_with_its_row(found: Platform) -> None:
    with found.work(POLICE, now=at(DAY)) as work:
        book = openpyxl.load_workbook(io.BytesIO(sheets.template(work, Guard, KEY)))
        sheet = book.worksheets[0]
        place = {cell.value: cell.column for cell in sheet[1] if cell.value}
        for row, number in ((2, VALID), (3, "999999199001010017")):
            for label, value in (
                ("小区", "示例小区01"),
                ("上岗日期", "2024-11-01"),
                ("岗位编号", f"岗{row}"),
                ("姓名", "甲"),
                ("证件号", number),
                ("出生年", 1990),
            ):
                column = next(c for text, c in place.items() if text.startswith(label))
                sheet.cell(row, column).value = value
        out = io.BytesIO()
        book.save(out)
        plan = sheets.plan(work, Guard, KEY, sheets.read(out.getvalue(), "保安.xlsx"))
        new, wrong = plan.rows
        assert (new.kind, wrong.kind, wrong.number) == ("new", "wrong", 3)
        assert "3" in wrong.flaws[0].address
        assert wrong.flaws[0].label == "证件号"


def test_who_may_not_be_a_guard(found: Platform) -> None:
    for more, words in (
        ({"birth_year": 2007}, "未满18周岁"),
        ({"education": "小学及以下"}, "初中以上学历"),
        ({"healthy": False}, "身体健康"),
        ({"number": VALID, "birth_year": 1991}, "不一致"),
        ({"number": "11010519491231002x", "birth_year": 1949}, None),
    ):
        if words is None:
            guard(found, **more)  # type: ignore[arg-type]
            continue
        with pytest.raises(Invalid, match=words):
            guard(found, **more)  # type: ignore[arg-type]


def test_the_police_screen_and_file_and_nobody_else(found: Platform) -> None:
    number = guard(found)
    with found.work(OFFICER_B, now=at(DAY)) as work, pytest.raises(Forbidden):
        records.move(work, KEY, number, "clear")
    with found.work(OFFICER_A, now=at(DAY)) as work, pytest.raises(Exception, match="guard"):
        records.get(work, KEY, number)
    with found.work(POLICE, now=at(DAY)) as work:
        with pytest.raises(Invalid, match="证件号"):
            records.move(work, KEY, number, "clear")
        records.save(work, KEY, WHOLE, record_id=number)
        records.move(work, KEY, number, "clear")
        filed = records.move(work, KEY, number, "file")
        assert filed.filed_on == DAY  # type: ignore[attr-defined]
        assert figure(work, "security_guards.filed", DAY) == (1, 1)
        assert figure(work, "security_guards.filed", date(2024, 11, 19)) == (0, 0)
        (owed,) = work.session.scalars(select(Obligation).where(Obligation.rule == "security_guards.filing")).all()
        assert owed.due_at.date() == date(2024, 12, 20)
    with found.reading() as work:
        lines = work.session.scalars(select(JournalEntry).where(JournalEntry.subject == KEY)).all()
        assert VALID not in "".join(str(line.changes) for line in lines)


def test_who_does_not_pass_leaves_and_is_counted_no_more(found: Platform) -> None:
    number = guard(found)
    with found.work(POLICE, now=at(DAY)) as work:
        with pytest.raises(Invalid, match="离岗日期"):
            records.move(work, KEY, number, "bar", remark="审查不通过")
        records.move(work, KEY, number, "bar", {"until": DAY}, remark="审查不通过")
    with found.reading() as work:
        assert figure(work, "security_guards.filed", DAY) == (0, 1), "on post until that very day"
        assert figure(work, "security_guards.filed", date(2024, 11, 21)) == (0, 0)


def test_not_yet_eighteen_to_the_day(found: Platform) -> None:
    young = {"number": "999999200611210029", "birth_year": 2006}  # 18 the day after he would begin
    with pytest.raises(Invalid, match="未满18周岁"):
        guard(found, **young)  # type: ignore[arg-type]
    guard(found, day=date(2024, 11, 21), **young)  # type: ignore[arg-type]


def test_nobody_is_listed_twice_nor_taken_on_after_failing(found: Platform) -> None:
    number = guard(found, **WHOLE)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="已有在岗记录"):
        guard(found, 2, **WHOLE)  # type: ignore[arg-type]
    with found.work(POLICE, now=at(DAY)) as work:
        records.move(work, KEY, number, "bar", {"until": DAY}, remark="审查不通过")
    with pytest.raises(Invalid, match="不得上岗"):
        guard(found, 2, **WHOLE)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="不得上岗"):
        guard(found, 2, complex_id=3, **WHOLE)  # type: ignore[arg-type]


def test_a_class_that_is_sent_back_trains_nobody(found: Platform) -> None:
    number = guard(found)
    with found.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        group = {"held_on": DAY, "title": "一期", "hosts": ["派出所"], "topics": ["礼仪"], "area_id": "测试街道"}
        training = records.save(work, "security_guards.training", group).record.id
        entry = {"training_id": training, "guard_id": number, "passed": True}
        records.save(work, "security_guards.attendance", entry)
    with found.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        assert figure(work, "security_guards.trained", DAY) == (1, 1)
        records.move(work, "security_guards.training", training, "send_back", remark="没有签到表")
    with found.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        assert figure(work, "security_guards.trained", DAY) == (0, 1)
        records.move(work, "security_guards.training", training, "resubmit")
    with found.reading() as work:
        assert figure(work, "security_guards.trained", DAY) == (1, 1)


def test_a_failed_item_counts_and_must_be_said(found: Platform) -> None:
    marks = {"certified": True, "uniformed": False, "groomed": True, "polite": True}
    with found.work(OFFICER_B, now=at(DAY)) as work:
        with pytest.raises(Invalid, match="写明发现的问题"):
            records.save(work, "security_guards.inspection", {"complex_id": 1, "inspected_on": DAY, **marks})
        entry = {"complex_id": 1, "inspected_on": DAY, **marks, "finding": "未着2011式服装"}
        one = records.save(work, "security_guards.inspection", entry).record
        assert isinstance(one, Inspection)
        assert one.failed == 1


def test_a_removed_attendance_takes_the_training_back(found: Platform) -> None:
    number = guard(found)
    with found.work(POLICE, now=at(DAY)) as work:
        group = {"held_on": DAY, "title": "一期", "hosts": ["派出所"], "topics": ["礼仪"], "area_id": "测试街道"}
        training = records.save(work, "security_guards.training", group).record.id
        entry = {"training_id": training, "guard_id": number, "passed": True}
        attendance = records.save(work, "security_guards.attendance", entry).record.id
    with found.work(POLICE, now=at(DAY)) as work:
        assert figure(work, "security_guards.trained", DAY) == (1, 1)
        records.remove(work, "security_guards.attendance", attendance)
    with found.reading() as work:
        assert figure(work, "security_guards.trained", DAY) == (0, 1)
