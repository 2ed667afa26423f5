"""P4, P5, P9: records reported over HTTP through the real application (session, CSRF, permission, idempotency, journal,
both ledgers, synchronous=FULL), against Flask + ORM + WTForms of 20 fields on the same server; memory before and after."""

from __future__ import annotations

import secrets
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.browser import Wire, link
from bench.floor_app import TYPED
from bench.line import Line
from bench.p07_import import KEY, upload, workbook
from bench.serve import resident, server
from bench.world import TODAY, Made

SECONDS = 6.0
PATH = f"/r/{KEY}/new"


@dataclass
class Load:
    """What some clients got in ``SECONDS``."""

    taken: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def per_second(self) -> float:
        return len(self.taken) / SECONDS

    @property
    def spread(self) -> str:
        ordered = sorted(self.taken)
        return f"p50 {statistics.median(ordered) * 1000:.0f} p95 {ordered[int(len(ordered) * 0.95)] * 1000:.0f} ms"

    @property
    def tail(self) -> float:
        ordered = sorted(self.taken)
        return ordered[int(len(ordered) * 0.95)] / statistics.median(ordered)


def run(made: Made) -> list[Line]:
    with server("floor", made.folder) as (port, _, _):
        first = drive(1, lambda: _floor_client(port))
        floor = drive(4, lambda: _floor_client(port))
    made.platform.db.engine.dispose()
    with server("product", made.folder) as (port, pid, _):
        idle = resident(pid)
        alone = drive(1, lambda: _client(made, port))
        four = drive(4, lambda: _client(made, port))
        after = _more_work(made, port, pid)
    return [
        _rate("P4", made, "creates, 4 clients", four, floor),
        _rate("P4", made, "creates, 1 client", alone, first),
        _tail(made, four),
        Line("P9", made.name, "idle RSS", f"{idle:.0f} MiB", wanted="<= 132 MiB", met=idle <= 132),
        Line("P9", made.name, "RSS after creates, report, import", f"{after:.0f} MiB", f"{idle:.0f} MiB",
             f"{after / idle:.2f}", "<= 1.5 x", after <= 1.5 * idle),
    ]  # fmt: skip


def _rate(goal: str, made: Made, what: str, mine: Load, floor: Load) -> Line:
    ratio = mine.per_second / floor.per_second
    note = f"{mine.spread}; floor {floor.spread}; {mine.errors} errors"
    value, said = f"{mine.per_second:.0f}/s", f"{floor.per_second:.0f}/s"
    return Line(goal, made.name, what, value, said, f"{ratio:.2f}", ">= 0.6 x", ratio >= 0.6, note)


def _tail(made: Made, four: Load) -> Line:
    met = four.tail <= 3 and not four.errors
    return Line("P5", made.name, "p95/p50, 4 clients", f"{four.tail:.1f}", "", "", "<= 3, 0 errors", met)


def drive(clients: int, open_client: Callable[[], Callable[[], bool]]) -> Load:
    """``clients`` threads, each with a connection of its own, for ``SECONDS``."""
    load, ask = Load(), [open_client() for _ in range(clients)]
    until = time.perf_counter() + SECONDS

    def work(one: Callable[[], bool]) -> None:
        while (start := time.perf_counter()) < until:
            fine = one()
            load.taken.append(time.perf_counter() - start)
            load.errors += not fine

    threads = [threading.Thread(target=work, args=(one,)) for one in ask]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load


def _floor_client(port: int) -> Callable[[], bool]:
    wire = Wire(port)
    return lambda: wire.ask("/rows", TYPED)[0] == 201


def _client(made: Made, port: int) -> Callable[[], bool]:
    """An officer with the form open; every post has an idempotency key of its own."""
    wire = Wire(port)
    wire.enter(link(made.platform, "officer"))
    token = wire.token(PATH)
    typed = {
        "f_held_on": TODAY.isoformat(),
        "f_spots": ["出入口", "地下室"],
        "f_people": "12",
        "f_photos": [made.photo],
    }

    def post() -> bool:
        mine = {"csrf_token": token, "idempotency": secrets.token_urlsafe(16)}
        unit = secrets.choice(made.mine)
        status, where, text = wire.ask(PATH, {**typed, **mine, "f_complex_id": f"#{unit}", "f_note": "例行清扫"})
        if status != 302 or "/signin" in where:
            raise RuntimeError(f"create: {status} {where} {text[:300]}")
        return True

    return post


def _more_work(made: Made, port: int, pid: int) -> float:
    """The report and an import of 10,000 rows, as the coordination group and the officer would; MiB afterwards."""
    wire = Wire(port)
    wire.enter(link(made.platform, "group"))
    if wire.ask("/report")[0] != 200:
        raise RuntimeError("/report is not 200")
    upload(Wire(port), made, workbook(made, 10_000))
    return resident(pid)
