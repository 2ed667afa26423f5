"""The desk at which action one's tests work: the small platform with actions one and two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.estate.units import Complex
from core.kernel import plugins
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.platform import Platform
from core.services.work import Work
from core.services.writing import records
from core.testing import at, small_platform

DAY = date(2024, 11, 20)


class Desk:
    """示例社区A is "a", 示例社区B "b", the lead department "office"."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    @contextmanager
    def working(self, login: str, day: date = DAY, hour: int = 10, minute: int = 0) -> Iterator[Work]:
        with self.platform.reading() as look:
            account = look.session.scalars(select(Account).where(Account.login == login)).one()
            actor = accounts.actor_of(look.session, account, day)
        with self.platform.work(actor, now=at(day, hour, minute)) as work:
            yield work

    def complex(self, number: int) -> int:
        """示例小区01 lies in 示例社区B, 示例小区02 in 示例社区A."""
        with self.platform.reading() as work:
            name = f"示例小区{number:02d}"
            return int(work.session.scalars(select(Complex.id).where(Complex.name == name)).one())

    def save(self, login: str, key: str, day: date = DAY, because: str = "", **raw: Any) -> int:
        with self.working(login, day) as work:
            return records.save(work, key, raw, reason=because).record.id

    def correct(self, login: str, key: str, one: int, day: date = DAY, because: str = "", **raw: Any) -> None:
        with self.working(login, day) as work:
            records.save(work, key, raw, record_id=one, reason=because)

    def move(self, login: str, key: str, one: int, step: str, day: date = DAY, remark: str = "", **raw: Any) -> None:
        with self.working(login, day) as work:
            records.move(work, key, one, step, raw, remark=remark)

    def rows(self, key: str, **same: Any) -> list[Any]:
        with self.platform.reading() as work:
            model = work.catalog.records[key]
            found = list(work.session.scalars(select(model).filter_by(**same).order_by(model.id)))
            work.session.expunge_all()
            return found

    def organisation(self, number: int = 2, day: date = DAY, **more: Any) -> int:
        values = {
            "complex_id": self.complex(number),
            "founded_on": "2023-07-01",
            "form": "建制式",
            "name": "示例党支部",
            "secretary": "陈某某",
            "members": 6,
        } | more
        return self.save("a", "party_coverage.organisation", day, **values)

    def committee(self, number: int = 2, **more: Any) -> int:
        """One of before the campaign: its members need no review."""
        values = {
            "complex_id": self.complex(number),
            "term": 1,
            "nature": "存续",
            "started_on": "2023-09-01",
            "ends_on": "2028-08-31",
            "filed_on": "2023-09-20",
            "seats": 5,
        } | more
        return self.save("a", "self_governance.committee", **values)

    def member(self, committee: int, name: str, post: str = "委员", politics: str = "群众", **more: Any) -> int:
        values = {"committee_id": committee, "name": name, "post": post, "politics": politics, "from_on": "2023-09-01"}
        return self.save("a", "self_governance.member", **(values | more))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = small_platform(tmp_path, catalog=plugins.load(only=["party_coverage", "self_governance"], strict=True))
    yield Desk(found)
    found.db.close()
