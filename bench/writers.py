"""``python -m bench.writers``: nobody is told that the database is locked. Eight processes, each with the whole web in it, report without a
pause for a while; every report is answered, stored once and agrees with the ledgers (G7).

It prints the answers and how long they took (seconds: half of them, all but one in a hundred, the longest) and ends with 1 if one
was refused or is not there. ``--weakened deferred`` begins writing transactions as most drivers do (reliability.md, finding 3).
"""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, func, select

from bench import program
from bench.program import KEY
from core.app import create_app
from core.base import keys
from core.config import Config
from core.kernel import plugins
from core.services.exchange import tokens
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.store.db import Database

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["bench.program", "core.app", "plugins.environment.records"])
WRITERS = 8


@dataclass
class Found:
    answers: dict[int, int]
    records: int
    half_s: float
    p99_s: float
    longest_s: float
    unlike: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return self.answers == {201: self.records} and not self.unlike


@contextmanager
def deferred() -> Any:
    """Weakened: the lock is taken when the first statement writes."""

    def plain(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> tuple[str, Any]:
        return ("BEGIN" if statement == "BEGIN IMMEDIATE" else statement), parameters

    event.listen(Engine, "before_cursor_execute", plain, retval=True)
    yield
    event.remove(Engine, "before_cursor_execute", plain)


WEAKENED: dict[str, Callable[[], AbstractContextManager[Any]]] = {program.PRODUCT: nullcontext, "deferred": deferred}


def run(folder: Path, seconds: float, *, url: str = "", variant: str = program.PRODUCT, seed: int = 97) -> Found:
    platform = program.small(folder, url)
    with platform.work(SYSTEM_ACTOR) as work:
        token = tokens.issue(work, "a", "writers", ["read", "write"], per_minute=60_000)
    ready = PROCESSES.Barrier(WRITERS)
    pipes = []
    for number in range(WRITERS):
        ours, theirs = PROCESSES.Pipe(duplex=False)
        given = (platform.config, token, number, seconds, variant, ready, theirs)
        PROCESSES.Process(target=_write, args=given, daemon=True).start()
        theirs.close()  # else a writer that dies would be waited for
        pipes.append(ours)
    told = [pipe.recv() for pipe in pipes]
    answers = Counter(status for one in told for status, _ in one)
    took = sorted(s for one in told for _, s in one)
    with platform.reading() as work:
        records = int(work.session.scalar(select(func.count()).select_from(work.catalog.records[KEY])) or 0)
    unlike = program.unlike(platform)
    platform.close()
    half, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    return Found(dict(answers), records, round(half, 3), round(p99, 3), round(took[-1], 3), unlike)


def _write(config: Config, token: str, number: int, seconds: float, variant: str, ready: Any, pipe: Any) -> None:
    logging.disable(logging.CRITICAL)
    keys.use(config.secret_key)
    platform = Platform(config, Database(config.database_url), plugins.load(only=["environment"], strict=True))
    client, told, sent = create_app(platform=platform).test_client(), [], 0
    ready.wait()
    until = time.monotonic() + seconds
    with WEAKENED[variant]():
        while time.monotonic() < until:
            sent += 1
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{number}-{sent}"}
            body = program.report(sent) | {"complex_id": 2, "note": f"{number}-{sent}"}
            began = time.monotonic()
            answer = client.post(f"/api/v1/records/{KEY}", json=body, headers=headers)
            told.append((answer.status_code, time.monotonic() - began))
    pipe.send(told)


if __name__ == "__main__":
    program.main(__doc__, run, WEAKENED, count=("seconds", 60.0))
