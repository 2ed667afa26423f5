"""A part of a plugin that fails three times in five minutes is tried no more until somebody resumes it (G16); what only readers meet
stands on the status page too, until it works again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import literal, literal_column, select, text

from core.api import COMPLEX, Action, Heading, Indicator, Job, Notice, ReportSection, hookimpl
from core.app import create_app
from core.base.errors import NotFound
from core.estate.units import Company
from core.jobs.tick import tick
from core.kernel.plugins import found, load
from core.services.audit.journal import JournalEntry
from core.services.identity import accounts
from core.services.measuring import figures
from core.services.operations import faults, pauses
from core.services.platform import Platform
from core.services.reporting import documents
from core.services.store import plain_reads
from core.services.writing import registry
from core.testing import at, entered, small_platform
from tests.core.web.signing import post

DAY = date(2024, 11, 20)
ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
Opened = Callable[..., Platform]


class Sick:
    """A plugin whose parts do what ``act`` says, and how often they were asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.act: Callable[[Any], Any] = self.boom

    def __call__(self, given: Any) -> Any:
        self.asked += 1
        return self.act(given)

    def boom(self, _given: Any) -> Any:
        raise RuntimeError("the cat")

    def module(self, **hooks: Any) -> ModuleType:
        made = ModuleType("sick.plugin")
        action = Action(slug="sick", number=99, label="生病的行动", english="Sick", needs_core="1")
        for name, answer in ({"action": action} | hooks).items():
            setattr(made, name, hookimpl(lambda answer=answer: answer))
        return made


@pytest.fixture
def sick() -> Sick:
    return Sick()


@pytest.fixture
def opened(tmp_path: Path, sick: Sick) -> Iterator[Opened]:
    made: list[Platform] = []

    def open_(**hooks: Any) -> Platform:
        plugins = {"environment": found()["environment"], "sick": lambda: sick.module(**hooks)}
        made.append(small_platform(tmp_path, catalog=load(plugins), strict=False, today=DAY))
        return made[-1]

    yield open_
    for platform in made:
        platform.close()


def section(sick: Sick) -> dict[str, Any]:
    return {"report_sections": [ReportSection(key="sick.section", label="节", build=sick)]}


def read(platform: Platform, when: datetime) -> str:
    """What stands in the section's place."""
    with platform.reading(now=when) as work:
        blocks = documents.report(work, DAY).blocks
    return next((b.text for b in blocks if isinstance(b, Notice) and b.tone == "fault"), "")


def places(platform: Platform) -> dict[str, bool]:
    """Standing faults, and whether they are paused."""
    with platform.reading() as work:
        return {place: row.paused_at is not None for place, row in faults.standing(work.session).items()}


def test_what_a_reader_met_stands_until_it_works_again(opened: Opened, sick: Sick) -> None:
    platform = opened(**section(sick))
    assert "自2024-11-20 09:00起" in read(platform, at(DAY, 9))
    assert places(platform) == {"section:sick": False}
    assert "自2024-11-20 09:00起" in read(platform, at(DAY, 11)), "since the first time"
    sick.act = lambda _facts: [Heading("好了")]
    assert read(platform, at(DAY, 12)) == "" and places(platform) == {}


def test_three_failures_in_five_minutes_pause_it(opened: Opened, sick: Sick) -> None:
    platform = opened(**section(sick))
    for minute in (0, 2, 5):
        read(platform, at(DAY, 9, minute))
    assert places(platform) == {"section:sick": True}
    sick.act = lambda _facts: [Heading("好了")]
    told = read(platform, at(DAY, 15))
    assert sick.asked == 3 and "自2024-11-20 09:00起" in told and "已暂停" in told and "the cat" in told


def test_failures_further_apart_do_not(opened: Opened, sick: Sick) -> None:
    platform = opened(**section(sick))
    for minute in (0, 3, 6, 12, 17):
        read(platform, at(DAY, 9, minute))
    assert sick.asked == 5 and places(platform) == {"section:sick": False}


def test_one_click_on_the_status_page_resumes_it(opened: Opened, sick: Sick) -> None:
    platform = opened(**section(sick))
    for minute in (0, 1, 2):
        read(platform, at(DAY, 9, minute))
    app = create_app(platform=platform)
    people = {}
    for login in ("admin", "office"):
        with platform.work() as work:
            token = accounts.one_time_link(work, login)
        people[login] = app.test_client()
        entered(people[login], token)
    page = people["office"].get("/status").text
    assert "section:sick" in page and "已暂停" in page and "/status/resume" not in page, "seen by all, ended by some"
    assert "/status/resume" in people["admin"].get("/status").text
    assert post(people["admin"], "/status/resume", page="/status", place="section:sick").status_code == 302
    assert post(people["admin"], "/status/resume", page="/status", place="section:sick").status_code == 404
    with platform.reading() as work:
        line = work.session.scalars(select(JournalEntry).where(JournalEntry.verb == "resume")).one()
        assert line.login == "admin" and "section:sick" in line.changes
    sick.act = lambda _facts: [Heading("好了")]
    assert read(platform, at(DAY, 10)) == "" and places(platform) == {}


def test_a_paused_job_is_not_run_and_made_up_for_when_it_is_resumed(opened: Opened, sick: Sick) -> None:
    platform = opened(jobs=[Job(key="sick.often", label="常", when={"minute": "*"}, run=sick)])
    for minute in range(1, 6):
        tick(platform, at(DAY, 9, minute))
    assert places(platform) == {"job:sick.often": True}
    asked = sick.asked
    assert asked == 3 and [run.job for run in tick(platform, at(DAY, 9, 30)) if run.job == "sick.often"] == []
    with platform.work(now=at(DAY, 10)) as work:
        pauses.resume(work, "job:sick.often")
    sick.act = lambda _context: "好了"
    assert "done" in {run.state for run in tick(platform, at(DAY, 10)) if run.job == "sick.often"}
    assert places(platform) == {}


def measure(sick: Sick) -> dict[str, Any]:
    return {"indicators": [Indicator(key="sick.seen", label="率", measure=sick, numerator="n", denominator="d")]}


def saved(platform: Platform, when: datetime) -> None:
    with platform.work(now=when) as work:
        registry.save(work, Company, {"name": f"示例物业{when:%H%M}"})
        work.everything = True


def test_a_paused_measure_costs_no_saving_anything_and_is_reckoned_when_it_is_resumed(
    opened: Opened, sick: Sick
) -> None:
    platform = opened(**measure(sick))
    for minute in (0, 1, 2):
        saved(platform, at(DAY, 9, minute))
    assert places(platform)["measure:sick.seen"]
    asked = sick.asked
    saved(platform, at(DAY, 9, 4))
    assert sick.asked == asked
    sick.act = lambda scope: scope.units(COMPLEX).add_columns(literal(1), literal(1))
    with platform.work(now=at(DAY, 10)) as work:
        pauses.resume(work, "measure:sick.seen")
    with platform.reading(now=at(DAY, 10)) as work:
        (one,) = figures.indicators(work, DAY, [work.catalog.indicators["sick.seen"]])
        assert (one.n, one.d, one.fault) == (10, 10, "")


def test_a_measure_without_end_is_ended_by_the_store_and_what_was_saved_is_saved(
    opened: Opened, sick: Sick, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_reads, "LONGEST_S", 0.3)
    sick.act = lambda scope: scope.units(COMPLEX).add_columns(literal_column(f"({ENDLESS})").label("n"), literal(1))
    platform = opened(**measure(sick))
    saved(platform, at(DAY, 9))
    with platform.reading(now=at(DAY, 10)) as work:
        assert work.session.scalars(select(Company.name).where(Company.name == "示例物业0900")).one()
        sound = figures.indicators(work, DAY, [work.catalog.indicators["environment.cleaned_monthly"]])
        assert [one.fault for one in sound] == [""]
        assert "interrupted" in faults.standing(work.session)["measure:sick.seen"].what


@pytest.mark.parametrize("sql", ["COMMIT", "ROLLBACK", "PRAGMA synchronous=OFF", "DELETE FROM company"])
def test_what_is_read_is_a_select(opened: Opened, sick: Sick, sql: str) -> None:
    sick.act = lambda facts: facts.read(text(sql))
    platform = opened(**section(sick))
    assert "read() takes a select" in read(platform, at(DAY, 9))


def test_who_reads_cannot_write(opened: Opened, sick: Sick) -> None:
    platform = opened(**section(sick))
    with platform.reading() as work, pytest.raises(Exception, match=r"readonly|read-only"):
        work.session.execute(text("DELETE FROM company"))


def test_nothing_is_resumed_that_is_not_paused(opened: Opened, sick: Sick) -> None:
    platform = opened(**section(sick))
    with platform.work() as work, pytest.raises(NotFound):
        pauses.resume(work, "section:sick")
