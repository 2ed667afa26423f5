"""Papers the system proposes to who is late or falls behind (督办单、工作提醒函、整改通知书、约谈通知书). It proposes; people edit, number,
issue and close them as records like any other (habits.md: three colours). Next: services/messaging/notices.py."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.base.describe import Deadline
from core.base.record import Record
from core.base.units import UnitKind


class Colour(enum.StrEnum):
    """The three colours of supervision, by what is worst."""

    RED = "红"  # overdue so long that the task force is told (the last step of the rule's ladder)
    YELLOW = "黄"  # behind: overdue for less, or a figure behind its pace
    BLUE = "蓝"  # nothing late, something due within three days


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Open duties of one rule: how many are overdue and due soon, the earliest day. ``whose``: the units of those overdue,
    by name, and ``subjects`` the records whose clock ran out; both are looked up only when a paper is drafted."""

    deadline: Deadline
    late: int
    soon: int
    first: date
    whose: tuple[str, ...] = ()
    subjects: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A unit that owes something, with everything it owes, worst first. ``lags``: figures of the actions it leads that are
    behind, each said in one line."""

    unit: UnitKind
    unit_id: int
    name: str
    today: date
    colour: Colour
    grounds: tuple[Ground, ...]
    lags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoticeRule:
    """A paper that may be proposed. ``record``: one of the plugin's records, of the kind of unit it is addressed to.
    ``meets(case)``: is it the paper this case asks for? ``write(case)``: its form as first filled in, by field.
    While one of the unit is not closed, no other of the class is proposed."""

    record: type[Record]
    meets: Callable[[Case], bool]
    write: Callable[[Case], Mapping[str, Any]]
