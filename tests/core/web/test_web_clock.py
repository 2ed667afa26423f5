"""The clock's pages: messages, calendar subscription, jobs, holidays, duties with extensions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import icalendar
import pytest
from sqlalchemy import select

from core.services.audit.journal import JournalEntry
from core.services.messaging import reminders
from core.services.owing.calendar import CalendarDay
from core.services.owing.obligations import Obligation
from core.services.permission.access import SYSTEM_ACTOR
from core.testing import at
from tests.core.web.test_web_records import hidden

DAY = date(2024, 11, 20)
Client = Callable[[str], Any]


def post(browser: Any, path: str, at_page: str, **form: str) -> Any:
    return browser.post(path, data={"csrf_token": hidden(browser.get(at_page).text, "csrf_token")} | form)


def remind(browser: Any) -> None:
    with browser.platform.work(SYSTEM_ACTOR, now=at(DAY, 8), settle=False) as work:
        reminders.remind(work)


def test_a_message_is_counted_until_it_was_read(client: Client) -> None:
    a = client("a")
    remind(a)
    page = a.get("/inbox").text
    assert "首次集中大扫除：逾期" in page and "未读" in page
    assert re.search(r'消息</a>|消息 <span class="count">1</span>', a.get("/").text)
    number = hidden(page, "up_to")
    assert post(a, "/inbox/read", "/inbox", up_to=number).status_code == 302
    assert "未读" not in a.get("/inbox").text


def test_nobody_reads_anothers_messages(client: Client) -> None:
    a, b = client("a"), client("b")
    remind(a)
    number = hidden(a.get("/inbox").text, "up_to")
    post(b, "/inbox/read", "/inbox", up_to=str(int(number) + 100))
    assert "未读" in a.get("/inbox").text


def test_a_calendar_program_reads_the_persons_duties_without_signing_in(client: Client) -> None:
    a = client("a")
    page = post(a, "/inbox/calendar", "/inbox").text
    found = re.search(r"/calendar/[\w-]+\.ics", page)
    assert found
    stranger = a.application.test_client()
    answer = stranger.get(found[0])
    events = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert answer.mimetype == "text/calendar" and len(events) > 3
    assert all("示例小区" in str(e["summary"]) or "示例社区A" in str(e["summary"]) for e in events)
    post(a, "/inbox/calendar", "/inbox")
    assert stranger.get(found[0]).status_code == 404, "the former address has ended"
    assert stranger.get("/calendar/x.ics").status_code == 404


def test_a_lead_department_runs_its_own_jobs_and_no_others(client: Client) -> None:
    office, a = client("office"), client("a")
    page = office.get("/jobs").text
    assert "/jobs/environment.monthly_summary/run" in page and "core.reminders" not in page and "每月1日 9:00" in page
    assert post(office, "/jobs/environment.monthly_summary/run", "/jobs").status_code == 302
    page = office.get("/jobs").text
    assert "完成" in page and page.count('class="alert alert-info"') == 1, "what it found is said once"
    again = post(office, "/jobs/environment.monthly_summary/run", "/jobs", back="/a/environment/")
    assert again.location == "/a/environment/"
    assert post(office, "/jobs/core.reminders/run", "/jobs").status_code == 403
    assert post(a, "/jobs/environment.monthly_summary/run", "/inbox").status_code == 403
    assert "没有您可以运行的定时任务" in a.get("/jobs").text


def test_when_a_job_runs_is_said_in_the_readers_language(client: Client) -> None:
    admin = client("admin")
    page = admin.get("/jobs").text
    assert "每天 8:00" in page and "每小时第5分" in page
    admin.get("/language/en")
    page = admin.get("/jobs").text
    assert "Every day 8:00" in page and "Every Monday 9:00" in page and "每" not in page


def test_holidays_of_a_year_nobody_knows_are_imported(client: Client) -> None:
    admin = client("admin")
    assert "缺少 2027 年节假日安排" in admin.get("/calendar?year=2027").text
    bad = post(admin, "/calendar?year=2027", "/calendar?year=2027", days="2027-01-01 休 元旦\n明年放假\n2026-05-01 休")
    assert bad.status_code == 422 and "第 2 行看不懂" in bad.text and "第 3 行不是 2027 年" in bad.text
    assert "明年放假" in bad.text, "what was typed is still there"
    good = post(admin, "/calendar?year=2027", "/calendar?year=2027", days="2027-01-01 休 元旦\n2027-02-06，班")
    assert good.status_code == 302
    with admin.platform.reading() as work:
        days = {d.day: d.working for d in work.session.scalars(select(CalendarDay))}
        assert days == {date(2027, 1, 1): False, date(2027, 2, 6): True}
        assert work.calendar.knows(2027) and not work.calendar.is_working(date(2027, 1, 1))
    assert post(client("office"), "/calendar?year=2027", "/inbox", days="2027-01-01 休").status_code == 403


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("?action=environment&state=overdue", "首次集中大扫除"),
        ("?to=2024-11-07", "没有符合条件"),
        ("?state=met", "没有符合条件"),
    ],
)
def test_duties_are_found_by_action_state_and_day(client: Client, asked: str, holds: str) -> None:
    assert holds in client("group").get(f"/obligations{asked}").text


def test_who_names_nothing_is_shown_what_is_late(client: Client) -> None:
    page = client("group").get("/obligations").text
    assert 'value="overdue" selected' in page and page.count('class="lamp lamp-red"') == 50


def test_a_community_sees_its_own_duties(client: Client) -> None:
    page = client("a").get("/obligations?action=environment").text
    assert "示例小区02" in page and "示例小区01" not in page and "准许延期" not in page


def test_an_extension_needs_a_reason_is_shown_and_journalled(client: Client) -> None:
    office = client("office")
    o = Obligation
    with office.platform.reading() as work:
        rows = select(o.id).where(o.rule == "environment.first_cleanup", o.unit_id == 1)
        number = work.session.scalars(rows).one()
    way = f"/obligations/{number}/waive"
    back = "/obligations?action=environment&state=overdue"
    wrong = post(office, way, "/inbox", until="2024-11-30", reason="", back=back)
    assert wrong.status_code == 422 and "请写明原因" in wrong.text and 'value="2024-11-30"' in wrong.text
    wrong = post(office, way, "/inbox", until="月底", reason="停水", back=back)
    assert wrong.status_code == 422 and "日期看不懂" in wrong.text and 'value="停水"' in wrong.text
    assert post(office, way, "/inbox", until="2024-11-30", reason="停水").status_code == 302
    assert "城管办：停水" in office.get("/obligations?state=waived").text
    assert post(client("a"), way, "/inbox", until="2024-12-30", reason="忙").status_code == 403
    with office.platform.reading() as work:
        last = work.session.scalars(select(JournalEntry).where(JournalEntry.verb == "waive")).one()
        assert last.changes["until"] == [None, "2024-11-30"] and last.unit_id == 1


def test_the_calendar_says_what_holds_and_what_an_import_replaces(client: Client) -> None:
    admin = client("admin")
    page = admin.get("/calendar?year=2025").text
    assert "春节" in page and "系统自带" in page and "2025-01-01 休 元旦" in page
    post(admin, "/calendar?year=2025", "/calendar?year=2025", days="2025-12-31 休 街道安排")
    page = admin.get("/calendar?year=2025").text
    assert "街道安排" in page and "本单位导入" in page and "2025 年导入的 1 天" in page
