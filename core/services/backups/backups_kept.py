"""The backups a platform makes by itself: every night one, tried by restoring it, the newest few kept. A file stands under its
final name only when it has been restored once; what fails, or is missing for two days, is told to the administrators.
"""

from __future__ import annotations

import fcntl
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.services.backups import backup, backup_verify
from core.services.messaging.messages import Told
from core.services.platform import Platform
from core.services.scheduled.job_runs import DONE, FAILED, Elsewhere, JobRun
from core.services.store import whole_file
from core.services.work import Work

JOB = "core.backup"
OLD = timedelta(days=2)
NAMED = re.compile(r"actions-\d{8}-\d{6}\.zip(\.sealed)?")


@dataclass(frozen=True)
class Standing:
    """``good``: when the newest backup was made and tried; ``failed``: why the newest run failed, if it did."""

    good: datetime | None
    failed: str = ""

    def old(self, now: datetime) -> bool:
        return self.good is None or now - self.good > OLD


def make(platform: Platform, scheduled: datetime) -> str:
    """Write tonight's backup, restore it on trial, then let the oldest go; the sentence of the run. "" where backups are
    switched off. Raises what went wrong: the older backups stay."""
    folder = platform.config.backups
    if folder is None:
        return ""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder) as making:
        kind = ".zip.sealed" if platform.config.seal_backups else ".zip"
        file = folder / f"actions-{scheduled:%Y%m%d-%H%M%S}{kind}"
        untried = making / file.name
        manifest = backup.write(platform, untried)
        backup_verify.verify(platform.config, platform.catalog, untried, ledgers=False, room=making)
        untried.replace(file)
        whole_file.sync_folder(folder)
        gone = prune(folder, platform.config.keep_backups)
    size = file.stat().st_size / 1024 / 1024
    told = f"{file.name}：{manifest.rows} 行，{len(manifest.files)} 个附件，{size:.1f} MB，已试恢复"
    return told + (f"；删去旧备份 {gone} 份" if gone else "")


def prune(folder: Path, keep: int) -> int:
    """Delete all but the newest ``keep``; how many went. Files we did not name are not ours."""
    ours = sorted(one for one in folder.iterdir() if NAMED.fullmatch(one.name))
    for one in ours[: -max(keep, 1)]:
        one.unlink()
    return len(ours[: -max(keep, 1)])


def standing(session: Session) -> Standing:
    runs = select(JobRun).where(JobRun.job == JOB).order_by(JobRun.scheduled_at.desc())
    good = session.scalars(runs.where(JobRun.state == DONE, JobRun.result != "").limit(1)).first()
    last = session.scalars(runs.where(JobRun.state.in_((DONE, FAILED))).limit(1)).first()
    failed = last.error or "" if last is not None and last.state == FAILED else ""
    return Standing(good.ended_at if good is not None else None, failed)


def warnings(work: Work, logins: list[str]) -> list[Told]:
    """What the administrators are told today about the backups; nothing while the newest is good and young."""
    found = standing(work.session)
    if not found.failed and not found.old(work.now):
        return []
    last = f"最近一份可用的备份是 {found.good:%Y-%m-%d %H:%M} 的" if found.good else "还没有一份可用的备份"
    why = f"上次备份失败：{found.failed}" if found.failed else "超过两天没有备份成功"
    text = f"{why}。{last}。请检查定时任务是否在运行、备份目录所在的磁盘是否已满，再运行 actions job run {JOB}。"
    key = f"backup/{work.today}"
    return [
        Told(key=f"{key}/{login}", login=login, kind="backup", title="自动备份没有成功", text=text, link="/status")
        for login in logins
    ]


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """One process at a time, with a folder to work in. A process that is killed loses the lock; what it left is cleared away."""
    making = folder / ".making"
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Elsewhere from None
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        try:
            yield making
        finally:
            shutil.rmtree(making, ignore_errors=True)
