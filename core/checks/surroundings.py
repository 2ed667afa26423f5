"""What the platform stands on: the SQLite library, the disk, the calendar, the secret key, the store's shape, and the faults
that stand right now. Each says what is wrong, and what to do."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from core.config import SHORTEST_KEY, Config
from core.estate.campaign import Campaign
from core.services import migrations
from core.services.backups.backup_store import database_file
from core.services.operations import faults
from core.services.platform import Platform
from core.services.scheduled import clock_hold
from core.services.store import preflight, server_clock
from core.services.store.db import sqlite_is_safe, sqlite_module
from core.services.work import Work

FAR_AWAY = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs", "fuse.glusterfs"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One remark about the surroundings. ``broken``: results may be wrong or lost; else it is a warning."""

    text: str
    mend: str
    broken: bool = False


def look_around(platform: Platform) -> Iterator[Finding]:
    yield from unfit(platform)
    yield from _store(platform)
    yield from _key(platform)
    behind = migrations.pending(platform.db, platform.catalog)
    if behind:
        yield Finding(
            text=f"表结构未到最新：{'、'.join(behind)}", mend="重新启动平台，或运行任一 actions 命令", broken=True
        )
    with platform.reading() as work:
        yield from _calendar(work)
        yield from _clock(platform, work)
        if work.session.scalar(select(Campaign.demo).limit(1)) is False:
            yield from _open_to_the_net(platform.config)
        for row in faults.standing(work.session).values():
            yield Finding(
                text=f"{row.place} {faults.sentence(row)}", mend=f"修正插件 {row.plugin}；恢复后自动消除", broken=True
            )


def unfit(platform: Platform) -> Iterator[Finding]:
    """What the platform must not be served with: data would be lost, or read by others."""
    yield from _disk(platform)
    yield from _private(platform)
    yield from _sound(platform)


def _private(platform: Platform) -> Iterator[Finding]:
    files = [platform.config.data / "secret.key"]
    if platform.db.sqlite:
        files.append(database_file(platform.config.database_url))
    for file in files:
        if file.is_file() and read_by_all(file):
            yield Finding(text=f"{file} 本机的任何用户都能读", mend=f"chmod 600 {file}", broken=True)


def read_by_all(file: Path) -> bool:
    """Anybody on this machine can reach the file and read it."""
    folders = all(folder.stat().st_mode & stat.S_IXOTH for folder in file.resolve().parents)
    return bool(folders and file.stat().st_mode & stat.S_IRWXO)


def _sound(platform: Platform) -> Iterator[Finding]:
    if platform.db.sqlite:
        if wrong := preflight.damage(platform.config):
            text = f"数据库文件已损坏：{'；'.join(wrong)}"
            yield Finding(text=text[:400], mend=str(preflight.restore_words(platform.config)), broken=True)
        return
    with platform.reading() as work:
        if work.session.connection().exec_driver_sql("SHOW synchronous_commit").scalar() == "off":
            mend = "ALTER DATABASE … SET synchronous_commit = on，然后重新启动"
            yield Finding(
                text="PostgreSQL 的 synchronous_commit 是 off，断电会丢失已确认的填报", mend=mend, broken=True
            )


def _store(platform: Platform) -> Iterator[Finding]:
    if not platform.db.sqlite:
        return
    library = sqlite_module()
    if not sqlite_is_safe(tuple(int(n) for n in library.sqlite_version.split("."))):
        yield Finding(
            text=f"SQLite {library.sqlite_version} 有已知的 WAL 缺陷（多个连接时极少数情况下会损坏数据）",
            mend="安装 pysqlite3（pip install pysqlite3）或使用 SQLite 3.51.3 以上版本，或改用 PostgreSQL",
        )


def _disk(platform: Platform) -> Iterator[Finding]:
    kind = file_system(platform.config.data)
    if kind in FAR_AWAY and platform.db.sqlite:
        yield Finding(
            text=f"数据目录 {platform.config.data} 在网络文件系统（{kind}）上，SQLite 的锁在那里不可靠",
            mend="把 ACTIONS_DATA 改到本机磁盘，或改用 PostgreSQL",
            broken=True,
        )


def file_system(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """The type of the file system ``folder`` lies on; "" where the system does not tell."""
    if not mounts.is_file():
        return ""
    target, best, kind = folder.resolve(), Path("/"), ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        left, _, right = line.partition(" - ")
        at = Path(left.split()[4].replace("\\040", " "))
        if (at == target or at in target.parents) and len(at.parts) >= len(best.parts):
            best, kind = at, right.split()[0]
    return kind


def _key(platform: Platform) -> Iterator[Finding]:
    if len(platform.config.secret_key) < SHORTEST_KEY:
        yield Finding(
            text="密钥过短或没有设置",
            mend="设置 ACTIONS_SECRET_KEY（至少16个字符），或删去它让平台自己生成",
            broken=True,
        )
    file = platform.config.data / "secret.key"
    if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding(text=f"密钥文件 {file} 其他用户也可能读到", mend=f"chmod 600 {file}")


def _open_to_the_net(config: Config) -> Iterator[Finding]:
    """What a real campaign must not run with (A69)."""
    if not config.secure_cookies:
        yield Finding(
            text="登录凭证可能以明文传输", mend="在反向代理上启用 https，并设置 ACTIONS_SECURE_COOKIES=1", broken=True
        )
    if not config.trusted_hosts:
        yield Finding(text="没有限定访问域名", mend="设置 ACTIONS_TRUSTED_HOSTS 为对外的域名")


def _clock(platform: Platform, work: Work) -> Iterator[Finding]:
    if (hold := clock_hold.standing(platform, work)) is not None:
        mend = "时间不对请先校正，校正后自动恢复；时间无误请运行 actions clock resume，或在“系统状态”点“时间无误，继续”"
        yield Finding(text=f"定时任务已暂停：{hold.text}", mend=mend, broken=True)
    ahead = server_clock.ahead(work.session, platform.config.now())
    if ahead is not None and abs(ahead) >= server_clock.APART:
        seconds = round(abs(ahead).total_seconds())
        yield Finding(text=f"本机时钟与数据库服务器的时钟相差 {seconds} 秒", mend="在两台机器上都启用 NTP 校时")


def _calendar(work: Work) -> Iterator[Finding]:
    for year in (work.today.year, work.today.year + 1):
        if not work.calendar.knows(year):
            yield Finding(
                text=f"没有 {year} 年的节假日和调休安排，按工作日计的期限可能不准",
                mend="国务院办公厅公布后，由管理员导入，或升级 chinesecalendar",
            )
