"""What is handed to a person, on both stores: returns with their reason, once, to who reported it or its unit; papers by their limit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.messaging import at_once, messages
from core.services.messaging.messages import Message
from core.services.owing import agenda, handed, mine
from core.services.permission.access import SYSTEM_ACTOR, Actor
from core.services.platform import Platform
from core.services.writing import grids, records
from core.testing import DAY

KEY, PAPER = "environment.cleanup", "safeguards.community_notice"
CLEANUP = {"complex_id": 2, "held_on": str(DAY), "spots": "出入口", "people": 3, "photos": ["demo"]}


def person(store: Platform, login: str) -> Actor:
    with store.reading() as work:
        return accounts.actor_of(work.session, accounts.named(work, login), work.today)


def returned(store: Platform, by: Actor, why: str = "照片看不清") -> int:
    with store.work(by) as work:
        number = records.save(work, KEY, CLEANUP).record.id
    with store.work(person(store, "office")) as work:
        records.move(work, KEY, number, "send_back", remark=why)
    return number


def inbox(store: Platform) -> list[tuple[str, str]]:
    with store.reading() as work:
        rows = select(Message.login, Message.text).where(Message.kind == at_once.RETURNED).order_by(Message.id)
        return [(login, text.splitlines()[0]) for login, text in work.session.execute(rows)]


def test_a_return_is_told_to_who_reported_it_and_stands_until_it_is_answered(store: Platform) -> None:
    officer = person(store, "a")
    number = returned(store, officer)
    assert inbox(store) == [("a", "原因：照片看不清")]
    with store.reading() as work:
        (one,) = handed.sent_back(work, officer)
        assert (one.record_id, one.step, one.by, one.reason, one.corrects) == (
            number,
            "退回",
            "城管办",
            "照片看不清",
            True,
        )
        assert (
            handed.sent_back(work, person(store, "b")) == [] and handed.sent_back(work, person(store, "office")) == []
        )
    with store.work(officer) as work:
        assert records.hand_in(work, KEY, {"people": 4}, record_id=number).record.state == "submitted"
    with store.reading() as work:
        assert handed.sent_back(work, officer) == []


def test_what_no_person_reported_comes_back_to_its_unit(store: Platform) -> None:
    returned(store, SYSTEM_ACTOR, "日期不对")
    assert inbox(store) == [("a", "原因：日期不对")], "示例小区02 is 示例社区A's"


def test_a_paper_stands_by_its_limit_until_it_is_answered(store: Platform) -> None:
    officer, group = person(store, "a"), person(store, "group")
    with store.work(group) as work:
        for number, days in ((1, 9), (2, 3)):
            sheet: dict[str, Any] = {
                "community_id": 1,
                "drafted_on": str(DAY),
                "colour": "红",
                "matter": f"事由{number}",
            }
            sheet |= {"facts": "逾期", "demand": "补办", "limit_on": str(DAY + timedelta(days=days))}
            one = records.save(work, PAPER, sheet).record.id
            records.move(work, PAPER, one, "issue", {"number": f"〔2024〕{number}号"})
    with store.reading() as work:
        assert [p.record_id for p in handed.papers(work, officer)] == [2, 1]
        told = [(one.login, one.kind) for one in messages.inbox(work, "a") if one.kind == at_once.ISSUED]
        assert told == [("a", "issued")] * 2
        where = mine.sees(work, officer)
        assert where is not None
        known = {(p.key, p.record_id) for p in handed.papers(work, officer)}
        week = [h.deadline.key for h in agenda.due(work, where)[1]]
        assert set(week) - {h.deadline.key for h in agenda.due(work, where, known)[1]} == {
            "safeguards.community_notice_due"
        }
    with store.work(officer) as work:
        records.move(work, PAPER, 2, "reply", {"reply": "已补办"})
    with store.reading() as work:
        assert [p.record_id for p in handed.papers(work, officer)] == [1]


def test_the_form_of_many_marks_what_is_reported_and_begins_with_what_is_owed(store: Platform) -> None:
    officer = person(store, "a")
    with store.work(officer) as work:
        records.save(work, KEY, CLEANUP | {"spots": "出入口、地下室、入户大堂、卫生死角、垃圾收集点"})
    with store.reading(officer) as work:
        rows, _pages = grids.units(work, KEY)
        assert [row.name for row in rows if row.reported] == ["示例小区02"] and rows[-1].name == "示例小区02"
        assert rows[0].owes and not rows[-1].owes


def test_nobody_out_of_use_is_told(store: Platform) -> None:
    officer = person(store, "a")
    with store.work(SYSTEM_ACTOR) as work:
        work.session.scalars(select(Account).where(Account.login == "a")).one().active = False
    returned(store, officer)
    assert inbox(store) == []
