"""What follows from a class: who passed it is trained from that day on, without anybody typing it again."""

from datetime import date

from sqlalchemy import func, select

from core.api import Change, Door, Reaction, counts
from plugins.security_guards.records import Attendance, Guard, Training


def attended(change: Change, door: Door) -> None:
    """The guard's first passed class stands; a withdrawn or corrected attendance takes it back."""
    for guard in {side["guard_id"] for side in (change.before, change.after) if side}:
        passed = (
            select(func.min(Training.held_on))
            .select_from(Attendance)
            .join(Training, Training.id == Attendance.training_id)
        )
        ((first,),) = door.read(passed.where(Attendance.guard_id == guard, Attendance.passed, counts(Attendance)))
        when: date | None = first
        door.correct(Guard, guard, {"trained_on": when})


REACTIONS = (Reaction(to=("security_guards.attendance",), label="培训合格记入保安员", code="D21", run=attended),)
