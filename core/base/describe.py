"""What a plugin declares: frozen, keyword-only data plus at most one small function each. The kernel freezes all of it
into one Catalog; pages, scheduler and report read the Catalog. Next: hookspecs.py."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select

from core.base.blocks import Block, Document
from core.base.due import Due, Every, Once, Recurring
from core.base.kinds import Kind, Look
from core.base.record import Record
from core.base.target import Aim, Target
from core.base.units import COMPLEX, UnitKind
from core.base.window import Period, Window

if TYPE_CHECKING:
    from core.base.facts import Facts, JobContext
    from core.base.react import Change, Door
    from core.base.scope import Scope
    from core.base.world import World

Rows = Select[*tuple[Any, ...]]  # Select[Any] fails mypy --strict on SQLAlchemy 2.1


@dataclass(frozen=True, kw_only=True)
class Action:
    """One special action (专项行动): ``slug`` is the plugin's folder and the prefix of its keys and tables; ``number``
    its place in the notice; ``clause`` where the notice speaks of it. ``needs_core``: the contract versions it works with, e.g.
    ``>=1.1,<2``; outside them it is quarantined. ``coordinated``: no department leads it, the
    coordination group does."""

    slug: str
    number: int
    label: str
    english: str
    goal: str = ""
    clause: str = ""
    needs_core: str = "1"
    coordinated: bool = False


class Shape(enum.StrEnum):
    """How (n, d) becomes a figure. Sums of n and d are taken first, whatever the grouping; percents are never averaged."""

    RATIO = "ratio"  # n / d
    COUNT = "count"  # n
    REDUCTION = "reduction"  # (d - n) / d : d is the baseline, n the current value
    AVERAGE = "average"  # n / d shown as a number, not a percent


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """指标. ``measure(scope)`` is a select of exactly (unit_id, numerator, denominator), one row a unit.

    ``evidence``: the records whose rows stand behind the figure. ``target``: the notice's number; the campaign may
    override it and gives the by-date. ``watch``: no target in the text. ``needs``: keys of other plugins' offers or
    indicators the measure reads.
    """

    key: str
    label: str
    measure: Callable[[Scope], Rows]
    unit: UnitKind = COMPLEX
    code: str = ""
    clause: str = ""
    numerator: str = ""
    denominator: str = ""
    every: Period = Period.ONCE
    shape: Shape = Shape.RATIO
    aim: Aim = Aim.UP
    target: Target | None = None
    evidence: tuple[type[Record], ...] = ()
    needs: tuple[str, ...] = ()
    suffix: str = ""
    watch: bool = False

    def figure(self, n: int, d: int) -> Fraction | None:
        """The figure of summed ``n`` and ``d``; None is "no data" (plan Q19)."""
        match self.shape:
            case Shape.COUNT:
                return Fraction(n) if d else None
            case Shape.REDUCTION:
                return Fraction(d - n, d) if d else None
            case _:
                return Fraction(n, d) if d else None


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """时限要求. Who owes, when, and what settles it.

    Recurring (``due`` Once/Every): ``who(scope)`` selects unit ids (default: all in scope), ``done(scope)`` selects
    (unit_id, day) of what settles. A clock (``due`` Within/SameDay/Stated) is of one record class ``of``: each of its
    records (``where`` says which) owes from its field ``opened`` (default: reported; none while it is empty), at the day
    of field ``stated`` if it has one, until the field ``done_on`` is filled. ``due_from(settings)``: the due rule a setting
    chooses, of the same kind as ``due``.
    """

    key: str
    label: str
    due: Due
    unit: UnitKind = COMPLEX
    code: str = ""
    clause: str = ""
    who: Callable[[Scope], Rows] | None = None
    done: Callable[[Scope], Rows] | None = None
    of: type[Record] | None = None
    opened: str = "created_at"
    stated: str = ""
    done_on: str = ""
    where: Callable[[], ColumnElement[bool]] | None = None
    due_from: Callable[[Mapping[str, Any]], Due] | None = None
    answers: type[Record] | None = None  # the form the to-do button opens
    ladder: tuple[int, int, int] = (
        1,
        3,
        7,
    )  # days overdue at which lead department, linked leader, task force are told
    settles: str = ""  # what settles it, in words

    @property
    def recurring(self) -> Recurring | None:
        return None if self.of is not None else self.due  # type: ignore[return-value]

    @property
    def periodic(self) -> bool:
        """Owed anew in every period."""
        return isinstance(self.due, Every)

    @property
    def once(self) -> bool:
        return isinstance(self.due, Once)


class Missed(enum.StrEnum):
    """What becomes of the runs a stopped server missed."""

    SKIP = "skip"
    ONCE = "once"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A scheduled job. ``when``: cron words ``{"day": 1, "hour": 9}`` or ``{"day_of_week": "mon", "hour": 9}`` in Asia/Shanghai.
    ``run(context)`` may read through ``context`` and returns one sentence of what it found or did."""

    key: str
    label: str
    when: dict[str, Any]
    run: Callable[[JobContext], str]
    missed: Missed = Missed.ONCE
    limit_s: int = 60


@dataclass(frozen=True, kw_only=True)
class ReportSection:
    """A plugin's part of the combined report. ``build(facts)`` is pure and yields blocks."""

    key: str
    label: str
    build: Callable[[Facts], Iterator[Block]]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A choice the campaign or the lead department may make; ``note`` cites the ambiguity it settles (Q1...)."""

    key: str
    label: str
    kind: Kind
    default: Any
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Rows of one plugin for the others, documented by ``columns`` (name: meaning). ``rows(scope)`` is a select of exactly
    these columns as known on ``scope.day``; a partner reads it as ``scope.offered(key)`` and never sees the tables."""

    key: str
    label: str
    columns: Mapping[str, str]
    rows: Callable[[Scope], Rows]


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """What follows from a record of class ``to`` (keys like ``enforcement.finding``; "*": any) being created, corrected or
    moved: a link of plan 1.6. ``run(change, door)`` is called in the saving transaction, isolated. ``removals``: it is
    told of removed records too (``change.removed``, ``after`` empty)."""

    to: tuple[str, ...]
    label: str
    run: Callable[[Change, Door], None]
    code: str = ""
    removals: bool = False


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A working paper made of one record (工作提醒函, 整改通知书): ``build(record, look)`` gives the whole document, its number as
    typed by people or blank. It is downloaded from the record's page as .docx."""

    record: type[Record]
    label: str
    build: Callable[[Any, Look], Document]


class Readers(enum.StrEnum):
    """Who may open what is compiled of many records, each circle with those before it. ``LEADING``: who reads everything, and
    who leads or shares the action. ``DEPARTMENTS``: every department and linked leader. ``EVERYBODY`` who reads reports."""

    LEADING = "leading"
    DEPARTMENTS = "departments"
    EVERYBODY = "everybody"


@dataclass(frozen=True, kw_only=True)
class Compilation:
    """A document of a period made of many records (工作信息汇编, 调度会材料). ``build(facts, campaign, window)``:
    the plugin's own facts, those of every action in order, and the period; pure like a section. The core adds the issuer
    and 演示数据. What it tells of records goes to all of its ``readers``, whichever records each of them reaches; personal
    values come masked."""

    key: str
    label: str
    every: Period
    build: Callable[[Facts, Sequence[Facts], Window], Document]
    readers: Readers = Readers.LEADING


@dataclass(frozen=True)
class Sample:
    """One believable synthetic record: what is reported on ``on`` for ``unit_id``, then the steps it went through. Where
    ``values`` name another record (a link, an origin) they hold its ``Sample``, yielded before this one. ``made`` False: a
    reaction makes the record; it is found by its unit and ``values``, and the steps are taken."""

    record: type[Record]
    on: date
    unit_id: int
    values: dict[str, Any]
    steps: tuple[tuple[date, str, dict[str, Any]], ...] = ()
    made: bool = True


Samples = Callable[["World"], Iterable[Sample]]
