"""What runs by the clock: every Friday at 16:00 the action groups without this week's information are named (D34)."""

from datetime import timedelta

from sqlalchemy import select

from core.api import ActionUnit, Job, JobContext, Missed, counts
from plugins.safeguards.documents_weekly import week_of
from plugins.safeguards.records_meetings import WeeklyInfo


def remind(context: JobContext) -> str:
    today = context.now.date()
    monday = today - timedelta(days=today.weekday())
    sent = select(WeeklyInfo.action_id).where(WeeklyInfo.sent_on.between(monday, today), counts(WeeklyInfo))
    rows = context.read(select(ActionUnit.name).where(ActionUnit.id.not_in(sent)).order_by(ActionUnit.number))
    if not rows:
        return f"{week_of(today)}：各专项组均已报送工作信息。"
    return f"{week_of(today)}尚未报送工作信息：" + "、".join(name for (name,) in rows) + "。"


JOBS = (
    Job(
        key="safeguards.info_reminder",
        label="每周工作信息提醒",
        when={"day_of_week": "fri", "hour": 16},
        run=remind,
        missed=Missed.SKIP,
    ),
)
