"""The jobs that keep the platform itself in order: backups, photos' files, the journal's anchor, what is kept too long. They stand
beside own_jobs.py's in the same ledger."""

from __future__ import annotations

from datetime import timedelta

from core.base.describe import Job, Missed
from core.base.facts import JobContext
from core.services.audit import journal_anchor
from core.services.backups import backups_kept
from core.services.exchange import signatures, webhook_calls
from core.services.exports import asked
from core.services.identity import limits
from core.services.identity.accounts import real_now
from core.services.messaging import messages, reminders
from core.services.messaging.messages import Told
from core.services.permission.access import ADMINISTRATOR
from core.services.permission.rights import AUDITOR
from core.services.personal import erasing
from core.services.photos import upload_sweep
from core.services.scheduled.job_runs import BEFORE, OWN, OwnContext
from core.services.scheduled.own_jobs import WAYS
from core.services.writing import receipts

KEPT = timedelta(days=7)  # how long a key of the API is remembered: a phone may send again after a weekend


def back_up(context: JobContext) -> str:
    """The backup was made before this run was written (``BEFORE``): nobody waits for the store meanwhile."""
    assert isinstance(context, OwnContext)
    return context.beforehand


def watch_backups(context: JobContext) -> str:
    assert isinstance(context, OwnContext)
    if context.config.backups is None:
        return "自动备份已关闭（ACTIONS_BACKUPS=off）"
    told = backups_kept.warnings(context.work, reminders.administrators(context.work))
    return f"备份有问题，已提醒 {messages.tell(context.work, told, WAYS)} 人" if told else "备份正常"


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


def expire(context: JobContext) -> str:
    """Every night personal values whose time is up are cleared (settings ``<action>.personal_days``)."""
    assert isinstance(context, OwnContext)
    return f"已清除 {erasing.expire(context.work)} 条到期记录的个人信息"


def sweep(context: JobContext) -> str:
    assert isinstance(context, OwnContext)
    session = context.work.session
    answers = receipts.forget(session, context.now - KEPT)
    now = real_now()
    signatures.sweep(session, now)
    files = asked.sweep(context.work, context.config, now)
    spent, sent = limits.sweep(session, now), webhook_calls.sweep(session, now)
    said = f"清除 {answers} 个过期的提交编号、{spent} 个用完的限速记录、{sent} 条旧的外发通知"
    return f"{said}、{files} 个过期的导出文件"


def sweep_uploads(context: JobContext) -> str:
    assert isinstance(context, OwnContext)
    found = upload_sweep.sweep(context.work, context.config.uploads)
    return f"清理了 {found.removed} 个没有登记的文件；{found.missing} 张照片的文件缺失"


BEFORE[backups_kept.JOB] = backups_kept.make


def _at(hour: int, minute: int = 0) -> dict[str, int]:
    """Every day at that time."""
    return {"hour": hour, "minute": minute}


OWN |= {
    job.key: job
    for job in (
        Job(key="core.retention", label="到期个人信息清除", when=_at(2), run=expire, missed=Missed.ONCE),
        Job(key=backups_kept.JOB, label="每日备份", when=_at(2, 30), run=back_up, missed=Missed.ONCE),
        Job(key="core.anchor", label="操作日志核验和锚定", when=_at(3), run=anchor, missed=Missed.ONCE),
        Job(key="core.uploads", label="照片文件核对", when=_at(3, 20), run=sweep_uploads, missed=Missed.ONCE),
        Job(key="core.sweep", label="清理过期的接口提交编号", when=_at(3, 40), run=sweep, missed=Missed.ONCE),
        Job(key="core.backups_watched", label="备份检查", when=_at(8, 30), run=watch_backups, missed=Missed.ONCE),
    )
}
