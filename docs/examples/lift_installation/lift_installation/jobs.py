"""What runs by the clock: on Mondays at nine, who has postings that end within the week is told."""

from datetime import timedelta

from sqlalchemy import func, select

from core.api import REPORTER, Complex, Job, JobContext, counts
from lift_installation.records import Application


# [job]
def ending(context: JobContext) -> str:
    """Answers one sentence of what it found; it stands in the run's line on the page of jobs."""
    posted = context.now.date() - timedelta(days=23)  # thirty days, and a week to go
    rows = context.read(
        select(Complex.community_id, func.count())
        .join(Application, Application.complex_id == Complex.id)
        .where(counts(Application), Application.posted_on <= posted, Application.begun_on.is_(None))
        .group_by(Complex.community_id)
        .order_by(Complex.community_id)
    )
    many, where = sum(n for _, n in rows), "/r/lift_installation.application"
    for community, n in rows:
        words = f"本社区一周内公示期满或已期满的申请{n}份，请登记异议后开工。"
        context.tell("加装电梯公示将满", words, to=REPORTER, community_id=community, link=where)
        context.say(f"社区{community}：{n}份")  # a line in the run's log, for who looks after the platform
    if many:
        context.tell(
            "加装电梯公示将满", f"一周内公示期满或已期满的申请共{many}份。", link=where
        )  # to who leads the action
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
