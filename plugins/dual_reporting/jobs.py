"""What runs by the clock: on the 20th at 09:00 the linked complexes without a published need this month are counted."""

from sqlalchemy import func, select

from core.api import Job, JobContext, Missed, counts
from plugins.dual_reporting.records_homes import CommunityNeed, ComplexNeed


def remind(context: JobContext) -> str:
    month = context.now.date().replace(day=1)
    said = []
    for label, model, unit in (
        ("社区", CommunityNeed, CommunityNeed.community_id),
        ("小区", ComplexNeed, ComplexNeed.complex_id),
    ):
        ((many,),) = context.read(select(func.count(unit.distinct())).where(model.month == month, counts(model)))
        said.append(f"{many}个{label}")
    return f"{month.year}年{month.month}月已公开需求清单：" + "、".join(said) + "。"


JOBS = (
    Job(
        key="dual_reporting.needs_reminder",
        label="当月需求清单公开情况",
        when={"day": 20, "hour": 9},
        run=remind,
        missed=Missed.ONCE,
    ),
)
