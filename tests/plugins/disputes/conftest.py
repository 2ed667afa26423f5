"""The desk at which action three's tests work: the small platform, and what each role does at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.estate.units import Complex
from core.kernel import plugins
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.measuring import days
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.work import Work
from core.services.writing import records
from core.testing import at, small_platform

DAY = date(2024, 11, 20)
KEY = "disputes.complaint"


class Desk:
    """The platform and what people of each login do on it: 示例社区A is "a", 示例社区B "b", the lead department "office"."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    @contextmanager
    def working(self, login: str, now: datetime) -> Iterator[Work]:
        with self.platform.reading() as look:
            account = look.session.scalars(select(Account).where(Account.login == login)).one()
            actor = accounts.actor_of(look.session, account, now.date())
        with self.platform.work(actor, now=now) as work:
            yield work

    def complex_of(self, work: Work, number: int) -> int:
        found: int = work.session.scalars(select(Complex.id).where(Complex.name == f"示例小区{number:02d}")).one()
        return found

    def raw(self, work: Work, number: int = 1, **more: Any) -> dict[str, Any]:
        """示例小区01 lies in 示例社区B, 示例小区02 in 示例社区A."""
        return {
            "complex_id": self.complex_of(work, number),
            "received_at": "2024-11-20 09:00",
            "channel": "来电",
            "category": "停车充电",
            "is_property": "是",
            "complexity": "简单",
            "statutory": "否",
            "summary": "电动车停在楼道",
            "content": "住户张先生反映楼道停车",
            "petitioner": "张先生",
            "phone": "000-1234567",
        } | more

    def file(self, login: str = "b", now: datetime | None = None, **more: Any) -> int:
        with self.working(login, now or at(DAY, 9)) as work:
            number = more.pop("number_of_complex", 1)
            return records.save(work, KEY, self.raw(work, number, **more)).record.id

    def step(self, one: int, key: str, now: datetime, login: str = "b", remark: str = "", **raw: Any) -> None:
        with self.working(login, now) as work:
            records.move(work, KEY, one, key, raw, remark=remark)

    def end(self, one: int, now: datetime, said: str = "满意", login: str = "b") -> None:
        """From disposal to the end at ``now``."""
        self.step(one, "dispose", now, login, measures="已清理并劝离", level="网格")
        self.step(one, "visit", now, login, satisfaction=said)
        self.step(one, "close", now, login, closed_at=now.strftime("%Y-%m-%d %H:%M"))

    def clock(self, work: Work, rule: str, one: int) -> Obligation:
        rows = select(Obligation).where(Obligation.rule == rule, Obligation.subject_id == one)
        return work.session.scalars(rows).one()

    def tomorrow(self, day: date) -> None:
        with self.platform.work(now=at(day, 1)) as work:
            days.begin(work)

    def base(
        self, work: Work, community: str, number: int, first: str = "2023-11-08", last: str = "2023-12-31"
    ) -> dict[str, Any]:
        return {
            "community_id": f"示例社区{community}",
            "kind": "同期" if first.startswith("2023") else "月",
            "from_on": first,
            "to_on": last,
            "number": number,
            "source": "信访平台",
            "signed_by": "综治办",
        }

    def december(self, many: int, complex_number: int = 1) -> None:
        """So many complaints on the 2nd of December in the community of that complex."""
        with self.working("office", at(date(2024, 12, 2))) as work:
            for n in range(many):
                moment = f"2024-12-02 {8 + n // 60:02d}:{n % 60:02d}"
                records.save(work, KEY, self.raw(work, complex_number, received_at=moment, category="其他"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = small_platform(tmp_path, catalog=plugins.load(only=["disputes"], strict=True))
    yield Desk(found)
    found.db.close()
