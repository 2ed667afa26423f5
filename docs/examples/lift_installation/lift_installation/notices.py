"""When a reminder is proposed, and what it says to begin with."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.api import Case, NoticeRule
from lift_installation.records import Reminder

OURS = "lift_installation."


# [notice]
def late(case: Case) -> bool:
    """The community is overdue with something of this action."""
    return any(ground.late for ground in case.grounds if ground.deadline.key.startswith(OURS))


def words(case: Case) -> Mapping[str, Any]:
    """The form as it is first filled in, by field; the coordination group edits it before it goes out."""
    mine = [g for g in case.grounds if g.late and g.deadline.key.startswith(OURS)]
    return {
        "drafted_on": case.today,
        "facts": "；".join(f"{g.deadline.label}逾期{g.late}件" for g in mine) + "。",
        "limit_on": case.today + timedelta(days=5),
    }


NOTICES = (NoticeRule(record=Reminder, meets=late, write=words),)
# [/notice]
