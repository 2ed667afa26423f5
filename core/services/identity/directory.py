"""The directory of accounts: found by login, name, unit and role, fifty to a page with their total. For who looks after them.
A fixed number of statements, however many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, func, or_, select

from core.base.errors import Forbidden
from core.base.say import Say
from core.estate.units import model_of
from core.services.identity import lockout, people, second_factor
from core.services.identity.accounts import Account
from core.services.identity.sessions import SESSION, SignIn
from core.services.permission.rights import GRANT, PEOPLE
from core.services.work import Work

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the directory is asked for; anything unreadable is left out."""

    text: str = ""
    role: str = ""
    page: int = 1

    @property
    def args(self) -> dict[str, str]:
        """What narrows it, as words of an address."""
        return {k: v for k, v in (("q", self.text), ("role", self.role)) if v}

    @property
    def query(self) -> str:
        """The page itself, as the words of an address."""
        return urlencode(self.args | {"page": str(self.page)})

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Asked:
        role, page = args.get("role", ""), args.get("page", "")
        return cls(
            text=args.get("q", "").strip()[:80],
            role=role if role in people.GIVEN else "",
            page=max(int(page), 1) if page.isdecimal() and len(page) < 9 else 1,
        )


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account as those see it who look after it. ``seen_at``: when it was last at work here."""

    account: Account
    unit: str
    seen_at: datetime | None
    locked_until: datetime | None
    second_factor: bool


@dataclass(frozen=True)
class Found:
    rows: Sequence[Person]
    total: int
    pages: int


def find(work: Work, asked: Asked, now: datetime) -> Found:
    """One page of the accounts, those that wait to be granted first, the stopped ones last."""
    if not (people.may(work, PEOPLE) or people.may(work, GRANT)):
        raise Forbidden(Say("只有系统管理员和安全管理员可以管理账号"))
    where = _conditions(asked)
    total = work.session.scalar(select(func.count()).select_from(Account).where(*where)) or 0
    order = (Account.waiting.desc(), Account.active.desc(), Account.role, Account.login)
    rows = select(Account).where(*where).order_by(*order).limit(PAGE).offset((asked.page - 1) * PAGE)
    return Found(_seen(work, work.session.scalars(rows).all(), now), total, max(-(-total // PAGE), 1))


def _seen(work: Work, found: Sequence[Account], now: datetime) -> list[Person]:
    for kind in people.UNIT.values():
        work.look.prime(kind, {i for a in found if (i := getattr(a, kind.column)) is not None})
    visits = select(SignIn.account_id, func.max(SignIn.seen_at)).where(SignIn.kind == SESSION)
    mine = visits.where(SignIn.account_id.in_([a.id for a in found])).group_by(SignIn.account_id)
    seen = {row[0]: row[1] for row in work.session.execute(mine)}
    locked, two = lockout.locked_accounts(work.session, now), second_factor.all_who_have(work.session)
    return [
        Person(
            account=one,
            unit=people.unit_of(work, one),
            seen_at=seen.get(one.id),
            locked_until=locked.get(one.id),
            second_factor=one.id in two,
        )
        for one in found
    ]


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    out = [Account.role == asked.role] if asked.role else []
    if text := asked.text:
        named = [column.icontains(text, autoescape=True) for column in (Account.login, Account.label)]
        out.append(or_(*named, *(_belongs(kind, text) for kind in people.UNIT.values())))
    return out


def _belongs(kind: Any, text: str) -> ColumnElement[bool]:
    """Is the account's unit of that kind so named, whole, in part or by its pinyin initials?"""
    unit: Any = model_of(kind)
    named = unit.name.contains(text, autoescape=True) | unit.pinyin.startswith(text.lower(), autoescape=True)
    column: ColumnElement[int] = getattr(Account, kind.column)
    return column.in_(select(unit.id).where(named))
