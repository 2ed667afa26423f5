"""What runs by the clock: on Mondays at nine, the postings that end within the week are counted."""

from datetime import timedelta

from sqlalchemy import func, select

from core.api import Job, JobContext, counts
from lift_installation.records import Application


# [job]
def ending(context: JobContext) -> str:
    """One sentence of what it found; it stands in the run's line on the page of jobs."""
    posted = context.now.date() - timedelta(days=23)  # thirty days, and a week to go
    rows = select(func.count()).where(
        counts(Application), Application.posted_on <= posted, Application.begun_on.is_(None)
    )
    ((many,),) = context.read(rows)
    return f"一周内公示期满或已期满的申请{many}份。"


JOBS = (
    Job(
        key="lift_installation.ending",
        label="清点公示将满的申请",
        when={"day_of_week": "mon", "hour": 9},
        run=ending,
    ),
)
# [/job]
