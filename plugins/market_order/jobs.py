"""What runs by the clock: on the 5th at 09:00 the bulletin of last month is drafted, ranked, its number left blank (F5.3)."""

from datetime import timedelta

from sqlalchemy import func, select

from core.api import Area, Job, JobContext, Missed, counts
from plugins.market_order.records_assessment import Assessment, Bulletin


def draft_bulletin(context: JobContext) -> str:
    today = context.now.date()
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    said = f"{month.year}年{month.month}月"
    there = select(Bulletin.id).where(Bulletin.month == month)
    if context.read(there):
        return f"{said}的考评通报已有，不再拟稿。"
    own = (counts(Assessment), Assessment.month == month)
    ((scored, approved),) = context.read(
        select(func.count(Assessment.scored_on), func.count(Assessment.approved_on)).where(*own)
    )
    if not scored:
        return f"{said}没有考评，不拟通报。"
    for (street,) in context.read(select(Area.id).where(Area.level == "街道", Area.closed_on.is_(None))):
        context.save(Bulletin, {"area_id": street, "month": month, "drafted_on": today})
    waiting = f"，另有{scored - approved}个小区尚未审定" if scored > approved else ""
    return f"已拟{said}考评通报，排名{approved}个小区{waiting}；文号由办公室编。"


JOBS = (
    Job(
        key="market_order.draft_bulletin",
        label="拟上月考评通报",
        when={"day": 5, "hour": 9},
        run=draft_bulletin,
        missed=Missed.ALL,
    ),
)
