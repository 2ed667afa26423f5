"""P1, P2: the combined report computed from the records, against hand-written SQL that finds the same figures."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import Any

from bench.line import Line, against, times
from bench.world import START, UNKEPT, Made
from core.estate.units import MANAGED
from core.services.measuring import figures
from core.services.reporting import reports
from core.services.store.db import sqlite_module

COUNTS = "state IN ('submitted', 'checked')"
ALL_SPOTS = "spots LIKE '|出入口|地下室|入户大堂|卫生死角|垃圾收集点|'"
SERVED = f"service IN ({', '.join(repr(s) for s in MANAGED)})"
CLEANUPS = f"""
SELECT c.community_id, sum(served_first AND whole), sum(served_first), sum(served_month AND month), sum(served_month)
FROM (SELECT c.id, c.community_id, a.{SERVED} AS served_first, b.{SERVED} AS served_month FROM complex c
      JOIN complex_term a ON a.complex_id = c.id AND a.since <= :start AND a.until >= :start
      JOIN complex_term b ON b.complex_id = c.id AND b.since <= :month AND b.until >= :month) c
LEFT JOIN (SELECT complex_id, max({ALL_SPOTS}) AS whole, max(held_on >= :month) AS month FROM environment_cleanup
           WHERE held_on BETWEEN :start AND :day AND {COUNTS} GROUP BY complex_id) x ON x.complex_id = c.id
GROUP BY c.community_id"""
INSPECTIONS = f"""
SELECT c.community_id, sum(passed), count(*)
FROM (SELECT complex_id, waste AND roads AND facilities AND lights AS passed, max(inspected_on)
      FROM environment_inspection WHERE inspected_on BETWEEN :month AND :day AND {COUNTS} GROUP BY complex_id) x
JOIN complex c ON c.id = x.complex_id GROUP BY c.community_id"""
DEFECTS = """
SELECT c.community_id, sum(closed), sum(found)
FROM (SELECT complex_id, sum(closed_on <= :day) AS closed, count(*) AS found FROM environment_shortboard
      WHERE found_on <= :day AND state <> 'void' GROUP BY complex_id) x
JOIN complex c ON c.id = x.complex_id GROUP BY c.community_id"""
FALLBACKS = f"""
SELECT c.community_id, sum(t.{SERVED} OR x.complex_id IS NOT NULL), count(*), sum(NOT t.{SERVED} AND x.complex_id IS NOT NULL)
FROM complex c JOIN complex_term t ON t.complex_id = c.id AND t.since <= :day AND t.until >= :day
LEFT JOIN (SELECT DISTINCT complex_id FROM environment_fallback WHERE started_on <= :day AND {COUNTS}
           AND (ended_on IS NULL OR ended_on >= :day) AND services LIKE '%|保洁|%' AND services LIKE '%|安保|%') x
ON x.complex_id = c.id GROUP BY c.community_id"""
FLOOR = (CLEANUPS, INSPECTIONS, DEFECTS, FALLBACKS)
COVERING = (
    "CREATE INDEX f1 ON environment_cleanup (complex_id, held_on, state, spots)",
    "CREATE INDEX f2 ON environment_inspection (complex_id, inspected_on, state, waste, roads, facilities, lights)",
    "CREATE INDEX f3 ON environment_shortboard (complex_id, found_on, state, closed_on)",
)


def run(made: Made) -> list[Line]:
    """The whole report (figures, obligations, sections) and its figures alone against the floor."""
    with made.platform.reading() as work:
        report = times(lambda: reports.combined(work, UNKEPT))
        alone = times(lambda: figures.indicators(work, UNKEPT))
        told = {f.indicator.key: (f.n, f.d) for f in figures.indicators(work, UNKEPT)}
    floor, found, how = _floor(made, UNKEPT)
    agree = "" if found == told["environment.cleaned_monthly"] else f" FLOOR DISAGREES {found} {told}"
    goal = "P1" if made.size < 5000 else "P2"
    note = f"{made.records:,} records; floor {how}{agree}"
    return [
        against(goal, made.name, "report of a day not kept", report, floor, 1.5, note),
        against(goal, made.name, "its figures alone", alone, floor, 1.5),
    ]


def _floor(made: Made, day: date) -> tuple[float, tuple[int, int], str]:
    """The faster of one pass over each table and the same with covering indexes, in a copy of the store."""
    copy = made.folder / "floor.db"
    copy.unlink(missing_ok=True)
    with made.platform.db.engine.connect() as connection:
        connection.rollback()
        connection.connection.dbapi_connection.execute("VACUUM INTO ?", (str(copy),))  # type: ignore[union-attr]
    store = sqlite_module().connect(str(copy))
    for (name,) in list(
        store.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE 'environment_%'")
    ):
        store.execute(f"DROP INDEX {name}")
    scan, found = _timed(store, day)
    for sql in COVERING:
        store.execute(sql)
    covered, _ = _timed(store, day)
    store.close()
    copy.unlink()
    return min(scan, covered), found, "one pass" if scan <= covered else "covering index"


def _timed(store: sqlite3.Connection, day: date) -> tuple[float, tuple[int, int]]:
    binds: dict[str, Any] = {
        "start": START.isoformat(),
        "month": day.replace(day=1).isoformat(),
        "day": day.isoformat(),
    }

    def every() -> list[list[Any]]:
        return [store.execute(sql, binds).fetchall() for sql in FLOOR]

    cleanups = every()[0]
    return times(every), (sum(r[3] or 0 for r in cleanups), sum(r[4] for r in cleanups))
