"""Exports are made here, one at a time, by whatever process has the clock: claimed by an update that counts, written with its
progress kept, told of in the inbox. A maker that died is noticed by its beat, and the export is made again from the start.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from threading import Event
from typing import IO, Any

from sqlalchemy import or_, select, update

from core.base.errors import NotFound
from core.estate.units import UNITS
from core.services import sheets
from core.services.audit import journal, journal_chain, journal_export
from core.services.exports import asked
from core.services.exports.asked import FAILED, READY, RUNNING, WAITING, Export
from core.services.identity import accounts
from core.services.identity.accounts import real_now
from core.services.lists import listing
from core.services.messaging import messages
from core.services.messaging.messages import Told
from core.services.permission import rights
from core.services.permission.access import Actor
from core.services.platform import Platform
from core.services.work import Work

log = logging.getLogger("actions.jobs")
SILENT = timedelta(minutes=5)  # a maker not heard of for so long is dead
BEAT = 2_000  # rows after which it is heard of
MOST_ATTEMPTS = 3
NEVER = Event()


class _Over(Exception):
    """The process is to stop: another makes it."""


def make(platform: Platform, over: Event = NEVER) -> int:
    """Make what waits; how many. ``over``: once it is set, what is half made waits again."""
    made = 0
    while not over.is_set() and (row := _claimed(platform)) is not None:
        made += _one(platform, row, over)
    return made


def _claimed(platform: Platform) -> Export | None:
    now = real_now()
    dead = (Export.state == RUNNING) & (Export.beat_at < now - SILENT)
    rows = select(Export).where(or_(Export.state == WAITING, dead), Export.created_at > now - asked.LIFE)
    with platform.db.reading() as session:
        found = session.scalars(rows.order_by(Export.created_at).limit(1)).first()
        if found is None:
            return None
        session.expunge(found)
    with platform.db.writing() as session:
        same = (Export.token == found.token, Export.state == found.state, Export.attempts == found.attempts)
        words = {"state": RUNNING, "beat_at": now, "attempts": found.attempts + 1, "at": 0}
        mine: Any = session.execute(update(Export).where(*same).values(words))
    return found if mine.rowcount == 1 else None


def _one(platform: Platform, row: Export, over: Event) -> int:
    """1 for one that is ready, 0 for one that waits again or failed."""
    file = asked.folder(platform.config) / row.token
    part = file.with_name(f"{row.token}.part")
    part.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        if row.attempts >= MOST_ATTEMPTS:
            raise RuntimeError("tried too often")
        actor = _actor(platform, row)
        opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "wb") as out, platform.reading(actor) as work:
            many = _write(work, row, out, lambda done: _goes_on(platform, row, done, over))
        if over.is_set():
            raise _Over  # only now: a workbook that is not closed leaves its temporary files behind
        part.replace(file)
        _ready(platform, row, actor, many)
    except _Over:
        _keep(platform, row, state=WAITING, attempts=row.attempts)
        return 0
    except Exception as error:
        log.exception("the export %s of %s could not be made", row.key, row.login)
        file.unlink(missing_ok=True)
        _failed(platform, row, type(error).__name__)
        return 0
    finally:
        part.unlink(missing_ok=True)
    return 1


def _actor(platform: Platform, row: Export) -> Actor:
    """Who asked, with what they may see now; raises ``NotFound`` for who may no more."""
    with platform.reading() as work:
        actor = accounts.actor_of(work.session, accounts.named(work, row.login), work.today)
    right = rights.AUDIT if row.key == journal_chain.SUBJECT else rights.REGISTRY if row.key in UNITS else rights.FORMS
    if asked.scope_of(actor) != row.scope or not actor.may(right):
        raise NotFound(row.key, hidden=True)
    return actor


def _write(work: Work, row: Export, out: IO[bytes], going: Callable[[int], bool]) -> int:
    words = json.loads(row.asked)
    if row.key == journal_chain.SUBJECT:
        return journal_export.export(work, *_days(words), words["form"], out, going)
    many = 0

    def counted() -> Iterator[Any]:
        nonlocal many
        for many, one in enumerate(_rows(work, row.key, words), 1):
            yield one
            if not going(many):
                return

    model: Any = UNITS.get(row.key) or work.catalog.records[row.key]
    out.write(sheets.export(work, model, row.key, counted()))
    return many


def _rows(work: Work, key: str, words: dict[str, str]) -> Iterable[Any]:
    if key in UNITS:
        model: Any = UNITS[key]
        return work.session.scalars(select(model).order_by(model.id).execution_options(yield_per=1000))
    return listing.every(work, key, listing.Asked.read(words))


def _goes_on(platform: Platform, row: Export, done: int, over: Event) -> bool:
    if done % BEAT == 0:
        _keep(platform, row, at=done)
    return not over.is_set()


def _keep(platform: Platform, row: Export, **words: Any) -> None:
    with platform.db.writing() as session:
        session.execute(update(Export).where(Export.token == row.token).values(beat_at=real_now(), **words))


def _ready(platform: Platform, row: Export, actor: Actor, many: int) -> None:
    """Journalled as every export, by who asked, and told of, in one transaction with the row."""
    with platform.work(actor, source="sheet", settle=False) as work:
        words = {"state": READY, "at": many, "total": many, "beat_at": real_now()}
        work.session.execute(update(Export).where(Export.token == row.token).values(words))
        if row.key == journal_chain.SUBJECT:
            journal_export.told(work, *_days(json.loads(row.asked)), many)
        else:
            journal.write(work, "export", row.key, None, {"count": [None, many]})
        text = f"共{many}行。请在{row.until:%m月%d日 %H:%M}前到“我的导出”下载，过期自动删除。"
        messages.tell(work, [_told(row, f"导出已生成：{row.name}", text)], {})


def _failed(platform: Platform, row: Export, error: str) -> None:
    with platform.work(settle=False, source="job") as work:
        words = {"state": FAILED, "error": error, "beat_at": real_now()}
        work.session.execute(update(Export).where(Export.token == row.token).values(words))
        text = "没有生成文件。请重新导出一次；仍不行，请联系系统管理员查看日志。"
        messages.tell(work, [_told(row, f"导出没有完成：{row.name}", text)], {})


def _told(row: Export, title: str, text: str) -> Told:
    return Told(
        key=f"export/{row.token}", login=row.login, kind="export", title=title[:200], text=text, link="/exports"
    )


def _days(words: dict[str, str]) -> tuple[date, date]:
    return date.fromisoformat(words["from"]), date.fromisoformat(words["to"])
