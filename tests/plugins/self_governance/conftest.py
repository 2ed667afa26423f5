"""The desk at which action two's tests work: the small platform with a police station and a petitions office."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.estate.units import ActionUnit, Complex, Department, Responsibility
from core.kernel import plugins
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.platform import Platform
from core.services.work import Work
from core.services.writing import records, registry
from core.testing import START, at, small_platform

DAY = date(2024, 11, 20)
SAID = {"community_opinion": "群众基础好", "screened_by": "社区书记"}
OPINION = {"opinion": "无违法犯罪记录", "reviewer": "民警"}


class Desk:
    """示例社区A is "a", 示例社区B "b", 城管办 "office", 派出所 "police", 信访办 "petitions", 司法所 "justice" (no share)."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        with platform.work(now=at(START, 9)) as work:
            names = {"police": "派出所", "petitions": "信访办", "justice": "司法所"}
            rows = [{"name": n, "category": "派驻站所"} for n in names.values()]
            action = work.session.scalars(select(ActionUnit.id).where(ActionUnit.code == "self_governance")).one()
            for login, name, number in zip(
                names, names.values(), registry.save_many(work, Department, rows), strict=True
            ):
                accounts.add(work, login, name, "department", department_id=number)
                span = {"since": START, "until": date(9999, 12, 31), "unit_kind": "action", "unit_id": action}
                if login != "justice":
                    held = {"role": "shares", "holder_kind": "department", "holder_id": number}
                    work.session.add(Responsibility(**held, **span))

    @contextmanager
    def working(self, login: str, day: date = DAY, hour: int = 10) -> Iterator[Work]:
        with self.platform.reading() as look:
            account = look.session.scalars(select(Account).where(Account.login == login)).one()
            actor = accounts.actor_of(look.session, account, day)
        with self.platform.work(actor, now=at(day, hour)) as work:
            yield work

    def complex(self, number: int) -> int:
        """示例小区01 lies in 示例社区B, 示例小区02 in 示例社区A."""
        with self.platform.reading() as work:
            name = f"示例小区{number:02d}"
            return int(work.session.scalars(select(Complex.id).where(Complex.name == name)).one())

    def save(self, login: str, what: str, day: date = DAY, because: str = "", **raw: Any) -> int:
        with self.working(login, day) as work:
            return records.save(work, f"self_governance.{what}", raw, reason=because).record.id

    def correct(self, login: str, what: str, one: int, day: date = DAY, because: str = "", **raw: Any) -> None:
        with self.working(login, day) as work:
            records.save(work, f"self_governance.{what}", raw, record_id=one, reason=because)

    def move(self, login: str, what: str, one: int, step: str, day: date = DAY, remark: str = "", **raw: Any) -> None:
        with self.working(login, day) as work:
            records.move(work, f"self_governance.{what}", one, step, raw, remark=remark)

    def row(self, what: str, one: int) -> Any:
        with self.platform.reading() as work:
            model = work.catalog.records[f"self_governance.{what}"]
            found = work.session.get(model, one)
            work.session.expunge(found)
            return found

    def rows(self, what: str, **same: Any) -> list[Any]:
        with self.platform.reading() as work:
            model = work.catalog.records[f"self_governance.{what}"]
            found = list(work.session.scalars(select(model).filter_by(**same).order_by(model.id)))
            work.session.expunge_all()
            return found

    def committee(self, number: int = 2, day: date = DAY, login: str = "a", **more: Any) -> int:
        values = {
            "complex_id": self.complex(number),
            "term": 1,
            "nature": "新组建",
            "started_on": day,
            "ends_on": date(day.year + 5, day.month, day.day),
            "seats": 5,
            "filed_on": day,
        } | more
        return self.save(login, "committee", day, **values)

    def candidate(self, number: int = 2, post: str = "主任", name: str = "王某某", day: date = DAY) -> int:
        values = {"complex_id": self.complex(number), "nominated_on": day, "name": name, "body": "业委会", "post": post}
        return self.save("a", "candidate", day, **values, politics="中共党员")

    def opinion(self, candidate: int, login: str) -> Any:
        """The newest of that department on the candidate."""
        name = {"police": "派出所", "petitions": "信访办", "justice": "司法所"}[login]
        with self.platform.reading() as work:
            number = work.session.scalars(select(Department.id).where(Department.name == name)).one()
        return self.rows("opinion", candidate_id=candidate, department_id=number)[-1]

    def answer(self, candidate: int, login: str, step: str = "agree", day: date = DAY) -> None:
        self.move(login, "opinion", self.opinion(candidate, login).id, step, day, **OPINION)

    def listed(self, number: int = 2, post: str = "主任", name: str = "王某某") -> int:
        """A candidate all the way to the list."""
        one = self.candidate(number, post, name)
        self.move("a", "candidate", one, "screen", **SAID)
        self.answer(one, "police")
        self.answer(one, "petitions")
        self.move("office", "candidate", one, "list")
        return one


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = small_platform(tmp_path, catalog=plugins.load(only=["self_governance"], strict=True))
    yield Desk(found)
    found.db.close()
