"""今日: what was handed back stands first and was told at once, what is due today is told apart, duties of many complexes are
one line."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.jobs.tick import tick
from core.services.identity.accounts import Account
from core.services.messaging import messages
from core.services.messaging.messages import Delivery, Message
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.testing import DAY, Clock, at
from tests.core.web.signing import post

KEY = "environment.cleanup"
PAPER = "safeguards.community_notice"
Client = Callable[[str], Any]


def text(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def section(page: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">.*?</section>', page, re.S)
    return text(found[0]) if found else ""


def cleanup(officer: Any) -> str:
    """A clean-up reported by the officer; its address."""
    values = {"f_complex_id": "#2", "f_held_on": str(DAY), "f_spots": "出入口", "f_people": "9", "f_photos": "demo"}
    return str(post(officer, f"/r/{KEY}/new", **values).location)


def send_back(desk: Any, where: str, why: str = "照片看不清") -> None:
    version = re.search(r'name="version" value="(\d+)"', desk.get(where).text)
    assert version is not None
    answer = post(desk, f"{where}/move/send_back", page=where, version=version[1], remark=why)
    assert answer.status_code == 302


def test_what_was_sent_back_is_told_at_once_and_stands_first_with_the_reason(client: Client) -> None:
    officer, other, desk = client("a"), client("b"), client("office")
    where = cleanup(officer)
    send_back(desk, where)
    inbox = officer.get("/inbox").text
    assert "退回：大扫除记录（示例小区02）" in inbox and "原因：照片看不清" in inbox and f'href="{where}"' in inbox
    assert "退回：大扫除记录" not in other.get("/inbox").text, "only who reported it is told"
    today = officer.get("/").text
    assert today.index('id="back"') < today.index('id="today"')
    assert "照片看不清" in section(today, "back") and f'href="{where}/edit?back=today">去修改' in today
    assert section(other.get("/").text, "back") == "" and section(desk.get("/").text, "back") == ""
    assert "改好重报" not in section(desk.get("/").text, "tasks"), "another's return is no task of the lead department"


def test_a_paper_issued_is_told_to_its_unit_and_comes_before_everything(client: Client) -> None:
    officer, group = client("a"), client("group")
    sheet = {"f_community_id": "#1", "f_drafted_on": str(DAY), "f_colour": "红", "f_matter": "多项工作逾期未办"}
    sheet |= {"f_facts": "首次大扫除逾期", "f_demand": "请立即补办", "f_limit_on": str(DAY + timedelta(days=3))}
    where = str(post(group, f"/r/{PAPER}/new", **sheet).location)
    assert "督办单" not in officer.get("/inbox").text, "a draft is nobody's business yet"
    post(group, f"{where}/move/issue", page=where, version="1", f_number="梅督〔2024〕1号")
    assert "收到：督办单（社区）（示例社区A）" in officer.get("/inbox").text
    today = officer.get("/").text
    assert "多项工作逾期未办" in section(today, "back") and "2024年11月23日" in section(today, "back")
    assert "督办单" not in client("b").get("/inbox").text
    post(officer, f"{where}/move/reply", page=where, version="2", f_reply="已补办")
    assert section(officer.get("/").text, "back") == "", "what was answered is gone"


def test_what_is_told_at_once_goes_on_by_mail_outside_the_quiet_hours(
    client: Client, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "WAYS", {"mail": False, "robot": True})
    with platform.work(SYSTEM_ACTOR) as work:
        work.session.scalars(select(Account).where(Account.login == "a")).one().contact = "a@example.cn"
    send_back(client("office"), cleanup(client("a")))
    with platform.work(SYSTEM_ACTOR, settle=False) as work:
        told = work.session.scalars(select(Message).where(Message.kind == "returned")).one()
        told.created_at = at(DAY, 21)
    for _ in range(2):
        tick(platform, at(DAY, 21, 5), begins=False)
    with platform.reading() as work:
        sent = work.session.scalars(select(Delivery).join(Message).where(Message.kind == "returned")).all()
        assert [(one.channel, one.next_at) for one in sent] == [("mail", at(DAY + timedelta(days=1), 8))]


def test_a_daily_duty_of_many_complexes_is_one_line_of_today_and_of_no_day_to_come(
    client: Client, clock: Clock
) -> None:
    clock.to(DAY)
    officer = client("a")
    page = officer.get("/").text
    today, week = section(page, "today"), section(page, "week")
    assert today.count("物业每日巡查") == 1 and "物业每日巡查 · 4 件" in today
    assert 'href="/r/enforcement.daily_patrol/grid?back=today">一起填报' in page
    assert "物业每日巡查" not in week
    assert officer.get("/r/enforcement.daily_patrol/grid?back=today").status_code == 200


def test_a_task_says_what_is_to_be_done(client: Client) -> None:
    cleanup(client("a"))
    tasks = section(client("office").get("/").text, "tasks")
    assert "大扫除记录：待核验通过 1" in tasks and "已报" not in tasks


def test_a_lead_departments_waiting_work_stands_before_its_figures(client: Client) -> None:
    cleanup(client("a"))
    page = client("office").get("/").text
    places = [page.index(f'id="{name}"') for name in ("tasks", "late", "today", "lights")]
    assert places == sorted(places)
    lights = re.search(r'<section id="lights">(.*?)</section>', page, re.S)
    assert lights is not None
    red, _, rest = lights[1].partition("<details")
    assert "lamp-green" not in red and "lamp-red" in red and "lamp-red" not in rest


def grid(officer: Any, path: str, **typed: str) -> Any:
    """Send the form of many units of that path."""
    page = officer.get(path).text
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found is not None
    return post(officer, path, token=found[1], **typed)


def test_several_complexes_are_reported_from_today_and_marked_as_reported(client: Client, clock: Clock) -> None:
    clock.to(DAY)
    officer, path = client("a"), "/r/enforcement.daily_patrol/grid"
    before = officer.get(path).text
    assert "✓ 已报" not in before and "第一行" not in before
    answer = grid(officer, path, unit="2", back="today", **{"all-f_patrolled_on": str(DAY), "all-f_found": "0"})
    assert answer.location == "/", "back to where it was opened"
    assert "物业每日巡查 · 3 件" in section(officer.get("/").text, "today")
    rows = [r for r in re.findall(r"<tr class=.*?</tr>", officer.get(path).text, re.S) if 'name="unit"' in r]
    assert ["✓ 已报" in row for row in rows] == [*[False] * 4, True], "what is reported is marked and stands last"
    assert "示例小区02" in rows[-1]


def test_what_a_community_owes_stands_first_on_its_page_and_its_figures_fold(client: Client) -> None:
    officer = client("a")
    step = re.search(r'class="tour-steps"><li><a href="([^"]+)">欠什么', officer.get("/").text)
    assert step is not None and step[1] == "/community/1#owed"
    page = officer.get("/community/1").text
    assert page.index('id="owed"') < page.index('id="figures"') and "data-folds" in page


def test_the_guide_is_one_line_after_the_first_visit_until_it_is_put_away(client: Client) -> None:
    officer = client("a")
    assert "<details open><summary><strong>第一次来" in officer.get("/").text
    later = officer.get("/").text
    assert "<details><summary><strong>第一次来" in later
    post(officer, "/help/seen", page="/", next="/")
    assert "第一次来" not in officer.get("/").text
