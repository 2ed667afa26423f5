"""What pages and the report read: never the history of records, never a whole ledger, and no more statements for more data.

Plans and numbers of statements are asserted, never times (those are bench/'s).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from core.estate.units import Complex
from core.services.lists import listing
from core.services.measuring import days, figures, trends
from core.services.owing import duties, duty_rows
from core.services.platform import Platform
from core.services.reporting import reports
from core.services.work import Work
from core.services.writing import records
from core.testing import START, at, small_platform
from plugins.environment.records import SPOTS, Cleanup, Shortboard

TODAY = date(2024, 12, 20)
EARLIER = TODAY - timedelta(days=14)
HISTORY = re.compile(r"^(SCAN|SEARCH) (environment_\w+)")
LEDGERS = ("measure", "obligation", "journal")
Said = tuple[str, Any]


def store(folder: Path, *, complexes: int, rows: int) -> Platform:
    """``rows`` records and as many complexes as asked; today and a fortnight ago are kept days."""
    folder.mkdir(exist_ok=True)
    platform = small_platform(folder, complexes=complexes, today=TODAY)
    with platform.work(now=at(EARLIER), settle=False) as work:
        history(work, rows)
    for day in (EARLIER, TODAY):
        with platform.work(now=at(day)) as work:
            days.begin(work)
    return platform


def history(work: Work, rows: int) -> None:
    """Records written straight into their tables (a test of plans needs many, not true ones): half of each class."""
    units = list(work.session.scalars(select(Complex.id)))
    own = {"state": "submitted", "version": 1, "created_at": work.now, "updated_at": work.now, "created_by": "test"}

    def one(number: int) -> dict[str, Any]:
        return own | {"complex_id": units[number % len(units)]}

    def day(number: int) -> date:
        return START + timedelta(days=number % (EARLIER - START).days)

    cleanups = [
        one(n) | {"held_on": day(n), "spots": list(SPOTS), "people": 5, "photos": ["demo"], "note": None}
        for n in range(rows // 2)
    ]
    defects = [
        one(n)
        | {"found_on": day(n), "defect": "照明缺失", "place": "东门", "before_photos": ["demo"], "state": "found"}
        for n in range(rows // 2)
    ]
    connection = work.session.connection()
    connection.execute(insert(Cleanup.__table__), cleanups)  # type: ignore[arg-type]
    connection.execute(insert(Shortboard.__table__), defects)  # type: ignore[arg-type]


@contextmanager
def listened(platform: Platform) -> Iterator[list[Said]]:
    """Every statement issued inside, with its parameters."""
    said: list[Said] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        said.append((statement, parameters[0] if many else parameters))

    event.listen(platform.db.engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(platform.db.engine, "before_cursor_execute", hear)


def plan(platform: Platform, said: list[Said]) -> list[tuple[str, str]]:
    """(a step of SQLite's plan, the statement) of everything that has one."""
    steps = []
    with platform.db.engine.connect() as connection:
        for statement, parameters in said:
            if statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")):
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                steps += [(row[3], statement) for row in rows]
    return steps


def scans(platform: Platform, said: list[Said], tables: tuple[str, ...]) -> list[str]:
    """Steps that walk through all of one of ``tables`` (a name, or the beginning of one with ``*``)."""

    def meant(name: str) -> bool:
        return any(name.startswith(t[:-1]) if t.endswith("*") else name == t for t in tables)

    found = []
    for step, statement in plan(platform, said):
        words = step.split()
        if words[0] == "SCAN" and len(words) > 1 and meant(words[1]):
            found.append(f"{step}: {' '.join(statement.split())[:160]}")
    return found


def open_ended(platform: Platform, said: list[Said]) -> list[str]:
    """Searches that walk most of a table all the same: records by one bound of a day, ledgers by their kind alone."""
    found = []
    for step, statement in plan(platform, said):
        name, terms = step.split()[1] if step.startswith("SEARCH") else "", step.partition("(")[2]
        history = name.startswith("environment_") and "=?" not in terms and not (">?" in terms and "<?" in terms)
        if history or (name in LEDGERS and terms == "rule=?)"):
            found.append(f"{step}: {' '.join(statement.split())[:160]}")
    return found


def read_report(work: Work) -> None:
    reports.combined(work, TODAY)


def read_earlier_report(work: Work) -> None:
    reports.combined(work, EARLIER)


def read_figures(work: Work) -> None:
    figures.indicators(work, TODAY)


def read_trend(work: Work) -> None:
    for one in work.catalog.indicators.values():
        figures.units(work, one, TODAY)
        figures.trend(work, one, TODAY)


def read_trends(work: Work) -> None:
    trends.trends(work, list(work.catalog.indicators.values()), TODAY)


def read_duties(work: Work) -> None:
    (facts,) = duties.deadlines(work, TODAY, [work.catalog.deadlines["environment.monthly_cleanup"]])
    assert duty_rows.find(work, facts, TODAY).rows


def read_list(work: Work) -> None:
    asked = listing.Asked(since=TODAY - timedelta(days=20), until=TODAY)
    listing.find(work, "environment.cleanup", asked)


READS = pytest.mark.parametrize("read", [read_report, read_earlier_report, read_figures, read_trend, read_trends])


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    platform = store(tmp_path_factory.mktemp("large"), complexes=60, rows=500)
    yield platform
    platform.db.close()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    platform = store(tmp_path_factory.mktemp("small"), complexes=10, rows=10)
    yield platform
    platform.db.close()


def heard(platform: Platform, read: Callable[[Work], None]) -> list[Said]:
    with listened(platform) as said, platform.reading() as work:
        read(work)
    return said


def heard_saving(platform: Platform, unit: int, day: date) -> list[Said]:
    """A clean-up reported for a complex that had none in that month."""
    values = {"complex_id": unit, "held_on": day, "spots": ["出入口"], "people": 5, "photos": ["demo"]}
    with listened(platform) as said, platform.work(now=at(TODAY)) as work:
        records.save(work, "environment.cleanup", values, idempotency=f"{unit}/{day}")
    return said


@pytest.mark.parametrize("read", [*READS.args[1], read_duties])
def test_a_read_of_kept_days_scans_no_history(large: Platform, read: Callable[[Work], None]) -> None:
    said = heard(large, read)
    assert said
    assert scans(large, said, ("environment_*", *LEDGERS)) == []


@pytest.mark.parametrize("read", [read_figures, read_trend, read_trends, read_list, read_report, read_earlier_report])
def test_a_read_of_kept_days_walks_no_history(large: Platform, read: Callable[[Work], None]) -> None:
    assert open_ended(large, heard(large, read)) == []


@READS
def test_a_read_issues_no_more_statements_for_more_data(
    small: Platform, large: Platform, read: Callable[[Work], None]
) -> None:
    # Not more; a few less if the list of what is late, cut at its length, happens to name fewer kinds of units.
    assert len(heard(large, read)) <= len(heard(small, read))


def test_figures_of_kept_days_read_the_ledgers_alone(large: Platform) -> None:
    assert [s for s, _ in heard(large, read_figures) if "environment_" in s] == []


def test_a_list_sorts_and_counts_by_an_index(large: Platform) -> None:
    """``listing.find`` counts what it filters: by the index of the day, never the whole table."""
    said = heard(large, read_list)
    assert scans(large, said, ("environment_*",)) == []
    assert len(said) == len(heard(large, read_list))


def test_a_save_touches_records_by_index_alone(large: Platform) -> None:
    said = heard_saving(large, 7, TODAY)
    assert (
        scans(large, said, ("environment_*", *LEDGERS, "receipt", "complex", "complex_term", "upload", "account")) == []
    )
    newest = re.compile(r"SEARCH \w+")  # the largest number of a table is read off its end
    steps = [step for step, _ in plan(large, said) if HISTORY.match(step) and not newest.fullmatch(step)]
    assert steps
    assert all(step.startswith("SEARCH") and "INDEX" in step and "complex_id=?" in step for step in steps)


def test_a_save_issues_as_many_statements_for_more_data(small: Platform, large: Platform) -> None:
    heard_saving(small, 1, TODAY)  # what a process prepares once
    heard_saving(large, 1, TODAY)
    assert len(heard_saving(small, 3, TODAY)) == len(heard_saving(large, 3, TODAY))


def test_a_scan_would_be_seen(large: Platform) -> None:
    """The test's own eye: a statement without an index is found, and one the platform must never issue."""
    said: list[Said] = [("SELECT * FROM environment_cleanup WHERE note = 'x'", ()), ("SELECT sum(n) FROM measure", ())]
    assert len(scans(large, said, ("environment_*", *LEDGERS))) == 2
    walks: list[Said] = [("SELECT * FROM environment_shortboard WHERE found_on < '2025-01-01'", ())]
    walks += [("SELECT * FROM obligation WHERE rule = 'a'", ())]
    assert len(open_ended(large, walks)) == 2
