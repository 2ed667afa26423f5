"""What was sent back or is a draft is saved and handed in with one button; who only saves is told that it is not yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from core.services.audit.journal import JournalEntry
from core.testing import DAY
from tests.core.web.signing import post
from tests.core.web.test_web_records import hidden
from tests.core.web.test_web_today import KEY, cleanup, send_back

TEXT = "safeguards.action_text"
Client = Callable[[str], Any]


def returned(client: Client) -> tuple[Any, str]:
    """A clean-up that was sent back to its officer."""
    officer = client("a")
    where = cleanup(officer)
    send_back(client("office"), where)
    return officer, where


def correct(officer: Any, where: str, **more: str) -> Any:
    page = officer.get(f"{where}/edit").text
    names = ("csrf_token", "version", "idempotency", "back")
    values = {"f_complex_id": "#2", "f_held_on": str(DAY), "f_spots": "地下室", "f_people": "12", "f_photos": "demo"}
    return officer.post(f"{where}/edit", data={n: hidden(page, n) for n in names} | values | more)


def state(browser: Any, where: str) -> tuple[str, int]:
    key, number = where.split("/")[2:4]
    with browser.platform.reading() as work:
        record = work.session.get_one(work.catalog.records[key], int(number))
        return record.state, getattr(record, "people", 0)


def test_a_record_sent_back_is_corrected_and_reported_again_with_one_button(client: Client) -> None:
    officer, where = returned(client)
    page = officer.get(f"{where}/edit").text
    assert "照片看不清" in page and page.index("保存并重报") < page.index("只保存"), "the main button comes first"
    assert correct(officer, where, hand_in="1").status_code == 302
    assert state(officer, where) == ("submitted", 12)
    with officer.platform.reading() as work:
        rows = select(JournalEntry.verb).where(JournalEntry.subject == KEY).order_by(JournalEntry.id)
        assert list(work.session.scalars(rows))[-2:] == ["edit", "move:resubmit"], "each is told in the journal"


def test_saving_alone_leaves_it_sent_back_and_says_so(client: Client) -> None:
    officer, where = returned(client)
    answer = correct(officer, where, back="today")
    assert answer.location == where, "not away from it: something is left to do"
    assert state(officer, where) == ("returned", 12)
    page = officer.get(where).text
    assert "已保存，但还没有报出去：大扫除记录（示例小区02）" in page and "改好重报" in page


def test_what_is_wrong_is_neither_saved_nor_handed_in(client: Client) -> None:
    officer, where = returned(client)
    answer = correct(officer, where, f_people="很多", hand_in="1")
    assert answer.status_code == 422 and state(officer, where) == ("returned", 9)
    assert "保存并重报" in answer.text


def test_a_second_click_hands_in_once(client: Client) -> None:
    officer, where = returned(client)
    page = officer.get(f"{where}/edit").text
    form = {n: hidden(page, n) for n in ("csrf_token", "version", "idempotency", "back")} | {"hand_in": "1"}
    form |= {"f_complex_id": "#2", "f_held_on": str(DAY), "f_spots": "地下室", "f_people": "12", "f_photos": "demo"}
    assert [officer.post(f"{where}/edit", data=form).status_code for _ in range(2)] == [302, 302]
    with officer.platform.reading() as work:
        rows = select(JournalEntry.id).where(JournalEntry.verb == "move:resubmit")
        assert len(work.session.scalars(rows).all()) == 1


@pytest.mark.parametrize("at_once", [True, False])
def test_a_departments_text_is_handed_in_with_the_form_or_said_to_be_a_draft(client: Client, at_once: bool) -> None:
    office = client("office")
    typed = {"f_action_id": "#1", "f_written_on": str(DAY), "f_practice": "已部署", "f_problems": "人手不足"}
    typed |= {"f_plans": "逐户走访"} | ({"hand_in": "1"} if at_once else {})
    answer = post(office, f"/r/{TEXT}/new", **typed)
    assert answer.status_code == 302, answer.text
    where = str(answer.location)
    assert state(office, where)[0] == ("submitted" if at_once else "draft")
    page = office.get(where).text
    assert ("这是草稿，还没有报出去" in page) is not at_once and ("已保存，但还没有报出去" in page) is not at_once
    if not at_once:
        assert post(office, f"{where}/move/submit", page=where, version="1").status_code == 302
        assert state(office, where)[0] == "submitted"


def test_a_refused_form_names_the_fields_and_leads_to_them(client: Client) -> None:
    answer = post(
        client("a"), f"/r/{KEY}/new", f_complex_id="#2", f_held_on=str(DAY), f_people="9", f_spots="", f_photos=""
    )
    banner = answer.text[answer.text.index('role="alert"') :].partition("<form")[0]
    assert '<a class="alert-link" href="#f_photos-label">清扫前后照片</a>：必填：请上传清扫前后照片' in banner
    assert '<a class="alert-link" href="#f_spots-label">重点部位</a>：必填：请选择重点部位' in banner
    assert 'id="f_spots-label"' in answer.text and "f_people-label" not in banner


def test_after_saving_from_today_the_message_leads_to_the_record(client: Client) -> None:
    officer = client("a")
    values = {"f_complex_id": "#2", "f_held_on": str(DAY), "f_spots": "出入口", "f_people": "9", "f_photos": "demo"}
    assert post(officer, f"/r/{KEY}/new", back="today", **values).location == "/"
    page = officer.get("/").text
    assert f'<a class="alert-link" href="/r/{KEY}/1">已保存：大扫除记录（示例小区02）</a>' in page
