"""What runs by the clock: every Monday at 08:30, guards whose 30 days of filing end within the week are named."""

from datetime import timedelta

from sqlalchemy import func, select

from core.api import Job, JobContext, Missed, counts
from plugins.security_guards.records import Guard


def remind(context: JobContext) -> str:
    today = context.now.date()
    last = today - timedelta(days=30)
    open_ones = (Guard.filing_settled_on.is_(None), counts(Guard))
    ((late,),) = context.read(select(func.count()).where(*open_ones, Guard.filing_from < last))
    soon = Guard.filing_from.between(last, last + timedelta(days=7))
    ((due,),) = context.read(select(func.count()).where(*open_ones, soon))
    return f"本周内备案到期{due}人，已超过30日未备案{late}人。"


JOBS = (
    Job(
        key="security_guards.filing_reminder",
        label="保安备案到期提醒",
        when={"day_of_week": "mon", "hour": 8, "minute": 30},
        run=remind,
        missed=Missed.ONCE,
    ),
)
