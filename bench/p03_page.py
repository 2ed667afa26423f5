"""P3: the report page of a kept day, against thirty statements over a table of sums."""

from __future__ import annotations

from bench.browser import Browser
from bench.line import Line, against, shown, times
from bench.world import TODAY, Made
from core.app import create_app
from core.services.reporting import reports
from core.services.store.db import sqlite_module

CATEGORIES = 5


def run(made: Made) -> list[Line]:
    with made.platform.reading() as work:
        communities = len({p.group for f in reports.gather(work, TODAY) for i in f.indicators for p in i.by_community})
        tree = times(lambda: reports.combined(work, TODAY))
    floor = _floor(communities)
    browser = Browser(create_app(platform=made.platform), "group")
    page = times(lambda: browser.get("/report"))
    note = f"{communities} communities; without request and HTML {shown(tree)}"
    return [against("P3", made.name, "report page of a kept day", page, floor, 20, note)]


def _floor(many: int) -> float:
    """A summary table: month x community x category, one grouped statement for each of 30 indicators."""
    store = sqlite_module().connect(":memory:")
    store.execute("CREATE TABLE summary (month TEXT, community INTEGER, category INTEGER, n INTEGER, d INTEGER)")
    rows = [(f"2025-{m:02d}", c, k, m, 12) for m in range(1, 13) for c in range(many) for k in range(CATEGORIES)]
    store.executemany("INSERT INTO summary VALUES (?, ?, ?, ?, ?)", rows)
    sql = "SELECT community, sum(n), sum(d) FROM summary WHERE month = ? AND category = ? GROUP BY community"

    def every() -> None:
        for number in range(30):
            store.execute(sql, (f"2025-{1 + number % 12:02d}", number % CATEGORIES)).fetchall()

    return times(every)
