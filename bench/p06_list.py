"""P6: a page of 50 records, filtered and sorted, with its total, as the coordination group sees it."""

from __future__ import annotations

from bench.browser import Browser
from bench.line import Line, shown, times
from bench.world import Made
from core.app import create_app
from core.services.lists import listing
from core.services.permission.access import SYSTEM_ACTOR
from core.services.store.db import sqlite_module

ARGS = {"state": "checked", "from": "2025-03-01", "to": "2025-09-30", "sort": "-day", "page": "3"}
PAGE = "SELECT * FROM environment_cleanup WHERE {w} ORDER BY held_on DESC, id DESC LIMIT 50 OFFSET 100"
WHERE = "state = 'checked' AND held_on BETWEEN '2025-03-01' AND '2025-09-30'"
MOST = 0.019  # a quarter of Directus


def run(made: Made) -> list[Line]:
    store = sqlite_module().connect(str(made.folder / "actions.db"))
    floor = times(lambda: (store.execute(PAGE.format(w=WHERE)).fetchall(), _total(store)))
    store.close()
    with made.platform.reading(SYSTEM_ACTOR) as work:
        found = times(lambda: listing.find(work, "environment.cleanup", listing.Asked.read(ARGS)))
    browser = Browser(create_app(platform=made.platform), "group")
    query = "&".join(f"{k}={v}" for k, v in ARGS.items())
    page = times(lambda: browser.get(f"/r/environment.cleanup?{query}"))
    note = f"without request and HTML {shown(found)}; floor: raw SQL of page and total, no index added"
    judged = made.size == 1000
    return [
        Line("P6", made.name, "page of 50 with total", shown(page), shown(floor), f"{page / floor:.2f}",
             "<= 19 ms at 1,000", page <= MOST if judged else None, note)
    ]  # fmt: skip


def _total(store: object) -> object:
    return store.execute(f"SELECT count(*) FROM environment_cleanup WHERE {WHERE}").fetchone()  # type: ignore[attr-defined]
