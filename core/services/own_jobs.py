"""The core's own jobs: they stand beside the plugins' in the same ledger, under the same rules."""

from __future__ import annotations

from core.base.describe import Job, Missed
from core.base.facts import JobContext
from core.services import backups_kept, messages, reminders
from core.services.access import ADMINISTRATOR
from core.services.job_runs import BEFORE, OWN, OwnContext
from core.services.messages import Told
from core.services.work import Work

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
            key=f"calendar/{year}/{context.now.date()}/{login}",
            login=login,
            kind="calendar",
            title=f"缺少{year}年节假日安排",
            text=f"国务院办公厅公布{year}年放假安排后，请在“节假日和调休”导入；在此之前，{year}年的工作日按普通周计算，期限可能不准。",
            link="/calendar",
        )
        for login in _administrators(work)
    ]
    return f"已提醒 {messages.tell(work, told, WAYS)} 人导入{year}年节假日安排"


def back_up(context: JobContext) -> str:
    """The backup was made before this run was written (``BEFORE``): nobody waits for the store meanwhile."""
    assert isinstance(context, OwnContext)
    return context.beforehand


def watch_backups(context: JobContext) -> str:
    assert isinstance(context, OwnContext)
    if context.config.backups is None:
        return "自动备份已关闭（ACTIONS_BACKUPS=off）"
    told = backups_kept.warnings(context.work, _administrators(context.work))
    return f"备份有问题，已提醒 {messages.tell(context.work, told, WAYS)} 人" if told else "备份正常"


def _administrators(work: Work) -> list[str]:
    return [me.login for me in reminders.everybody(work) if me.role == ADMINISTRATOR]


BEFORE[backups_kept.JOB] = backups_kept.make

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
        Job(key=backups_kept.JOB, label="每日备份", when={"hour": 2, "minute": 30}, run=back_up, missed=Missed.ONCE),
        Job(
            key="core.backups_watched",
            label="备份检查",
            when={"hour": 8, "minute": 30},
            run=watch_backups,
            missed=Missed.ONCE,
        ),
    )
}
