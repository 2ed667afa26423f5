"""How a micro-project goes from the residents' wish to their judgment (plan 1.5 微实事)."""

from collections.abc import Iterator
from typing import Any

from core.api import COORDINATOR, LEAD, REPORTER, Look, Problem, Say, State, Transition, Workflow

BOTH = (REPORTER, LEAD)


def shown(record: Any, look: Look) -> Iterator[Problem]:
    """Acceptance needs what it looked like before and after, and what the residents say."""
    if not record.before_photos:
        yield Problem("before_photos", Say("验收前请补传实施前照片"))
    if not record.after_photos:
        yield Problem("after_photos", Say("验收前请补传完工照片"))


PROJECT = Workflow(
    states=(
        State(key="wished", label="征集"),
        State(key="planned", label="方案已定"),
        State(key="approved", label="立项"),
        State(key="building", label="实施中"),
        State(key="built", label="完工待验收"),
        State(key="accepted", label="已验收"),
        State(key="rated", label="已公示评价", closed=True),
        State(key="dropped", label="不予实施", counts=False, closed=True),
    ),
    transitions=(
        Transition(key="plan", label="定方案", source=("wished",), target="planned", by=BOTH, fields=("plan",)),
        Transition(
            key="approve",
            label="立项",
            source=("planned",),
            target="approved",
            by=(LEAD,),
            fields=("budget",),
            stamps="approved_on",
        ),
        Transition(
            key="begin",
            label="开工",
            source=("approved",),
            target="building",
            by=BOTH,
            fields=("before_photos",),
            stamps="begun_on",
        ),
        Transition(
            key="finish",
            label="完工",
            source=("building",),
            target="built",
            by=BOTH,
            fields=("after_photos",),
            stamps="built_on",
        ),
        Transition(
            key="accept",
            label="验收",
            source=("built",),
            target="accepted",
            by=(LEAD, COORDINATOR),
            fields=("satisfied", "asked"),
            stamps="accepted_on",
            another=True,
            guard=shown,
        ),
        Transition(
            key="reject",
            label="验收不通过，返工",
            source=("built",),
            target="building",
            by=(LEAD, COORDINATOR),
            clears=("built_on",),
            needs_remark=True,
        ),
        Transition(key="rate", label="公示评价", source=("accepted",), target="rated", by=BOTH, stamps="rated_on"),
        Transition(
            key="drop",
            label="不予实施",
            source=("wished", "planned", "approved"),
            target="dropped",
            by=(LEAD, COORDINATOR),
            needs_remark=True,
        ),
    ),
    editable=("wished", "planned", "approved", "building"),
)
