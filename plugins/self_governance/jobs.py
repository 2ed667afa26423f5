"""What runs by the clock: on the 1st at 08:30, whose term is over or ends within three months."""

from datetime import timedelta

from sqlalchemy import case, func, select

from core.api import Job, JobContext, counts, day_of
from plugins.self_governance.deadlines import RENEWAL_DAYS
from plugins.self_governance.records import Committee


def terms(context: JobContext) -> str:
    today = day_of(context.now)
    soon = today + timedelta(days=RENEWAL_DAYS)
    open_ones = (counts(Committee), Committee.ended_on.is_(None), Committee.ends_on <= soon)
    over = func.coalesce(func.sum(case((Committee.ends_on < today, 1), else_=0)), 0)
    ((many, past),) = context.read(select(func.count(), over).where(*open_ones))
    return f"届满未换届的业委会{past}个，三个月内届满的{many - past}个。"


JOBS = (
    Job(
        key="self_governance.terms",
        label="业委会任期提醒",
        when={"day": 1, "hour": 8, "minute": 30},
        run=terms,
    ),
)
