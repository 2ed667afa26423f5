"""A clock that jumps ahead fires nothing until it is right again or somebody says that it is (F14, F16); a real outage costs one
click, or none where PostgreSQL's clock can be asked, and then everything missed is made up (G10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.api import Job, Missed
from core.base.errors import Forbidden, Invalid
from core.base.window import TZ, end_of
from core.checks.surroundings import look_around
from core.config import Config
from core.jobs import due
from core.jobs import tick as clock
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services.audit.journal import JournalEntry
from core.services.messaging.messages import Message
from core.services.permission.access import Actor
from core.services.permission.rights import COORDINATION, OFFICER
from core.services.platform import Platform
from core.services.scheduled import clock_hold, job_runs, own_jobs, upkeep
from core.services.scheduled.job_runs import JobRun
from core.testing import small_platform
from tests.core.web.people import browsers
from tests.postgres import empty_database

assert own_jobs.OWN and upkeep  # they have entered their jobs, which are left out here
DAILY = Job(key="environment.daily", label="daily", when={"hour": 8}, run=lambda context: "", missed=Missed.ALL)
GROUP = Actor(login="group", label="综合协调组", role=COORDINATION, separated=True)
OUTSIDE = Actor(login="a", label="示例社区A", role=OFFICER, separated=True)


@dataclass
class Machine:
    """A platform with a real campaign, and the clock of the machine it runs on."""

    platform: Platform
    now: datetime

    def after(self, **span: float) -> list[JobRun]:
        """The clock moves, and a scheduler ticks."""
        self.now += timedelta(**span)
        return clock.tick(self.platform)

    @property
    def held(self) -> bool:
        with self.platform.reading() as work:
            return clock_hold.standing(self.platform, work) is not None

    def resume(self, actor: Actor = GROUP) -> None:
        with self.platform.work(actor) as work:
            clock_hold.resume(self.platform, work)

    def ledger(self) -> list[datetime]:
        with self.platform.reading() as work:
            rows = select(JobRun.scheduled_at).where(JobRun.job == DAILY.key).order_by(JobRun.scheduled_at)
            return list(work.session.scalars(rows))

    def owed(self) -> list[datetime]:
        with self.platform.reading() as work:
            return list(due.times(DAILY, end_of(work.campaign.starts_on), self.now))

    def doctor(self) -> str:
        return "\n".join(one.text for one in look_around(self.platform))


def real(platform: Platform, monkeypatch: pytest.MonkeyPatch, now: datetime) -> Machine:
    with platform.work(settle=False) as work:
        work.campaign.demo = False
        work.campaign.starts_on = now.date() - timedelta(days=3)
    made = Machine(platform, now)
    monkeypatch.setattr(job_runs, "OWN", {})
    monkeypatch.setattr(Config, "now", lambda _config: made.now)
    assert clock.tick(platform), "the first tick of all is held by nothing"
    return made


@pytest.fixture
def catalog() -> Catalog:
    well = plugins.load(only=["environment"], strict=True).plugins["environment"]
    return Catalog(plugins={"environment": replace(well, jobs=(DAILY,), deadlines=())})


@pytest.fixture
def machine(tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """With SQLite: no other clock to ask."""
    made = small_platform(tmp_path, catalog=catalog)
    yield real(made, monkeypatch, datetime(2025, 3, 1, 10, tzinfo=TZ))
    made.db.close()


@pytest.fixture
def with_server(
    tmp_path: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, postgres_url: str, request: pytest.FixtureRequest
) -> Iterator[Machine]:
    """With PostgreSQL, whose clock says what time it really is: 45 days after the machine's."""
    url = empty_database(postgres_url, f"jumps{abs(hash(request.node.name)) % 10**9}")
    made = small_platform(tmp_path, catalog=catalog, url=url)
    yield real(made, monkeypatch, datetime.now(TZ) - timedelta(days=45))
    made.db.close()


def test_a_clock_a_year_ahead_fires_nothing_and_goes_on_by_itself_when_it_is_right(machine: Machine) -> None:
    before = machine.ledger()
    assert machine.after(days=365) == [] and machine.after(seconds=15) == []
    assert machine.held and "定时任务已暂停" in machine.doctor()
    with machine.platform.reading() as work:
        assert not work.session.scalar(select(func.count()).where(JobRun.scheduled_at > before[-1]))
        told = dict(work.session.execute(select(Message.login, func.count()).group_by(Message.login)).all())
    assert told == {"admin": 1, "group": 1}, "who may let it go on is told, once"
    machine.after(days=-364.5)
    assert not machine.held and "定时任务已暂停" not in machine.doctor()
    assert machine.ledger() == machine.owed()


def test_after_an_outage_one_click_lets_it_make_up_what_was_missed(machine: Machine) -> None:
    assert machine.after(days=45) == []
    with pytest.raises(Forbidden):
        machine.resume(OUTSIDE)
    machine.resume()
    assert len(machine.after(seconds=15)) == 45
    assert machine.ledger() == machine.owed()
    with machine.platform.reading() as work:
        (line,) = work.session.scalars(select(JournalEntry).where(JournalEntry.subject == "clock"))
        assert line.login == "group" and line.verb == "release"
    with pytest.raises(Invalid, match="没有暂停"):
        machine.resume()


def test_without_the_hold_a_wrong_year_fires_all_its_duties(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saboteur: what the hold stands against."""
    monkeypatch.setattr(clock_hold, "holds", lambda _platform: False)
    assert len(machine.after(days=60)) == 60


def test_a_shorter_outage_and_a_clock_put_back_and_right_again_hold_nothing(machine: Machine) -> None:
    for hours in (23, 0.01, -72, 0.1, 72, 1):
        machine.after(hours=hours)
        assert not machine.held
    assert machine.ledger() == machine.owed()


@pytest.mark.parametrize("invented", ["demo", "today", "clock"])
def test_invented_time_is_never_held(machine: Machine, invented: str) -> None:
    with machine.platform.work(settle=False) as work:
        if invented == "demo":
            work.campaign.demo = True
        elif invented == "today":
            work.campaign.today = machine.now.date() + timedelta(days=90)
    if invented == "clock":
        own = replace(machine.platform.config, clock="2030-01-01T08:00+08:00@1700000000*600")
        machine.platform = replace(machine.platform, config=own)
    assert machine.after(days=90) and not machine.held


def test_the_status_page_says_so_and_has_the_button_for_who_may(machine: Machine) -> None:
    machine.after(days=45)
    signed_in = browsers(machine.platform, {"a": "a", "group": "group"})
    page = {login: browser.get("/status").text for login, browser in signed_in.items()}
    assert "定时任务已暂停" in page["a"] and "/clock/resume" not in page["a"]
    assert signed_in["a"].post("/clock/resume").status_code == 403 and machine.held
    assert signed_in["group"].post("/clock/resume").status_code == 302 and not machine.held
    after = signed_in["group"].get("/status").text
    assert "已确认时间无误" in after and "定时任务已暂停" not in after
    assert signed_in["group"].post("/clock/resume").status_code == 302, "somebody was quicker"


@pytest.mark.postgres
def test_postgresql_vouches_for_a_real_outage_without_anybody(with_server: Machine) -> None:
    assert len(with_server.after(days=45)) == 45 and not with_server.held
    assert with_server.after(days=300) == [] and with_server.held


@pytest.mark.postgres
def test_a_clock_that_differs_from_the_servers_is_told(with_server: Machine) -> None:
    with_server.now = datetime.now(TZ) - timedelta(seconds=70)
    assert "数据库服务器的时钟相差 70 秒" in with_server.doctor()
    with_server.now = datetime.now(TZ)
    assert "数据库服务器" not in with_server.doctor()
