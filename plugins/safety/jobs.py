"""What runs by the clock: on Mondays at 09:00, what is overdue and what runs out soon is summed up for the weekly meeting."""

from datetime import timedelta

from sqlalchemy import func, or_, select

from core.api import Job, JobContext, Missed, counts, plus_days
from plugins.safety.records import Hazard, Maintenance, Operator
from plugins.safety.records_safety import LIMIT_DAYS

SOON = timedelta(days=30)


def look_ahead(context: JobContext) -> str:
    today = context.now.date()
    limit = func.coalesce(Hazard.limit_on, plus_days(Hazard.found_on, LIMIT_DAYS), type_=Hazard.found_on.type)
    still = or_(Hazard.closed_on.is_(None), Hazard.closed_on > today)
    ((overdue,),) = context.read(select(func.count()).where(limit < today, still, counts(Hazard)))
    ((contracts,),) = context.read(
        select(func.count()).where(Maintenance.state == "active", Maintenance.expires_on <= today + SOON)
    )
    ((papers,),) = context.read(
        select(func.count()).where(Operator.state == "active", Operator.valid_until <= today + SOON)
    )
    return f"逾期未销号隐患{overdue}处；30天内到期或已过期的维保合同{contracts}份、特种作业证{papers}份。"


JOBS = (
    Job(
        key="safety.weekly_outlook",
        label="汇总逾期隐患和将到期的合同、证书",
        when={"day_of_week": "mon", "hour": 9},
        run=look_ahead,
        missed=Missed.ONCE,
    ),
)
