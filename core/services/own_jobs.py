"""The core's own jobs: they stand beside the plugins' in the same ledger, under the same rules."""

from __future__ import annotations

from datetime import timedelta

from core.base.describe import Job, Missed
from core.base.facts import JobContext
from core.services import (
    erasing,
    journal_anchor,
    limits,
    messages,
    records,
    reminders,
    upload_sweep,
    webhook_calls,
    webhooks,
)
from core.services.access import ADMINISTRATOR
from core.services.accounts import real_now
from core.services.job_runs import OWN, OwnContext
from core.services.messages import Told
from core.services.rights import AUDITOR

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
    spent, sent = limits.sweep(session, now), webhook_calls.sweep(session, now)
    return f"清除 {receipts} 个过期的提交编号、{spent} 个用完的限速记录、{sent} 条旧的外发通知"


def tell_overdue(context: JobContext) -> str:
    assert isinstance(context, OwnContext)
    return f"外发 {webhooks.overdue(context.work)} 条逾期通知"


def expire(context: JobContext) -> str:
    """Every night personal values whose time is up are cleared (settings ``<action>.personal_days``)."""
    assert isinstance(context, OwnContext)
    return f"已清除 {erasing.expire(context.work)} 条到期记录的个人信息"


def anchor(context: JobContext) -> str:
    """Once a day the journal's end is kept outside the database, if it is whole; if not, who audits is told at once."""
    assert isinstance(context, OwnContext)
    work = context.work
    found, kept = journal_anchor.keep(work.session.connection(), context.config.data, work.now)
    if found.first is None:
        return f"新增 {found.lines} 条核验无误，" + (f"已锚定到第 {kept.line} 条" if kept else "没有新的日志")
    told = [
        Told(
            key=f"journal/{context.now.date()}/{me.login}",
            login=me.login,
            kind="journal",
            title="操作日志核验不通过",
            text=f"{found.first.what}。请保护现场，核对纸质或邮件留存的锚，并运行 actions journal verify。",
            link="/journal/verification",
            at_once=True,
        )
        for me in reminders.everybody(work)
        if me.role in (ADMINISTRATOR, AUDITOR)
    ]
    return f"核验不通过：{found.first.what}；已通知 {messages.tell(work, told, WAYS)} 人"


def sweep_uploads(context: JobContext) -> str:
    assert isinstance(context, OwnContext)
    found = upload_sweep.sweep(context.work, context.config.uploads)
    return f"清理了 {found.removed} 个没有登记的文件；{found.missing} 张照片的文件缺失"


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
        Job(key="core.retention", label="到期个人信息清除", when={"hour": 2}, run=expire, missed=Missed.ONCE),
        Job(key="core.anchor", label="操作日志核验和锚定", when={"hour": 3}, run=anchor, missed=Missed.ONCE),
        Job(key="core.uploads", label="照片文件核对", when={"hour": 3}, run=sweep_uploads, missed=Missed.ONCE),
    )
}
