"""``python -m bench.repeats``: what is sent eight times at the same moment is one record. Two hundred keys, each sent by eight senders at
once as a telephone does that hears no answer; every sender gets the same record's number, and there are two hundred records (G19).

It prints counts and ends with 1 if a key has none or two. ``--weakened without_receipt`` serves a build that forgets the keys.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier
from typing import Any
from unittest.mock import patch

from sqlalchemy import func, select

from bench import program
from bench.program import KEY
from core.app import create_app
from core.services.exchange import tokens
from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import records

SENDERS = 8


@dataclass
class Found:
    """``apart``: keys whose senders were told different things; ``failed``: answers that are none; ``unlike``: program.unlike."""

    keys: int
    records: int = 0
    apart: int = 0
    failed: int = 0
    unlike: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return self.records == self.keys and not (self.apart or self.failed or self.unlike)


def without_receipt() -> Any:
    """Weakened: the record is stored and its key is not."""
    real = records.save

    def save(work: Any, key: str, raw: Any, **more: Any) -> Any:
        return real(work, key, raw, **more | {"idempotency": None})

    return patch.object(records, "save", save)


WEAKENED = {program.PRODUCT: nullcontext, "without_receipt": without_receipt}


def run(folder: Path, keys: int, *, url: str = "", variant: str = program.PRODUCT, seed: int = 97) -> Found:
    platform = program.small(folder, url)
    app, found, together = create_app(platform=platform), Found(keys), Barrier(SENDERS)
    with platform.work(SYSTEM_ACTOR) as work:
        token = tokens.issue(work, "a", "repeats", ["read", "write"], per_minute=60_000)

    def send(number: int) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"key-{number}"}
        body = program.report(number) | {"complex_id": 2}
        together.wait()
        return app.test_client().post(f"/api/v1/records/{KEY}", json=body, headers=headers)

    with WEAKENED[variant](), ThreadPoolExecutor(SENDERS) as pool:
        for number in range(keys):
            answers = list(pool.map(send, [number] * SENDERS))
            good = [a.json["id"] for a in answers if a.status_code in (200, 201)]
            found.failed += SENDERS - len(good)
            found.apart += len(set(good)) != 1 or sum(a.status_code == 201 for a in answers) != 1
    with platform.reading() as work:
        found.records = int(work.session.scalar(select(func.count()).select_from(work.catalog.records[KEY])) or 0)
    found.unlike = program.unlike(platform)
    platform.close()
    return found


if __name__ == "__main__":
    program.main(__doc__, run, WEAKENED, count=("keys", 200))
