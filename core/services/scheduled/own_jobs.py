"""The core's own jobs: they stand beside the plugins' in the same ledger, under the same rules. Next: upkeep.py."""

from __future__ import annotations

from core.base.describe import Job, Missed
from core.base.facts import JobContext
from core.services.exchange import webhooks
from core.services.messaging import messages, reminders
from core.services.messaging.messages import WAYS, Told
from core.services.scheduled.job_runs import OWN, OwnContext


def remind(context: JobContext) -> str:
    assert isinstance(context, OwnContext)
    return reminders.remind(context.work, WAYS)


def ask_for_holidays(context: JobContext) -> str:
    """From October on, every Monday, until next year's list of holidays is there (the State Council's notice of November)."""
    assert isinstance(context, OwnContext)
    work, year = context.work, context.now.year + 1
    if context.now.month < 10 or work.calendar.knows(year):
        return f"{year}年节假日安排{'已有' if work.calendar.knows(year) else '尚不需要'}"
    told = [
        Told(
            key=f"calendar/{year}/{context.now.date()}/{login}",
            login=login,
            kind="calendar",
            title=f"缺少{year}年节假日安排",
            text=f"国务院办公厅公布{year}年放假安排后，请在“节假日和调休”导入；在此之前，{year}年的工作日按普通周计算，期限可能不准。",
            link="/calendar",
        )
        for login in reminders.administrators(work)
    ]
    return f"已提醒 {messages.tell(work, told, WAYS)} 人导入{year}年节假日安排"


def tell_overdue(context: JobContext) -> str:
    assert isinstance(context, OwnContext)
    return f"外发 {webhooks.overdue(context.work)} 条逾期通知"


OWN |= {
    job.key: job
    for job in (
        Job(key="core.reminders", label="每日提醒和催办", when={"hour": 8}, run=remind, missed=Missed.ONCE),
        Job(
            key="core.holidays",
            label="节假日安排检查",
            when={"day_of_week": "mon", "hour": 9},
            run=ask_for_holidays,
            missed=Missed.ONCE,
        ),
        Job(
            key="core.overdue",
            label="逾期事项外发通知",
            when={"minute": 5},
            run=tell_overdue,
            missed=Missed.ONCE,
        ),
    )
}
