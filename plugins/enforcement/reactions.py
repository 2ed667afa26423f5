"""What follows from a whistle: a call to each department; after the second refusal the coordination group rules (habits.md)."""

from sqlalchemy import func, select

from core.api import Change, Door, Reaction
from plugins.enforcement.records_joint import Call, Whistle, attend_on
from plugins.enforcement.workflows import ANSWERED


def call(change: Change, door: Door) -> None:
    """Every department named and not yet on it is called; who is called again starts a new call."""
    if change.state != "blown":
        return
    again = change.step in ("rule", "reopen")
    open_ones = select(Call.department_id).where(Call.whistle_id == change.record_id)
    if again:
        open_ones = open_ones.where(Call.state.not_in(ANSWERED))
    there = {department for (department,) in door.read(open_ones)}
    blown = change.after["blown_at"] if change.new else door.now
    days = door.setting("enforcement.attend_days")
    asked = change.after["attend_by"] if change.new else None
    for department in change.after["departments"]:
        if department not in there:
            values = {
                "department_id": department,
                "whistle_id": change.record_id,
                "blown_at": blown,
                "attend_on": attend_on(blown, asked, days),
            }
            door.save(Call, values)


def refused(change: Change, door: Door) -> None:
    if not change.entered("refused"):
        return
    whistle = change.after["whistle_id"]
    ((many, state),) = door.read(
        select(func.count(), Whistle.state)
        .select_from(Call)
        .join(Whistle, Whistle.id == Call.whistle_id)
        .where(Call.whistle_id == whistle, Call.state == "refused")
        .group_by(Whistle.state)
    )
    if many >= door.setting("enforcement.refusals") and state == "blown":
        door.move(Whistle, whistle, "escalate", remark=f"已退回{many}次，提请综合协调组裁定")


REACTIONS = (
    Reaction(to=("enforcement.whistle",), label="吹哨即通知被吹部门", code="F4.3", run=call),
    Reaction(to=("enforcement.call",), label="第二次退回升级专班", code="F4.3", run=refused),
)
