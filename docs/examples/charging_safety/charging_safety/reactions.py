"""What follows from a round: where nothing hangs, it is closed at once."""

from charging_safety.records import Check
from core.api import Change, Door, Reaction


# [reaction]
def close(change: Change, door: Door) -> None:
    """In the transaction of the save. The step's ``by=(SYSTEM,)`` keeps it off everybody's page."""
    if change.new and not change.after["found"]:
        door.move(Check, change.record_id, "close")


REACTIONS = (Reaction(to=("charging_safety.check",), label="没有飞线的自动办结", run=close),)
# [/reaction]
