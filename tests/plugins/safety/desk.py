"""What the tests of action eight share: platforms with the campaign's lists, people at work, one record on its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.base.errors import Invalid
from core.estate.units import Complex
from core.kernel import plugins
from core.services.campaign import campaigns
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.work import Work
from core.services.writing import many, records
from core.testing import START, at, small_platform

DAY = date(2024, 11, 20)
LISTS = {"built": 67, "safety.charging": 40, "safety.fire": 16}


def opened(folder: Path, complexes: int = 10) -> Platform:
    return small_platform(folder, catalog=plugins.load(only=["safety"], strict=True), complexes=complexes)


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    found = opened(tmp_path)
    yield found
    found.db.close()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Platform]:
    """72 complexes; the first 67, 40 and 16 of them are on the campaign's lists."""
    found = opened(tmp_path, 72)
    with found.work(now=at(START, 8)) as work:
        rows = [(complex_of(work, n), name) for name, size in LISTS.items() for n in range(1, size + 1)]
        campaigns.write_listings(work, rows, START)
    yield found
    found.db.close()


@contextmanager
def working(platform: Platform, login: str, now: datetime | None = None) -> Iterator[Work]:
    now = now or at(DAY)
    with platform.reading() as look:
        account = look.session.scalars(select(Account).where(Account.login == login)).one()
        actor = accounts.actor_of(look.session, account, now.date())
    with platform.work(actor, now=now) as work:
        yield work


def complex_of(work: Work, number: int) -> int:
    found: int = work.session.scalars(select(Complex.id).where(Complex.name == f"示例小区{number:02d}")).one()
    return found


class Desk:
    """One record on its way: who does what on which day. 示例小区01 lies in 示例社区B."""

    def __init__(self, platform: Platform, key: str) -> None:
        self.platform, self.key = platform, f"safety.{key}"

    def file(self, login: str = "b", number: int = 1, now: datetime | None = None, **raw: Any) -> int:
        with working(self.platform, login, now) as work:
            return records.save(work, self.key, {"complex_id": complex_of(work, number), **raw}).record.id

    def step(self, one: int, key: str, login: str = "b", now: datetime | None = None, **raw: Any) -> None:
        remark = raw.pop("remark", "")
        with working(self.platform, login, now) as work:
            records.move(work, self.key, one, key, raw, remark=remark)

    def of(self, one: int) -> Any:
        with self.platform.reading() as work:
            found = records.get(work, self.key, one)
            work.session.expunge(found)  # read after the session is closed
            return found

    def due(self, rule: str, one: int) -> Obligation:
        with self.platform.reading() as work:
            rows = select(Obligation).where(Obligation.rule == f"safety.{rule}", Obligation.subject_id == one)
            found = work.session.scalars(rows).one()
            work.session.expunge(found)
            return found


def fault(error: pytest.ExceptionInfo[Invalid]) -> str:
    return "；".join(str(p.text) for p in error.value.problems)


def grade(platform: Platform, numbers: range | list[int], word: str, day: date = DAY) -> None:
    with platform.work(now=at(day)) as work:
        entries = [
            many.Entry({"complex_id": complex_of(work, n), "graded_on": day, "grade": word, "accepted_by": "派出所"})
            for n in numbers
        ]
        assert all(isinstance(d, many.Done) for d in many.save_many(work, "safety.smart_grade", entries))


def charged(platform: Platform, number: int = 1) -> int:
    """A charging place from its site to its use."""
    desk, login = Desk(platform, "charging_project"), "b" if number % 2 else "a"
    one = desk.file(login, number, sited_on=DAY, place="东门", sockets=20)
    for step in ("notice", "build"):
        desk.step(one, step, login)
    desk.step(one, "accept", "office")
    desk.step(one, "open", login, independent="是", fire_gear="是", auto_cutoff="是", after_photos=["demo"])
    return one


def repaired(platform: Platform, number: int = 1, now: datetime | None = None) -> int:
    desk, login = Desk(platform, "fire_repair"), "b" if number % 2 else "a"
    one = broken(desk, login, number)
    money = {"funding": ["公维金"], "amount": "32000", "ledger_line": "维修资金专户2024年第8号凭证"}
    desk.step(one, "fund", login, now, **money)
    desk.step(one, "build", login, now)
    desk.step(one, "finish", login, now, after_photos=["demo"])
    desk.step(one, "accept", "office", now)
    return one


def broken(desk: Desk, login: str = "b", number: int = 1, **more: Any) -> int:
    raw = {"found_on": DAY, "problems": ["消防设施损坏"], "place": "泵房", "before_photos": ["demo"]} | more
    return desk.file(login, number, **raw)
