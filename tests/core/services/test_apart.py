"""A section that hangs, dies or eats the memory costs itself alone: it is made in a child, and a child can be killed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from core.base.blocks import Block, Heading, Notice
from core.kernel import plugins
from core.services.operations import faults
from core.services.platform import Platform
from core.services.reporting import documents, reports
from core.services.reporting.apart import AGAIN, Apart
from core.testing import at, small_platform

DAY = date(2024, 11, 20)
LIMIT_S = 2.0  # the healthy sections of the small world take milliseconds, also on a busy machine
SICK = """
from pathlib import Path
from core.api import Action, ReportSection, hookimpl

ACTION = Action(slug="sick", number=99, label="生病的行动", english="Sick", needs_core="1")

def build(facts):
    exec(Path(__file__).with_name("how.txt").read_text(), {"facts": facts})
    return []

@hookimpl
def action():
    return ACTION

@hookimpl
def report_sections():
    return [ReportSection(key="sick.section", label="病", build=build)]
"""
POINT = '[project.entry-points."special_actions.plugins"]\nsick = "sick_at_heart"\n'
RECURSIVE = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"


def sickened(folder: Path, url: str = "") -> Platform:
    """The small world with the sick plugin in it, as a server has it."""
    package = folder / "sick"
    package.mkdir()
    (package / "pyproject.toml").write_text(POINT, encoding="utf-8")
    (package / "sick_at_heart.py").write_text(SICK, encoding="utf-8")
    catalog = plugins.load(packages=[package])
    found = small_platform(folder, catalog=catalog, url=url, strict=False)
    config = replace(found.config, section_s=LIMIT_S, packages=(package,))
    return Platform(config, found.db, catalog, apart=Apart.of(config, catalog))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    platform = sickened(tmp_path_factory.mktemp("apart"))
    yield platform
    platform.close()


def does(platform: Platform, how: str) -> None:
    (platform.config.packages[0] / "how.txt").write_text(how, encoding="utf-8")


def blocks(platform: Platform, hour: int = 12) -> tuple[Block, ...]:
    with platform.reading(now=at(DAY, hour)) as work:
        return documents.report(work, DAY).blocks


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("while True: pass", f"超过 {LIMIT_S:g} 秒没有结束，已中止（12:00）"),
        ("import os; os._exit(3)", "意外结束"),
        ("bytearray(10**10)", "MemoryError"),
    ],
    ids=["loops", "dies", "eats memory"],
)
def test_it_costs_itself_alone_and_says_why_and_since_when(how: str, why: str, world: Platform) -> None:
    does(world, "pass")
    with world.reading(now=at(DAY, 12)) as work:
        whole = reports.combined(work, DAY).blocks
    does(world, how)
    opened = replace(world, apart=Apart.of(world.config, world.catalog))
    found = blocks(opened)
    opened.apart.close()
    with world.reading() as work:
        assert why in faults.standing(work.session)["section:sick"].what, "on the status page too, for every process"
    (fault,) = [one for one in found if isinstance(one, Notice) and one.tone == "fault"]
    assert fault.text.startswith("本节数据不可用：自2024-11-20 12:00起") and why in fault.text
    assert found[found.index(fault) - 1] == Heading("生病的行动", level=2, number=99, anchor="sick")
    assert [one for one in found if one is not fault] == list(whole)
    assert sum(isinstance(one, Heading) and one.level == 2 for one in found) == 12


def test_who_looks_again_does_not_wait_again_until_it_is_tried_anew(world: Platform) -> None:
    does(world, "while True: pass")
    first = blocks(world)
    does(world, "pass")
    assert blocks(world) == first, "left out for a while"
    later = blocks(world, 12 + AGAIN.seconds // 3600 + 1)
    assert not [one for one in later if isinstance(one, Notice) and one.tone == "fault"]


def test_a_child_somebody_killed_is_replaced(world: Platform) -> None:
    does(world, "pass")
    assert world.apart is not None
    first = blocks(world, 20)
    for child in world.apart._idle:
        child.process.kill()
        child.process.join()
    assert blocks(world, 20) == first


def test_tests_and_developers_see_it_fail_in_their_own_process(world: Platform) -> None:
    assert Apart.of(replace(world.config, strict=True), world.catalog) is None
    assert Apart.of(replace(world.config, section_s=0), world.catalog) is None


@pytest.mark.postgres
def test_postgresql_itself_ends_a_statement_without_end(postgres_url: str, tmp_path: Path) -> None:
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE apart"))
    platform = sickened(tmp_path, postgres_url.rsplit("/", 1)[0] + "/apart")
    does(platform, f"from sqlalchemy import text; facts.read(text({RECURSIVE!r}))")
    faults = [one.text for one in blocks(platform) if isinstance(one, Notice) and one.tone == "fault"]
    assert len(faults) == 1 and "timeout" in faults[0]
    running = text("select count(*) from pg_stat_activity where query like 'with recursive%' and state = 'active'")
    with admin.connect() as connection:
        assert connection.scalar(running) == 0
    admin.dispose()
    platform.close()
