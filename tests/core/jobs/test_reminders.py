"""One digest a person and day, escalation by the rule's ladder, at once what is owed the same day; nothing told twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.base.units import COMPLEX
from core.estate.units import Complex, Leader, Responsibility
from core.jobs.tick import tick
from core.kernel import plugins
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.measuring import days
from core.services.messaging import messages, reminders
from core.services.messaging.messages import Delivery, Message
from core.services.owing import mine, waivers
from core.services.owing.obligations import Obligation
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.scheduled import job_runs
from core.services.writing import records, registry
from core.testing import START, at, small_platform

SPOTS = ["出入口", "地下室", "入户大堂", "卫生死角", "垃圾收集点"]
DUE = date(2024, 11, 15)  # the first clean-up of nine complexes


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Platform]:
    catalog = plugins.load(only=["environment", "disputes"], strict=True)
    platform = small_platform(tmp_path, catalog=catalog)
    with platform.work(SYSTEM_ACTOR, now=at(START)) as work:
        (leader,) = registry.save_many(work, Leader, [{"name": "示例挂钩领导"}])
        span = {"since": START, "until": date(9999, 12, 31)}
        work.session.add(
            Responsibility(role="link", holder_kind="leader", holder_id=leader, unit_kind="complex", unit_id=1, **span)
        )
        accounts.add(work, "leader", "示例挂钩领导", "leader", leader_id=leader)
    yield platform
    platform.db.close()


def told(platform: Platform, day: date, hour: int = 8) -> dict[str, str]:
    """Login to the title of its digest of that day."""
    with platform.work(SYSTEM_ACTOR, now=at(day, hour)) as work:
        days.begin(work)
    with platform.work(SYSTEM_ACTOR, now=at(day, hour), settle=False) as work:
        reminders.remind(work)
    with platform.reading() as work:
        rows = select(Message.login, Message.title).where(Message.key.like(f"digest/{day}/%"))
        return dict(work.session.execute(rows).all())


def test_who_owes_is_told_three_days_before_and_nobody_else(found: Platform) -> None:
    assert told(found, DUE - timedelta(days=4)) == {}
    soon = told(found, DUE - timedelta(days=3))
    assert set(soon) == {"a", "b"} and "三天内到期" in soon["a"]


def test_lateness_climbs_the_ladder(found: Platform) -> None:
    """Lead department after one day, linked leader after three, coordination group after seven."""
    assert set(told(found, DUE)) == {"a", "b"}
    assert set(told(found, DUE + timedelta(days=1))) == {"a", "b", "office"}
    assert set(told(found, DUE + timedelta(days=2))) == {"a", "b", "office"}
    assert set(told(found, DUE + timedelta(days=3))) == {"a", "b", "office", "leader"}
    assert set(told(found, DUE + timedelta(days=7))) == {"a", "b", "office", "leader", "group"}


def test_the_responsibility_of_the_day_decides(found: Platform) -> None:
    with found.work(SYSTEM_ACTOR, now=at(START)) as work:
        row = work.session.scalars(select(Responsibility).where(Responsibility.role == "link")).one()
        row.until = DUE + timedelta(days=2)
    assert "leader" not in told(found, DUE + timedelta(days=3))


def test_what_is_done_or_waived_is_told_no_more(found: Platform) -> None:
    day = DUE + timedelta(days=1)
    before = told(found, day - timedelta(days=1))["b"]
    assert "今天到期 5 件" in before
    with found.work(SYSTEM_ACTOR, now=at(day, 7)) as work:
        values = {"complex_id": 1, "held_on": DUE, "spots": SPOTS, "people": 9, "photos": ["demo"]}
        records.save(work, "environment.cleanup", values)
    with found.work(SYSTEM_ACTOR, now=at(day, 7)) as work:
        o = Obligation
        rows = select(o.id).where(o.rule == "environment.first_cleanup", o.unit_id == 3, o.done_at.is_(None))
        waivers.waive(work, work.session.scalars(rows).one(), day + timedelta(days=5), "停水")
    assert "逾期 3 件" in told(found, day)["b"]


def test_the_daily_job_tells_once_however_often_it_is_tried(found: Platform) -> None:
    for minute in (0, 1, 30):
        tick(found, at(DUE, 8, minute))
    job_runs.run_now(found, "core.reminders", at(DUE, 9))
    with found.reading() as work:
        keys = list(work.session.scalars(select(Message.key).where(Message.kind == "digest")))
    assert len(keys) == len(set(keys)) == 2


def test_after_days_of_outage_there_is_one_digest_not_one_a_day(found: Platform) -> None:
    tick(found, at(DUE - timedelta(days=3), 8))
    tick(found, at(DUE + timedelta(days=30), 10))
    with found.reading() as work:
        rows = select(Message.key).where(Message.login == "a", Message.kind == "digest")
        assert list(work.session.scalars(rows)) == ["digest/2024-11-12/a", "digest/2024-12-15/a"]


def test_what_is_owed_the_same_day_is_told_at_once(found: Platform) -> None:
    with found.work(SYSTEM_ACTOR, now=at(DUE, 16, 50)) as work:
        values = {"complex_id": 1, "received_at": f"{DUE}T16:50", "channel": "来访", "category": "物业服务"}
        values |= {
            "is_property": "是",
            "statutory": "否",
            "complexity": "简单",
            "summary": "漏水",
            "content": "楼上漏水",
        }
        kinds = work.catalog.records["disputes.complaint"].field("category").kind.options  # type: ignore[attr-defined]
        number = records.save(work, "disputes.complaint", values | {"category": kinds[0]}).record.id
    for minute in (51, 52):
        tick(found, at(DUE, 16, minute))
    with found.reading() as work:
        rows = list(work.session.scalars(select(Message).where(Message.kind == "urgent")))
        assert {m.login for m in rows} == {"b"} or {m.login for m in rows} == {"b", "office"}
        assert len({m.key for m in rows}) == len(rows) and rows[0].link == f"/r/disputes.complaint/{number}"


def test_a_digest_waits_for_the_morning_an_urgent_one_does_not(found: Platform) -> None:
    night, told_now = at(DUE, 22), messages.Told(key="u", login="a", kind="urgent", title="急", text="", at_once=True)
    calm = messages.Told(key="c", login="a", kind="digest", title="缓", text="")
    with found.work(SYSTEM_ACTOR, now=night, settle=False) as work:
        work.session.scalars(select(Account).where(Account.login == "a")).one().contact = "a@example.cn"
        messages.tell(work, [told_now, calm], {"mail": False, "wecom": True}, after=reminders.awake(work.now))
    with found.reading() as work:
        rows = select(Message.key, Delivery.next_at).join(Delivery, Delivery.message_id == Message.id)
        at_ = dict(work.session.execute(rows).all())
    assert at_["u"] == night and at_["c"] == at(DUE + timedelta(days=1), 8)


@pytest.mark.parametrize(
    ("now", "then"),
    [(at(DUE, 7, 59), at(DUE, 8)), (at(DUE, 8), at(DUE, 8)), (at(DUE, 20), at(DUE + timedelta(days=1), 8))],
)
def test_quiet_hours(now: datetime, then: datetime) -> None:
    assert reminders.awake(now) == then


def test_missing_holidays_are_asked_for_from_october_on(found: Platform) -> None:
    tick(found, at(date(2024, 11, 9)))  # 2025 is known
    tick(found, at(date(2026, 9, 28), 9))  # a Monday in September: too early to ask for 2027
    with found.reading() as work:
        assert not list(work.session.scalars(select(Message.id).where(Message.kind == "calendar")))
    tick(found, at(date(2026, 10, 5), 9))
    with found.reading() as work:
        rows = work.session.scalars(select(Message).where(Message.kind == "calendar")).all()
        assert [m.login for m in rows] == ["admin"] and "2027" in rows[0].title


def test_a_complex_closed_is_reminded_of_no_more(found: Platform) -> None:
    assert "三天内到期 5 件" in told(found, DUE - timedelta(days=3))["b"]
    gone = DUE - timedelta(days=2)
    with found.work(SYSTEM_ACTOR, now=at(gone, 12)) as work:
        one = work.session.get_one(Complex, work.look.unit_id(COMPLEX, "示例小区01"))
        registry.save(work, Complex, one.values() | {"closed_on": gone}, unit_id=one.id, effective=gone)
    assert "今天到期 4 件" in told(found, DUE)["b"]


def test_a_digest_counts_what_the_person_sees(found: Platform) -> None:
    """The digest divides duties counted together; the pages select them one by one. Both follow the same rule."""
    day = DUE + timedelta(days=9)
    told(found, day)
    with found.reading(now=at(day, 8)) as work:
        for me in reminders.everybody(work):
            where = mine.sees(work, me)
            if where is None:
                continue
            late = select(func.count()).where(where, Obligation.done_at.is_(None), Obligation.due_at < at(day, 0))
            heaps = reminders.piles_of(work, me.linked if me.role == "leader" else None)
            own, others = mine.divided(me, frozenset(mine.of_leads(work)), heaps)
            assert sum(p.late for p in (*own, *others)) == work.session.scalar(late), me.login


def test_a_chat_group_reads_each_thing_once_however_many_people_are_told(found: Platform) -> None:
    with found.work(SYSTEM_ACTOR, now=at(START)) as work:
        accounts.add(work, "group2", "综合协调组二", "coordination")
    late = DUE + timedelta(days=8)
    with found.work(SYSTEM_ACTOR, now=at(late)) as work:
        days.begin(work)
    with found.work(SYSTEM_ACTOR, now=at(late), settle=False) as work:
        reminders.remind(work, {"wecom": True})
    with found.reading() as work:
        told_to = work.session.scalars(select(Message.login).where(Message.kind == "escalation")).all()
        assert {"group", "group2"} <= set(told_to) and len(work.session.scalars(select(Delivery)).all()) == 1
