"""What runs by the clock: every day at 16:30, what must still be done before midnight."""

from sqlalchemy import func, select

from core.api import Job, JobContext, Missed, counts, day_of, local_day
from plugins.disputes.records_complaint import Complaint
from plugins.disputes.workflows import COMPLICATED, SIMPLE


def remind(context: JobContext) -> str:
    today = day_of(context.now)
    open_ones = (counts(Complaint), local_day(Complaint.received_at) == today)
    many = select(func.count()).select_from(Complaint).where(*open_ones)
    ((simple,),) = context.read(many.where(Complaint.complexity == SIMPLE, Complaint.ended_at.is_(None)))
    ((hard,),) = context.read(many.where(Complaint.complexity == COMPLICATED, Complaint.answered_at.is_(None)))
    return f"今天收件中，尚有{simple}件简单件未办结、{hard}件复杂件未解释，均应于今天24时前完成。"


JOBS = (
    Job(
        key="disputes.same_day_reminder",
        label="当日期限提醒",
        when={"hour": 16, "minute": 30},
        run=remind,
        missed=Missed.SKIP,
    ),
)
