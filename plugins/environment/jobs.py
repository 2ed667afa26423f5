"""What runs by the clock: on the 1st at 09:00, last month's clean-ups are summed up for the bulletin."""

from datetime import timedelta

from sqlalchemy import func, select

from core.api import Job, JobContext, Missed
from plugins.environment.records import Cleanup


def sum_up(context: JobContext) -> str:
    last = context.now.date().replace(day=1) - timedelta(days=1)
    held = Cleanup.held_on.between(last.replace(day=1), last)
    ((times, complexes, people),) = context.read(
        select(
            func.count(), func.count(Cleanup.complex_id.distinct()), func.coalesce(func.sum(Cleanup.people), 0)
        ).where(held)
    )
    return f"{last.year}年{last.month}月：{complexes}个小区开展大扫除{times}次，{people}人次参加。"


JOBS = (
    Job(
        key="environment.monthly_summary",
        label="汇总上月大扫除情况",
        when={"day": 1, "hour": 9},
        run=sum_up,
        missed=Missed.ALL,
    ),
)
