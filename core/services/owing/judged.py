"""How a duty stands once it is reckoned again: in time or not, and what a closed period still lets change (base/closing.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from core.base import closing
from core.base.describe import Deadline
from core.services.work import Work

Value = tuple[datetime, datetime, datetime | None]  # opened, due, done, as the records say


class Judged(NamedTuple):
    """A row's columns. ``in_time``: None while it is not done. ``late_entry``: it was reported after the close, named as done before."""

    opened_at: datetime
    due_at: datetime
    done_at: datetime | None
    in_time: bool | None
    late_entry: bool


@dataclass(frozen=True)
class Terms:
    """What one rule is judged by at one moment. ``periodic``: a closed period keeps who owed it from when to when."""

    now: datetime
    timely: timedelta
    closing: timedelta
    periodic: bool

    @classmethod
    def of(cls, work: Work, one: Deadline) -> Terms:
        settings = work.settings
        return cls(work.now, closing.timely(one.key, settings), closing.closing(one.key, settings), one.periodic)

    def closed(self, due: datetime) -> bool:
        return due + self.closing < self.now

    def first(self, value: Value) -> Judged:
        """Of a row that was not there yet."""
        opened, due, done = value
        return Judged(opened, due, done, None if done is None else done <= due + self.timely, False)

    def then(self, was: Judged, value: Value) -> Judged:
        """Of a row that was ``was``. After the close: what is reported only now, but named as done before, counts as done now
        and is marked; what was done stays as it was judged, and what is taken back counts as never done."""
        opened, due, done = value
        before = (was.opened_at, was.due_at) if self.periodic else (opened, due)
        if not self.closed(before[1]):
            return self.first(value)
        if done is None:
            return Judged(*before, None, None, False)
        if was.done_at is None and done > before[1] + self.closing:
            return Judged(
                *before, done, False, False
            )  # simply late: it does not claim to have been done before the close
        if was.done_at is None:
            return Judged(*before, self.now, False, True)
        return Judged(*before, was.done_at, was.in_time, was.late_entry)
