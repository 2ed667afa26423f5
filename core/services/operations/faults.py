"""Faults of plugins while running: kept, shown where the result would stand, on /status and by ``actions doctor``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.base.errors import NoData
from core.kernel.catalog import Fault
from core.kernel.plugins import fault as described
from core.services.operations.fault_row import FaultRow
from core.services.work import Work

log = logging.getLogger("actions.faults")


def record(session: Session, place: str, fault: Fault, now: datetime) -> None:
    """Keep ``fault`` at ``place``; ``since`` stays the first time."""
    row = session.get(FaultRow, place)
    if row is None:
        session.add(FaultRow(place=place, plugin=fault.plugin, since=now, what=fault.what, trace=fault.trace))
    else:
        row.what, row.trace = fault.what, fault.trace


def blame(work: Work, place: str, what: str, plugin: str = "core") -> None:
    """Keep a fault of our own making, told in words."""
    record(work.session, place, Fault(plugin=plugin, stage=place.partition(":")[0], what=what), work.now)


def clear(session: Session, place: str) -> None:
    session.execute(delete(FaultRow).where(FaultRow.place == place))


def mended(work: Work, place: str) -> None:
    """What stood at ``place`` works again."""
    if place in work.standing:
        clear(work.session, place)
        work.standing.discard(place)


def standing(session: Session) -> dict[str, FaultRow]:
    return {f.place: f for f in session.scalars(select(FaultRow))}


@contextmanager
def border(work: Work, place: str, slug: str, *, writes: bool = False) -> Iterator[list[Fault]]:
    """A plugin's own border inside a unit of work: what it raises becomes a fault at ``place``, nothing else is touched.

    A savepoint keeps the transaction usable on PostgreSQL, where a failed statement would doom it. SQLite needs one only
    for what ``writes``: a select of a plugin it refuses without harm.
    """
    caught: list[Fault] = []
    guarded = writes or work.session.get_bind().dialect.name == "postgresql"
    nested = work.session.begin_nested() if guarded else None
    try:
        yield caught
        if nested is not None:
            nested.commit()
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        if nested is not None:
            nested.rollback()
        if work.strict and not isinstance(error, NoData):
            raise
        found = described(slug, place.partition(":")[0], error)
        log.warning("%s: %s", place, found.what)
        caught.append(found)
    finally:
        if work.watch is not None:
            work.watch.leave()


def reach(work: Work, place: str) -> None:
    """First line behind a border: whoever watches (apart.py) knows where we are, and raises if it cut us off here before."""
    if work.watch is not None:
        work.watch.reach(place)


def sentence(row: FaultRow) -> str:
    """ "自2024-11-20 09:00起不可用：..."; what stands where the result would have stood."""
    return f"自{row.since:%Y-%m-%d %H:%M}起不可用，原因：{row.what}"
