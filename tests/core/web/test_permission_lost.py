"""What a person may do is asked anew at every step: for their own lateness (A25), for a closed matter (A22), and in the middle of
long work (A26)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.base.errors import Forbidden
from core.estate.units import Complex, Responsibility
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.owing import mine, waivers
from core.services.owing.obligations import Obligation
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.writing import records
from tests.core.web.test_web_sheets import confirm, count, token, upload

Client = Callable[[str], Any]
KEY = "environment.cleanup"


def person(found: Platform, login: str) -> Any:
    with found.reading() as work:
        one = work.session.scalars(select(Account).where(Account.login == login)).one()
        return accounts.actor_of(work.session, one, work.today)


def test_nobody_excuses_their_own_lateness(client: Client) -> None:
    """A25: the lead department owes what only it may file; only the coordination group extends that."""
    found: Platform = client("office").platform
    office, group = person(found, "office"), person(found, "group")
    with found.reading(office) as work:
        own = select(Obligation.id).where(Obligation.rule.in_(mine.of_leads(work)), Obligation.done_at.is_(None))
        number = work.session.scalars(own.limit(1)).one()
        others = select(Obligation.id).where(Obligation.rule.not_in(mine.of_leads(work)), Obligation.done_at.is_(None))
        complexes = work.session.scalars(others.where(Obligation.unit_kind == Complex.kind.name).limit(1)).one()
        until = work.today + timedelta(days=7)
    with pytest.raises(Forbidden, match="综合协调组"), found.work(office) as work:
        waivers.waive(work, number, until, "来不及")
    with found.work(office) as work:
        assert waivers.waive(work, complexes, until, "小区断水").waived_until == until
    with found.work(group) as work:
        assert waivers.waive(work, number, until, "会议改期").waived_until == until


def test_what_was_checked_is_not_edited_by_a_direct_request(client: Client) -> None:
    """A22: a checked record is closed; who may open it again is named, and nothing changes."""
    officer = client("a")
    with officer.platform.work(person(officer.platform, "a"), source="page") as work:
        home = work.session.scalars(select(Complex.id).where(Complex.name == "示例小区02")).one()
        values = {"complex_id": home, "held_on": "2024-11-18", "spots": ["出入口"], "people": 5, "photos": ["demo"]}
        number = records.save(work, KEY, values).record.id
    with officer.platform.work(person(officer.platform, "office")) as work:
        records.move(work, KEY, number, "check")
    said = {"If-Match": '"2"', "X-CSRFToken": token(officer)}
    answer = officer.patch(f"/api/v1/records/{KEY}/{number}", json={"people": 50}, headers=said)
    assert answer.status_code == 422 and "请先由牵头部门退回" in answer.get_json()["problems"][0]["text"]
    with officer.platform.reading() as work:
        assert work.session.get_one(work.catalog.records[KEY], number).people == 5  # type: ignore[attr-defined]


def test_an_import_ends_where_the_permission_ends(client: Client) -> None:
    """A26: between two pieces the account is stopped; what was in stays in, the next piece is refused."""
    officer = client("a")
    days = [date(2024, 11, 9) + timedelta(days=n) for n in range(10)]
    rows = "".join(f"示例小区{n:02d},{day},出入口,5,demo\n" for n in (2, 4, 6, 8) for day in days)
    where = upload(officer, f"小区,清扫日期,重点部位,参加人数,清扫前后照片\n{rows}").location
    assert confirm(officer, where, stepwise="1").location.endswith("/run")
    with officer.platform.work(SYSTEM_ACTOR) as work:
        work.session.scalars(select(Account).where(Account.login == "a")).one().active = False
    before = count(officer)
    assert "/signin" in officer.post(f"{where}/run").location
    assert count(officer) == before


def test_a_duty_taken_away_is_taken_away_at_once(client: Client) -> None:
    """A08: a department that no longer leads an action reports nothing of it, in the session it has open."""
    office, home = client("office"), "示例小区02"
    with office.platform.work(SYSTEM_ACTOR) as work:
        yesterday, unit = work.today - timedelta(days=1), work.look.unit_id(Complex.kind, home)
        for duty in work.session.scalars(select(Responsibility).where(Responsibility.role == "lead")):
            duty.until = yesterday
    values = {"complex_id": unit, "held_on": "2024-11-18", "spots": ["出入口"], "people": 5, "photos": ["demo"]}
    answer = office.post(f"/api/v1/records/{KEY}", json=values, headers={"X-CSRFToken": token(office)})
    assert answer.status_code == 403 and count(office) == 0
