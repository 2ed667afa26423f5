"""A plugin's part that fails three times within five minutes is tried no more until somebody resumes it (reliability.md, G16):
it costs nobody time again, and others' saving no slow path."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.base.errors import NoData, NotFound
from core.services.audit import journal
from core.services.operations.fault_row import FaultRow
from core.services.work import Work

MOST, WITHIN = 3, timedelta(minutes=5)


class Paused(NoData):
    """Not tried: it failed too often."""


def count(row: FaultRow, now: datetime) -> None:
    """One more failure at the place of ``row``."""
    row.recent = [*row.recent, now.isoformat()][-MOST:]
    often = len(row.recent) == MOST and now - datetime.fromisoformat(row.recent[0]) <= WITHIN
    if often and row.paused_at is None:
        row.paused_at = now


def paused(work: Work, place: str) -> bool:
    row = work.standing.get(place)
    return row is not None and row.paused_at is not None


def resume(work: Work, place: str) -> None:
    """Try it again from now on; figures and duties at once. Raises ``NotFound`` for a place where nothing is paused."""
    row = work.standing.get(place)
    if row is None or row.paused_at is None:
        raise NotFound(place)
    journal.write(work, "resume", "fault", None, {place: [f"{row.paused_at:%Y-%m-%d %H:%M}", None]})
    row.paused_at, row.recent = None, []
    work.everything = True
