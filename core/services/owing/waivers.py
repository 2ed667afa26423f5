"""Waivers (免除、延期): a duty that need not be met until a day, with who allowed it and why. Journalled, never silent."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from core.base.errors import Forbidden, Invalid, NotFound, Problem
from core.base.say import Say
from core.services.audit import journal
from core.services.owing import mine
from core.services.owing.obligations import Obligation
from core.services.permission import access
from core.services.work import Work

LONGEST = timedelta(days=366)


def may_waive(work: Work, slug: str) -> bool:
    """The coordination group, and the lead department of the action."""
    return work.actor.role in (access.COORDINATION, access.SYSTEM) or access.may_set(work.actor, slug)


def _is_own(work: Work, row: Obligation) -> bool:
    """Does the person settle this duty themselves? Nobody excuses their own lateness."""
    owes = mine.owes(work, work.actor)
    return (
        owes is not None and work.session.scalar(select(Obligation.id).where(Obligation.id == row.id, owes)) is not None
    )


def waive(work: Work, obligation_id: int, until: date | None, reason: str) -> Obligation:
    """Nobody is late with it until ``until``; None takes an earlier waiver back. Raises ``Invalid``, ``Forbidden``."""
    row = work.session.get(Obligation, obligation_id)
    if row is None or row.rule not in work.catalog.deadlines:
        raise NotFound(f"obligation {obligation_id}")
    if not may_waive(work, row.rule.partition(".")[0]):
        raise Forbidden(Say("只有牵头部门和综合协调组可以准许延期"))
    if _is_own(work, row):
        raise Forbidden(Say("这件由本单位办理，延期须由综合协调组准许"))
    problems = []
    if row.done_at is not None:
        problems.append(Problem("until", Say("这件已经办结，不需要延期")))
    if until is not None and not work.today <= until <= work.today + LONGEST:
        problems.append(Problem("until", Say("延期日期应在今天以后、一年以内")))
    if not 1 <= len(reason.strip()) <= 300:
        problems.append(Problem("reason", Say("请写明原因，最多 {n} 个字", n=300)))
    if problems:
        raise Invalid(problems)
    was = row.waived_until
    row.waived_until, row.waiver = until, f"{work.actor.label}：{reason.strip()}"[:300]
    changes = {
        "until": [was.isoformat() if was else None, until.isoformat() if until else None],
        "remark": [None, reason.strip()],
    }
    journal.write(work, "waive", row.rule, row.id, changes, (row.unit_kind, row.unit_id))
    return row
