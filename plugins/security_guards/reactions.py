"""What follows from a class: who passed it is trained from that day on, without anybody typing it again (Guard.derive)."""

from sqlalchemy import select

from core.api import Change, Door, Reaction
from plugins.security_guards.records import Attendance, Guard


def attended(change: Change, door: Door) -> None:
    """The guard's first passed class stands; a withdrawn or corrected attendance takes it back."""
    for guard in {side["guard_id"] for side in (change.before, change.after) if side}:
        door.correct(Guard, guard, {})


def reviewed(change: Change, door: Door) -> None:
    """A class on another day, sent back or reported again: all who attended it are reckoned anew."""
    if change.new:
        return
    for (guard,) in door.read(select(Attendance.guard_id).where(Attendance.training_id == change.record_id)):
        door.correct(Guard, guard, {})


REACTIONS = (
    Reaction(to=("security_guards.attendance",), label="培训合格记入保安员", code="D21", run=attended, removals=True),
    Reaction(to=("security_guards.training",), label="培训班改期或退回后重算学员", code="D21", run=reviewed),
)
