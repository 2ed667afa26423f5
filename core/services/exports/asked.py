"""An export too large for a request is asked for here and stands in a queue; making.py makes it, its file waits a day for the one
person who asked and is then taken away.

It may be fetched only by the same account in the same role for the same unit: whose duty changed asks anew.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Integer, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base
from core.base.errors import Invalid, NotFound, Problem
from core.base.say import Say
from core.base.window import Moment
from core.config import Config
from core.services.identity.accounts import real_now
from core.services.permission.access import Actor
from core.services.work import Work

LARGE = 20_000  # rows from which on an export is made beside the request: some ten seconds of a sheet
LIFE = timedelta(days=1)
MOST_OPEN = 5  # of one person
LONGEST = 1_000_000  # rows; a sheet holds 1,048,576
WAITING, RUNNING, READY, FAILED = "waiting", "running", "ready", "failed"
STATES = {WAITING: "排队中", RUNNING: "正在生成", READY: "可以下载", FAILED: "没有生成"}


class Export(Base):
    """One export asked for. ``key``: a class of records or units, or ``journal``; ``asked``: its filters as JSON; ``scope``: as
    whom (role and unit); ``total``: rows when it was asked for, ``at``: rows written; ``beat_at``: when its maker was last
    heard of, in real time."""

    __tablename__ = "export"
    token: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    asked: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(200))
    login: Mapped[str] = mapped_column(String(80), index=True)
    scope: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(10))
    beat_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(Integer)
    at: Mapped[int] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(String(300))

    @property
    def state_label(self) -> str:
        return STATES[self.state]

    @property
    def until(self) -> datetime:
        return self.created_at + LIFE


def folder(config: Config) -> Path:
    return config.data / "exports"


def scope_of(actor: Actor) -> str:
    """As whom: the role and the unit behind it."""
    units = (actor.department_id, actor.community_id, actor.leader_id, actor.grid_id, actor.company_id)
    return "/".join([actor.role, *("" if one is None else str(one) for one in units)])


def ask(work: Work, key: str, asked: Mapping[str, str], name: str, total: int) -> Export:
    """Put an export in the queue; the same one, asked for twice, is made once. Raises ``Invalid``."""
    if total > LONGEST:
        raise Invalid([Problem("", Say("共{n}行，一张表放不下：请缩小日期范围，分几次导出", n=total))])
    now, words = real_now(), json.dumps(dict(asked), sort_keys=True, ensure_ascii=False)
    open_ones = [one for one in mine(work, now) if one.state in (WAITING, RUNNING)]
    for one in open_ones:
        if (one.key, one.asked) == (key, words):
            return one
    if len(open_ones) >= MOST_OPEN:
        raise Invalid([Problem("", Say("您已有{n}份导出在排队，请等其中一份生成后再导出", n=MOST_OPEN))])
    told = {"login": work.actor.login, "scope": scope_of(work.actor), "created_at": now, "beat_at": now}
    row = Export(token=secrets.token_urlsafe(24), key=key, asked=words, name=name[:200], state=WAITING, **told)
    row.total, row.at, row.attempts = total, 0, 0
    work.session.add(row)
    work.session.flush()
    return row


def mine(work: Work, now: datetime) -> Sequence[Export]:
    """What the person asked for within the last day, newest first."""
    rows = select(Export).where(Export.login == work.actor.login, Export.created_at > now - LIFE)
    return work.session.scalars(rows.order_by(Export.created_at.desc())).all()


def fetch(work: Work, config: Config, token: str, now: datetime) -> tuple[Export, Path]:
    """The file of an export for who asked for it; raises ``NotFound`` for anybody else, and once its day is over."""
    row = work.session.get(Export, token)
    if row is None or row.login != work.actor.login or row.scope != scope_of(work.actor):
        raise NotFound("export", hidden=row is not None)
    file = folder(config) / token
    if row.state != READY or row.until <= now or not file.is_file():
        raise NotFound("export")
    return row, file


def sweep(work: Work, config: Config, now: datetime) -> int:
    """Take away what is older than a day, and files nobody knows of; how many exports that were."""
    work.session.execute(delete(Export).where(Export.created_at <= now - LIFE))
    known, gone = set(work.session.scalars(select(Export.token))), 0
    for file in folder(config).glob("*"):
        if file.name.partition(".")[0] not in known:
            file.unlink(missing_ok=True)
            gone += 1
    return gone
