"""What runs by the clock: every morning at 08:00 the whistles that still wait for a department are counted."""

from sqlalchemy import func, select

from core.api import Job, JobContext, Missed
from plugins.enforcement.records_joint import Call
from plugins.enforcement.workflows import ANSWERED


def waiting(context: JobContext) -> str:
    open_ones = Call.state.not_in(ANSWERED)
    ((calls, whistles),) = context.read(select(func.count(), func.count(Call.whistle_id.distinct())).where(open_ones))
    ((unsigned,),) = context.read(select(func.count()).where(Call.state == "asked"))
    return f"{whistles}张吹哨单有{calls}个部门尚未办完，其中{unsigned}个尚未接收。"


JOBS = (
    Job(
        key="enforcement.waiting",
        label="吹哨未办结提醒",
        when={"hour": 8},
        run=waiting,
        missed=Missed.SKIP,
    ),
)
