"""The desk at which action five's tests work: the small platform, and what each role does at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Date, Integer, String, literal, select, union_all

from core.api import Action, hookimpl
from core.estate.units import Company, Complex
from core.kernel import plugins
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.work import Work
from core.services.writing import records, registry
from core.testing import at, small_platform
from plugins.market_order import plugin as market_order

DAY = date(2024, 11, 20)
STREET = "测试街道"
A01 = "示例物业A01"


class Desk:
    """示例社区A is "a" (even complexes), 示例社区B "b" (odd ones), the lead department "office", the group "group"."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    @contextmanager
    def working(self, login: str, on: date = DAY, hour: int = 10) -> Iterator[Work]:
        with self.platform.reading() as look:
            account = look.session.scalars(select(Account).where(Account.login == login)).one()
            actor = accounts.actor_of(look.session, account, on)
        with self.platform.work(actor, now=at(on, hour)) as work:
            yield work

    def save(self, login: str, key: str, on: date = DAY, /, **raw: Any) -> int:
        reason = raw.pop("reason", "")
        with self.working(login, on) as work:
            return records.save(work, f"market_order.{key}", raw, reason=reason).record.id

    def move(
        self, login: str, key: str, number: int, step: str, on: date = DAY, /, remark: str = "", **raw: Any
    ) -> str:
        with self.working(login, on) as work:
            return records.move(work, f"market_order.{key}", number, step, raw, remark=remark).state

    def get(self, key: str, number: int) -> Any:
        with self.platform.reading() as work:
            found = records.get(work, f"market_order.{key}", number)
            work.session.expunge(found)
            return found

    def all(self, key: str) -> list[Any]:
        with self.platform.reading() as work:
            model = work.catalog.records[f"market_order.{key}"]
            found = list(work.session.scalars(select(model).order_by(model.id)))
            work.session.expunge_all()
            return found

    def unit(self, model: type[Any], name: str) -> int:
        with self.platform.reading() as work:
            found: int = work.session.scalars(select(model.id).where(model.name == name)).one()
            return found

    def complex(self, number: int) -> int:
        return self.unit(Complex, f"示例小区{number:02d}")

    def company(self, name: str) -> int:
        with self.platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
            return registry.save(work, Company, {"name": name}).id

    def taken_on(self, number: int, company: int, on: date = DAY) -> None:
        """The administrator registers that the company serves the complex from today."""
        with self.working("admin", on) as work:
            registry.save(
                work,
                Complex,
                {"service": "专业物业", "company_id": company},
                unit_id=self.complex(number),
                effective=on,
            )

    def assessed(self, number: int, points: str, on: date = DAY, until: str = "approve") -> int:
        """An assessment with one deduction, taken as far as ``until``."""
        held = self.save("office", "assessment", on, complex_id=self.complex(number), held_on=str(on))
        if points != "0":
            self.deduct(held, points, on)
        for login, step in (("office", "score"), ("a" if number % 2 == 0 else "b", "confirm"), ("group", "approve")):
            self.move(login, "assessment", held, step, on)
            if step == until:
                break
        return held

    def deduct(self, assessment: int, points: str, on: date = DAY, /, **more: Any) -> int:
        raw = {
            "assessment_id": assessment,
            "category": "保洁",
            "fact": "积存垃圾",
            "points": points,
            "photos": ["demo"],
        }
        return self.save("office", "deduction", on, **(raw | more))


class Witness:
    """Another action that holds facts against complexes and companies: (complex, day, category, points, text, key, id)."""

    def __init__(self) -> None:
        self.facts: list[tuple[int, date, str, Any, str, str, int]] = []
        self.credit: dict[str, Any] | None = None

    def module(self) -> Any:
        def market_order_evidence(start: date, end: date) -> Any:
            types = (Integer, Date, String, None, String, String, Integer)
            rows = [
                select(*(literal(v, t) if t else literal(v) for v, t in zip(fact, types, strict=True)))
                for fact in self.facts
                if start <= fact[1] <= end
            ]
            return union_all(*rows) if rows else None

        def market_order_credit(change: Any) -> dict[str, Any] | None:
            return self.credit

        return SimpleNamespace(
            __name__="witness.plugin",
            action=hookimpl(lambda: Action(slug="witness", number=21, label="旁证", english="Witness")),
            market_order_evidence=hookimpl(market_order_evidence, optionalhook=True),
            market_order_credit=hookimpl(market_order_credit, optionalhook=True),
        )


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def desk(tmp_path: Path, witness: Witness) -> Iterator[Desk]:
    other = witness.module()
    catalog = plugins.load({"market_order": lambda: market_order, "witness": lambda: other}, strict=True)
    found = small_platform(tmp_path, catalog=catalog)
    yield Desk(found)
    found.db.close()
