"""The core's own jobs: they stand beside the plugins' in the same ledger, under the same rules."""

from __future__ import annotations

from datetime import timedelta

from core.base.describe import Job, Missed
from core.base.facts import JobContext
from core.services import limits, messages, records, reminders, signatures, webhook_calls, webhooks
from core.services.access import ADMINISTRATOR
from core.services.accounts import real_now
from core.services.job_runs import OWN, OwnContext
from core.services.messages import Told

KEPT = timedelta(days=7)  # how long a key of the API is remembered: a phone may send again after a weekend
# The ways out besides the inbox, and whether a whole group reads them; set by who starts the clock.
WAYS: dict[str, bool] = {}


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
            key=f"calendar/{year}/{context.now.date()}/{me.login}",
            login=me.login,
            kind="calendar",
            title=f"缺少{year}年节假日安排",
            text=f"国务院办公厅公布{year}年放假安排后，请在“节假日和调休”导入；在此之前，{year}年的工作日按普通周计算，期限可能不准。",
            link="/calendar",
        )
        for me in reminders.everybody(work)
        if me.role == ADMINISTRATOR
    ]
    return f"已提醒 {messages.tell(work, told, WAYS)} 人导入{year}年节假日安排"


def sweep(context: JobContext) -> str:
    assert isinstance(context, OwnContext)
    session = context.work.session
    receipts = records.forget(session, context.now - KEPT)
    now = real_now()
    signatures.sweep(session, now)
    spent, sent = limits.sweep(session, now), webhook_calls.sweep(session, now)
    return f"清除 {receipts} 个过期的提交编号、{spent} 个用完的限速记录、{sent} 条旧的外发通知"


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
        Job(
            key="core.sweep",
            label="清理过期的接口提交编号",
            when={"hour": 3, "minute": 40},
            run=sweep,
            missed=Missed.ONCE,
        ),
    )
}
