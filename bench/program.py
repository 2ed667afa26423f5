"""What the programs of promises share: their command line, the store they are asked to try, and the question that ends each of
them: does the platform still agree with itself?"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from core.kernel import plugins
from core.services.audit import journal_verify
from core.services.measuring import reckoned
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.store.db import Database
from core.testing import small_platform

TODAY = date(2024, 11, 20)
KEY = "environment.cleanup"
PRODUCT = "product"


class Found(Protocol):
    """What it came to, printed as it is."""

    @property
    def held(self) -> bool: ...


def small(folder: Path, url: str = "", *, busy_s: float = 10) -> Platform:
    """The small world with one plugin, whose records are quickly written. ``busy_s``: how long a writer waits for another."""
    made = small_platform(
        folder, catalog=plugins.load(only=["environment"], strict=True), url=url, today=TODAY, begun=True
    )
    if busy_s == made.config.busy_timeout:
        return made
    made.db.close()
    return replace(made, db=Database(made.config.database_url, busy_s=busy_s))


def again(platform: Platform) -> Platform:
    """The same store, opened anew: as whoever comes after a crash finds it."""
    return Platform(platform.config, Database(platform.config.database_url), platform.catalog)


def unlike(platform: Platform) -> list[str]:
    """Where the ledgers are not what the records come to, and where the journal's chain is broken."""
    with platform.work(SYSTEM_ACTOR, settle=False) as work:
        told = list(reckoned.differences(work))
        chain = journal_verify.verify(work.session.connection())
        work.session.rollback()  # whoever looks repairs nothing
    return [*told, *(f"journal, line {one.line}: {one.what}" for one in chain.findings)]


def report(n: int) -> dict[str, Any]:
    """What is typed for a clean-up; ``n`` tells one from another."""
    said = {
        "complex_id": 1 + n % 10,
        "held_on": TODAY.isoformat(),
        "spots": ["出入口"],
        "people": 8,
        "photos": ["demo"],
    }
    return said | {"note": f"report-{n}"}


def main(
    doc: str | None,
    run: Callable[..., Found],
    weakened: Mapping[str, Any],
    *,
    count: tuple[str, float],
    postgres: bool = True,
) -> None:
    """``run(folder, number, url=, variant=, seed=)``; ``count``: what the number is called and what it is by default. Ends with 1
    if the promise is broken."""
    name, usual = count
    words = (doc or "").partition("``python -m ")[2].partition("``")
    parser = argparse.ArgumentParser(prog=f"python -m {words[0]}", description=doc)
    parser.add_argument(f"--{name}", type=type(usual), default=usual, dest="number")
    parser.add_argument(
        "--weakened", default=PRODUCT, choices=[w for w in weakened if w != PRODUCT], help="a build that must fail"
    )
    parser.add_argument("--seed", type=int, default=97)
    if postgres:
        parser.add_argument("--postgres", action="store_true", help="on a private PostgreSQL instead of SQLite")
        parser.add_argument("--url", default="", help="on the empty PostgreSQL database at this address")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"{words[0].rpartition('.')[2]}-")))
        url = asked.url if postgres else ""
        if postgres and asked.postgres:
            from tests.postgres import cluster  # noqa: PLC0415 - only where there is one

            url = stack.enter_context(cluster())
        found = run(folder, asked.number, url=url, variant=asked.weakened, seed=asked.seed)
        print(f"{'PostgreSQL' if url else 'SQLite'}, {asked.weakened}: {found}", flush=True)
    sys.exit(0 if found.held else 1)
