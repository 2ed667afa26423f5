"""What runs by the clock: on the 1st at 09:30 the projects that have stood in one stage for over thirty days are counted."""

from datetime import timedelta

from sqlalchemy import func, select

from core.api import Job, JobContext, Missed, counts
from plugins.micro_projects.records import Project

STUCK = 30  # days


def stuck(context: JobContext) -> str:
    last = context.now.date() - timedelta(days=STUCK)
    waiting = (
        ("立项后未开工", Project.approved_on, Project.begun_on),
        ("开工后未完工", Project.begun_on, Project.built_on),
        ("完工后未验收", Project.built_on, Project.accepted_on),
    )
    parts = []
    for label, since, done in waiting:
        ((many,),) = context.read(select(func.count()).where(since < last, done.is_(None), counts(Project)))
        parts.append(f"{label}{many}个")
    return f"停留超过{STUCK}天：" + "，".join(parts) + "。"


JOBS = (
    Job(
        key="micro_projects.stuck",
        label="清点停滞的“微实事”",
        when={"day": 1, "hour": 9, "minute": 30},
        run=stuck,
        missed=Missed.ONCE,
    ),
)
