"""How a record is handled (办理流程): states, who may move it, what a step asks for and stamps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.base.errors import Problem
    from core.base.kinds import Look

# Who a person is towards a record. The permission rule itself lives in services/permission/access.py.
REPORTER, LEAD, COORDINATOR = "reporter", "lead", "coordinator"
SYSTEM = "system"  # nobody: a step with ``by=(SYSTEM,)`` is taken by a reaction alone and offered on no page


@dataclass(frozen=True, kw_only=True)
class State:
    """``counts``: records in it count in figures. ``closed``: nothing more is expected of anybody. ``rest``: nothing is
    expected now, though a step may come (a filed guard may leave); it is nobody's to-do."""

    key: str
    label: str
    counts: bool = True
    closed: bool = False
    rest: bool = False


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One step. ``fields`` are asked for (and become required) on the way; ``stamps`` names a day field set to the
    day of the move; ``another`` demands another person than who reported or moved it last (checker is not handler).
    ``guard``: what else must be true, looked up across records; it yields what is missing. ``hands_in``: the reporter's own
    step after drafting or correcting, which asks for nothing more: the form offers to save and take it at once."""

    key: str
    label: str
    source: tuple[str, ...]
    target: str
    by: tuple[str, ...]
    fields: tuple[str, ...] = ()
    stamps: str = ""
    clears: tuple[str, ...] = ()
    needs_remark: bool = False
    another: bool = False
    hands_in: bool = False
    guard: Callable[[Any, Look], Iterator[Problem]] | None = None


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """States in order (the first is where a new record starts) and the steps between them. ``editable``: states in
    which the reporter may still correct what was typed."""

    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    editable: tuple[str, ...] = field(default=())

    @property
    def start(self) -> str:
        return self.states[0].key

    @property
    def counting(self) -> tuple[str, ...]:
        return tuple(s.key for s in self.states if s.counts)

    @property
    def closed(self) -> tuple[str, ...]:
        return tuple(s.key for s in self.states if s.closed)

    def state(self, key: str) -> State:
        return next(s for s in self.states if s.key == key)

    def transition(self, key: str) -> Transition | None:
        return next((t for t in self.transitions if t.key == key), None)

    def steps_from(self, state: str) -> tuple[Transition, ...]:
        return tuple(t for t in self.transitions if state in t.source)

    def handing_in(self, state: str) -> Transition | None:
        """The step by which its reporter hands in what stands in ``state``."""
        return next((t for t in self.steps_from(state) if t.hands_in), None)

    def awaits_reporter(self, state: str) -> bool:
        """Is the next step, while one is expected, the reporter's to take?"""
        now = self.state(state)
        return not (now.closed or now.rest) and any(REPORTER in t.by for t in self.steps_from(state))

    def sends_back(self, step: Transition) -> bool:
        """Somebody else gives the record back to its reporter, and says why."""
        return step.needs_remark and REPORTER not in step.by and self.awaits_reporter(step.target)


REVIEW = Workflow(
    states=(
        State(key="submitted", label="已报"),
        State(key="checked", label="已核", closed=True),
        State(key="returned", label="退回", counts=False),
    ),
    transitions=(
        Transition(
            key="check", label="核验通过", source=("submitted",), target="checked", by=(LEAD, COORDINATOR), another=True
        ),
        Transition(
            key="send_back",
            label="退回",
            source=("submitted", "checked"),
            target="returned",
            by=(LEAD, COORDINATOR),
            needs_remark=True,
        ),
        Transition(
            key="resubmit",
            label="改好重报",
            source=("returned",),
            target="submitted",
            by=(REPORTER, LEAD),
            hands_in=True,
        ),
    ),
    editable=("submitted", "returned"),
)
