"""The status of an obligation: a pure function of due, done, waiver and the day it is asked for (law 5)."""

from __future__ import annotations

import enum
from datetime import date, datetime, timedelta

from core.base.window import end_of

SOON = timedelta(days=3)


class Status(enum.StrEnum):
    UPCOMING = "upcoming"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met_late"
    WAIVED = "waived"

    @property
    def word(self) -> str:
        return {
            "upcoming": "未到期",
            "due_soon": "即将到期",
            "overdue": "逾期",
            "met": "按期完成",
            "met_late": "逾期完成",
            "waived": "已豁免",
        }[self.value]


def status(
    due: datetime,
    done: datetime | None,
    waived_until: date | None,
    at: datetime,
    over: datetime | None = None,
    in_time: bool | None = None,
) -> Status:
    """``at``: the moment it is looked at; a day's end for a kept day. What was done after ``at`` is not done yet. ``over``: the
    moment before which what was due is past, while the day still lasts (a clock in hours); default ``at``. ``in_time``: how it was
    judged when it was done (services/owing/judged.py); default: by the due day."""
    if done is not None and done <= at:
        return Status.MET if (done <= due if in_time is None else in_time) else Status.MET_LATE
    if waived_until is not None and at <= end_of(waived_until):
        return Status.WAIVED
    if (over or at) > due:
        return Status.OVERDUE
    return Status.DUE_SOON if due - at <= SOON else Status.UPCOMING
