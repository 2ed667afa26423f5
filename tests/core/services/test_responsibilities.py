"""Who answers for what: begun and ended by the administrator alone, never lost from the past, each step in the journal."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from core.base.errors import Forbidden, Invalid, NotFound
from core.base.units import LEADER
from core.estate.units import Leader
from core.services.audit.journal import JournalEntry
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.permission import access, responsibilities
from core.services.permission.access import Actor
from core.services.platform import Platform
from core.services.writing import registry

DAY = date(2024, 11, 20)


@pytest.fixture
def leader(platform: Platform) -> int:
    with platform.work() as work:
        (found,) = registry.save_many(work, Leader, [{"name": "示例领导一"}])
    return found


def test_a_duty_begins_ends_and_stays_in_the_past(platform: Platform, leader: int) -> None:
    with platform.work() as work:
        row = responsibilities.add(work, "linked", "示例领导一", "示例小区03", DAY)
    with platform.work() as work:
        responsibilities.end(work, row, date(2024, 12, 1))
    with platform.reading() as work:
        (held,) = responsibilities.of(work, LEADER.name, leader)
        assert (held.label, held.unit, held.until) == ("挂钩领导", "示例小区03", date(2024, 12, 1))
        assert responsibilities.of(work, LEADER.name, leader, on=date(2024, 12, 1))
        assert not responsibilities.of(work, LEADER.name, leader, on=date(2024, 12, 2))
        mine = select(JournalEntry).where(JournalEntry.subject == "responsibility").order_by(JournalEntry.id)
        begun, ended = work.session.scalars(mine).all()
        assert begun.changes["unit"] == [None, "示例小区03"] and ended.changes["until"] == ["", "2024-12-01"]


def test_a_linked_leader_sees_the_complex_from_that_day_on(platform: Platform, leader: int) -> None:
    with platform.work() as work:
        accounts.add(work, "boss", "示例领导一", "leader", leader_id=leader)
        responsibilities.add(work, "linked", "示例领导一", "示例小区03", DAY)
        account = work.session.scalars(select(Account).where(Account.login == "boss")).one()
        assert accounts.actor_of(work.session, account, DAY).linked
        assert not accounts.actor_of(work.session, account, date(2024, 11, 19)).linked


@pytest.mark.parametrize(
    ("role", "holder", "unit", "until", "field"),
    [
        ("linked", "无此人", "示例小区03", date(9999, 12, 31), "holder"),
        ("linked", "示例领导一", "无此小区", date(9999, 12, 31), "unit"),
        ("linked", "示例领导一", "示例社区A", date(9999, 12, 31), "unit"),
        ("linked", "示例领导一", "示例小区03", date(2024, 11, 19), "until"),
        ("king", "示例领导一", "示例小区03", date(9999, 12, 31), "role"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    platform: Platform, leader: int, role: str, holder: str, unit: str, until: date, field: str
) -> None:
    with pytest.raises(Invalid) as refused, platform.work() as work:
        responsibilities.add(work, role, holder, unit, DAY, until)
    assert [p.field for p in refused.value.problems] == [field]


def test_the_same_duty_is_not_registered_twice_for_one_day(platform: Platform, leader: int) -> None:
    with platform.work() as work:
        first = responsibilities.add(work, "linked", "示例领导一", "示例小区03", DAY)
    with pytest.raises(Invalid), platform.work() as work:
        responsibilities.add(work, "linked", "示例领导一", "示例小区03", date(2024, 11, 25))
    with pytest.raises(Invalid), platform.work() as work:
        responsibilities.end(work, first, date(2024, 11, 19))
    with platform.work() as work:
        responsibilities.end(work, first, date(2024, 11, 24))
        responsibilities.add(work, "linked", "示例领导一", "示例小区03", date(2024, 11, 25))
    with pytest.raises(NotFound), platform.work() as work:
        responsibilities.end(work, 9999, DAY)


@pytest.mark.parametrize("role", [access.COORDINATION, access.DEPARTMENT, access.OFFICER, access.LINKED])
def test_nobody_else_may(platform: Platform, leader: int, role: str) -> None:
    someone = Actor(login="x", label="x", role=role)
    with pytest.raises(Forbidden), platform.work(someone) as work:
        responsibilities.add(work, "linked", "示例领导一", "示例小区03", DAY)
    with pytest.raises(Forbidden), platform.work(someone) as work:
        responsibilities.end(work, 1, DAY)
