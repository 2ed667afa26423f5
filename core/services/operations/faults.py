"""Faults of plugins while running: kept, shown where the result would stand, on /status and by ``actions doctor``."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.base.errors import NoData
from core.kernel.catalog import Fault
from core.kernel.plugins import fault as described
from core.services.operations import pauses
from core.services.operations.fault_row import FaultRow
from core.services.operations.pauses import Paused
from core.services.store.store_errors import trouble
from core.services.work import Work

log = logging.getLogger("actions.faults")


def record(work: Work, place: str, fault: Fault) -> None:
    """Keep ``fault`` at ``place``; ``since`` stays the first time. Who fails too often is paused (pauses.py)."""
    row = work.session.get(FaultRow, place) or _new(work, place, fault)
    row.what, row.trace = fault.what, fault.trace
    if not fault.excused:
        pauses.count(row, work.now)
    work.standing[place] = row


def _new(work: Work, place: str, fault: Fault) -> FaultRow:
    """Of several who meet it first at once one writes the row, and nobody's work fails."""
    dialect = sqlite if work.session.get_bind().dialect.name == "sqlite" else postgresql
    row = {"place": place, "plugin": fault.plugin, "since": work.now, "what": fault.what, "trace": fault.trace}
    work.session.execute(dialect.insert(FaultRow).values(row).on_conflict_do_nothing())
    return work.session.get_one(FaultRow, place)


def blame(work: Work, place: str, what: str, plugin: str = "core") -> None:
    """Keep a fault of our own making, told in words."""
    record(work, place, Fault(plugin=plugin, stage=place.partition(":")[0], what=what, excused=True))


def mended(work: Work, place: str) -> None:
    """What stood at ``place`` works again."""
    if place in work.standing:
        work.session.execute(delete(FaultRow).where(FaultRow.place == place))
        del work.standing[place]


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
        found = replace(found, excused=found.excused or trouble(error) is not None)
        log.warning("%s: %s", place, found.what)
        caught.append(found)
        if place in work.reached:
            work.reached[place] = found
    finally:
        if work.watch is not None:
            work.watch.leave()


def reach(work: Work, place: str) -> None:
    """First line behind a border: raises where it is paused. Whoever watches (apart.py) knows where we are, and raises if it cut
    us off here before. What becomes of it is kept when the unit of work ends, also of one that only reads."""
    if pauses.paused(work, place):
        raise Paused(f"连续出错，已暂停：{work.standing[place].what}")
    if work.watch is not None:
        work.watch.reach(place)
    work.reached.setdefault(place, None)


def moved(work: Work) -> dict[str, Fault | None]:
    """What became of the parts that were reached, where that is news."""
    return {
        place: found
        for place, found in work.reached.items()
        if (found is None) == (place in work.standing) or (found is not None and not found.excused)
    }


def keep(work: Work, news: Mapping[str, Fault | None]) -> None:
    for place, found in news.items():
        if found is None:
            mended(work, place)
        else:
            record(work, place, found)


def since(work: Work, place: str) -> str:
    """The first time it failed, as a placeholder says it."""
    row = work.standing.get(place)
    return f"{row.since if row is not None else work.now:%Y-%m-%d %H:%M}"


def sentence(row: FaultRow) -> str:
    """ "自2024-11-20 09:00起不可用：..."; what stands where the result would have stood."""
    paused = "（连续出错，已暂停）" if row.paused_at is not None else ""
    return f"自{row.since:%Y-%m-%d %H:%M}起不可用，原因：{row.what}{paused}"
