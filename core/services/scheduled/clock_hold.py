"""A clock that may have jumped ahead holds the scheduler: a year's duties must not fall due because somebody set the wrong year
(reliability.md, F14).

The store keeps the latest moment at which anybody ticked. A tick more than a day later does nothing until the clock is set right,
until PostgreSQL's own clock agrees with it, or until a person says that the time is right: after a real outage that is one click.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base
from core.base.errors import Forbidden, Invalid, Problem
from core.base.say import Say
from core.base.window import Moment
from core.services.audit import journal
from core.services.messaging import messages, reminders
from core.services.messaging.messages import Told
from core.services.permission import rights
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.scheduled import own_jobs
from core.services.store import server_clock
from core.services.work import Work

log = logging.getLogger("actions.jobs")
AHEAD = timedelta(hours=24)
EVERY = timedelta(minutes=10)  # so often the moment is kept: against a day that is exact enough
ONLY = 1


class ClockMark(Base):
    """The one row: when a scheduler last ticked, or a person said that the time is right."""

    __tablename__ = "clock_mark"
    id: Mapped[int] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True)
class Hold:
    """``seen_at``: when a scheduler last ticked; ``now``: what the clock says."""

    seen_at: datetime
    now: datetime

    @property
    def text(self) -> str:
        return f"上次运行是 {self.seen_at:%Y-%m-%d %H:%M}，本机时钟现在是 {self.now:%Y-%m-%d %H:%M}，相差超过24小时"


def standing(platform: Platform, work: Work) -> Hold | None:
    """What holds the scheduler now; None if it may run, and where the time is invented: a demo world, a test's clock."""
    if not _real(platform, work):
        return None
    mark = work.session.get(ClockMark, ONLY)
    if mark is None or work.now - mark.seen_at <= AHEAD:
        return None
    ahead = server_clock.ahead(work.session, platform.config.now())
    return None if ahead is not None and ahead <= AHEAD else Hold(mark.seen_at, work.now)


def _real(platform: Platform, work: Work) -> bool:
    campaign = vars(work).get("campaign")  # there is none before one is loaded
    return campaign is not None and not (platform.config.clock or campaign.demo or campaign.today)


def holds(platform: Platform) -> bool:
    """Asked by each tick: is the scheduler held? If not, the moment is kept; if so, who may let it go on is told, once."""
    with platform.reading() as work:
        if not _real(platform, work):
            return False
        found, mark = standing(platform, work), work.session.get(ClockMark, ONLY)
        late = mark is None or work.now - mark.seen_at >= EVERY
    if found is not None:
        _tell(platform, found)
    elif late:
        with suppress(IntegrityError):  # another process kept the first moment
            _keep(platform)
    return found is not None


def _keep(platform: Platform) -> None:
    with platform.work(SYSTEM_ACTOR, source="job", settle=False) as work:
        mark = work.session.get(ClockMark, ONLY)
        if mark is None:
            work.session.add(ClockMark(id=ONLY, seen_at=work.now))
        else:
            mark.seen_at = max(mark.seen_at, work.now)  # a clock that was put back and comes right has not jumped


def _tell(platform: Platform, found: Hold) -> None:
    """By the last time that was believed: by the other one nothing may be sent or sorted."""
    with platform.reading(now=found.seen_at) as work:
        told = [_told(found, me.login) for me in reminders.everybody(work) if me.may(rights.TIME)]
        news = messages.untold(work, told)
    if news:
        log.error("the scheduler is held: %s", found.text)
        with platform.work(SYSTEM_ACTOR, now=found.seen_at, source="job", settle=False) as work:
            messages.tell(work, news, own_jobs.WAYS)


def _told(found: Hold, login: str) -> Told:
    return Told(
        key=f"clock/{found.seen_at:%Y-%m-%dT%H:%M}/{login}",
        login=login,
        kind="clock",
        title="定时任务已暂停，请确认系统时间",
        text=f"{found.text}。时间不对请先校正，校正后自动恢复；时间无误（例如停机后重新启动）请在“系统状态”点“时间无误，继续”。",
        link="/status",
        at_once=True,
    )


def resume(platform: Platform, work: Work) -> Hold:
    """A person says that the time is right: what was missed is made up from the next tick on. What had been held."""
    if not work.actor.may(rights.TIME):
        raise Forbidden(Say("只有综合协调组和系统管理员可以确认系统时间"))
    found = standing(platform, work)
    mark = work.session.get(ClockMark, ONLY)
    if found is None or mark is None:
        raise Invalid([Problem("", Say("定时任务没有暂停"))])
    mark.seen_at = found.now
    changes = {"seen_at": [found.seen_at.isoformat(), found.now.isoformat()]}
    journal.write(work, "release", "clock", None, changes)
    return found
