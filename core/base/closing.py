"""截止 and 关闭: until when a duty counts as answered in time, and from when on its history no longer changes.

Two settings of every action that has duties (DHIS2 calls them timely days and expiry days). What is reported only after the
close is marked and counts as late, whatever day it names; who owed and by when stays as it was judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from core.base.describe import Deadline, Setting
from core.base.kinds import IntegerKind

TIMELY, CLOSING = "timely_days", "closing_days"
STANDARD = (TIMELY, CLOSING)  # every action has them; its README need not repeat it
LONGEST = 3660


def settings_of(slug: str, deadlines: tuple[Deadline, ...]) -> Iterator[Setting]:
    """The two settings of an action, in days after the due day."""
    if deadlines:
        kind = IntegerKind(at_least=0, at_most=LONGEST, unit="天")
        yield Setting(
            key=f"{slug}.{TIMELY}",
            label="截止：到期后几天内办结仍算按期",
            kind=kind,
            default=0,
            note="0 表示到期当天为止",
        )
        yield Setting(
            key=f"{slug}.{CLOSING}",
            label="关闭：到期几天后不再改变历史",
            kind=kind,
            default=30,
            note="关闭后才填报的，标为补报，不算按期；补录历史资料前可先调大",
        )


def timely(rule: str, settings: Mapping[str, Any]) -> timedelta:
    return timedelta(days=settings[f"{rule.partition('.')[0]}.{TIMELY}"])


def closing(rule: str, settings: Mapping[str, Any]) -> timedelta:
    return timedelta(days=settings[f"{rule.partition('.')[0]}.{CLOSING}"])
