"""What a report section is given: figures already computed, typed and frozen. ``build(facts)`` turns them into blocks and
reads nothing else, so the same facts always give the same report (law 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Protocol

from core.base.blocks import Block, Light
from core.base.describe import Deadline, Indicator, Rows
from core.base.record import Record
from core.base.target import Pace, Target
from core.base.window import Window
from core.base.workflow import LEAD


@dataclass(frozen=True, kw_only=True)
class GroupFigure:
    """Summed n and d of one group (a community, a type of complex)."""

    group: str
    n: int
    d: int


@dataclass(frozen=True, kw_only=True)
class IndicatorFacts:
    """One indicator on one day: sums over the street, by community, with target, pace and what it was before."""

    indicator: Indicator
    window: Window
    n: int
    d: int
    target: Target | None
    pace: Pace
    by_community: tuple[GroupFigure, ...] = ()
    history: tuple[tuple[date, int, int], ...] = ()  # (day, n, d), oldest first
    fault: str = ""  # why there is no figure: "since ..., because ..."
    within: tuple[tuple[str, str], ...] = ()  # the area it is of, as the query of the page with its rows

    @property
    def figure(self) -> Fraction | None:
        return None if self.fault else self.indicator.figure(self.n, self.d)

    @property
    def light(self) -> Light:
        return Light.GREY if self.fault else self.pace.light


@dataclass(frozen=True, kw_only=True)
class Late:
    """One open obligation that is overdue."""

    unit: str
    unit_kind: str
    unit_id: int
    community: str
    due_at: datetime
    days: int


@dataclass(frozen=True, kw_only=True)
class DeadlineFacts:
    """One deadline's period on one day. ``on_time``: (answered in time, owed) of ``ended``, the period that fell due last;
    of a clock or of what is owed once, of everything answered or past due."""

    deadline: Deadline
    period: str
    due_at: datetime | None
    owed: int = 0
    met: int = 0
    met_late: int = 0
    waived: int = 0
    overdue: int = 0
    open: int = 0
    late: tuple[Late, ...] = ()
    fault: str = ""
    ended: str = ""
    on_time: tuple[int, int] = (0, 0)
    within: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ActionFacts:
    """Who is responsible for an action on the day, in the notice's words."""

    slug: str
    number: int
    label: str
    goal: str
    leaders: tuple[str, ...] = ()
    lead_departments: tuple[str, ...] = ()
    beyond: bool = False  # a plugin besides the actions the notice numbers (its safeguards)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything one section may say. ``read(select)`` runs a read-only select of the plugin's own tables on the same
    snapshot; it is for lists and tallies, every figure with a target is an indicator."""

    action: ActionFacts
    as_of: date
    since: date  # the campaign's first day
    indicators: tuple[IndicatorFacts, ...]
    deadlines: tuple[DeadlineFacts, ...]
    read: Callable[[Rows], Sequence[Any]] = field(repr=False)
    standard: Callable[[Facts], Iterator[Block]] = field(repr=False)
    setting: Callable[[str], Any] = field(repr=False)  # a value in force

    def indicator(self, key: str) -> IndicatorFacts:
        return next(f for f in self.indicators if f.indicator.key == key)

    def deadline(self, key: str) -> DeadlineFacts:
        return next(f for f in self.deadlines if f.deadline.key == key)


class Tell(Protocol):
    """How a job reminds people; see ``JobContext``."""

    def __call__(self, title: str, text: str, *, to: str = LEAD, community_id: int = 0, link: str = "") -> int: ...


def _nobody(title: str, text: str, *, to: str = LEAD, community_id: int = 0, link: str = "") -> int:
    return 0


@dataclass(frozen=True, kw_only=True)
class JobContext:
    """What a job is given: its scheduled time ``now``; ``read(select)``; the one door ``save(Record, values)``, which answers the
    record's id; ``say(text)``, a line in the run's log on the page of jobs, which is told to nobody; and
    ``tell(title, text, to=LEAD, community_id=0, link="")``, a message to people: to the departments that lead the action (the
    coordination group where none does), ``to=COORDINATOR`` the coordination group,
    ``to=REPORTER, community_id=3`` that community (where it has no account, the coordination group). It stands in their inbox
    when the run is over, goes out by mail or a robot where one is set up (not between 20:00 and 8:00), and answers how many
    people are told; the same words of one run are told once."""

    now: datetime
    read: Callable[[Rows], Sequence[Any]]
    save: Callable[[type[Record], dict[str, Any]], int]
    say: Callable[[str], None]
    tell: Tell = _nobody
