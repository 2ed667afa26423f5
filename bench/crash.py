"""``python -m bench.crash``: nothing acknowledged is lost, nothing is doubled, under kill -9. Programs send reports over HTTP to a
real server process, each with an idempotency key they repeat until they are answered; the server is killed (SIGKILL) and started
again at random; then every answer is held against the store, the journal and a rebuild of both ledgers.

It prints counts and ends with 1 if a promise is broken. ``--weakened`` serves a build that must break it (Rule 0).
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from sqlalchemy import func, select

from bench import program
from bench.crash_server import VARIANTS
from bench.serve import ROOT, free_port
from core.base import keys
from core.kernel import plugins
from core.services.audit import journal_verify
from core.services.audit.journal import JournalEntry
from core.services.exchange import tokens
from core.services.measuring import reckoned
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.store.db import Database
from core.services.writing.receipts import Receipt
from core.testing import small_platform

PLUGINS = "environment"
KEY = "environment.cleanup"
TODAY = "2024-11-20"
SECRET = "only for the crash test 97"


@dataclass
class Outcome:
    """What became of it. ``interrupted``: requests cut off without an answer; ``repeated``: of those, how many had been stored and
    got their receipt; ``unlike``: what the store says that the records do not."""

    kills: int = 0
    acknowledged: int = 0
    interrupted: int = 0
    repeated: int = 0
    lost: int = 0
    doubled: int = 0
    unlike: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return not (self.lost or self.doubled or self.unlike)

    def __str__(self) -> str:
        told = f"{self.kills} kills, {self.acknowledged} acknowledged, {self.interrupted} requests cut off, "
        told += f"{self.repeated} of them stored and answered by receipt; lost {self.lost}, doubled {self.doubled}"
        return "; ".join([told, *self.unlike])


class Writer(Thread):
    """One program that reports without end: a key is sent until it is acknowledged."""

    def __init__(self, number: int, where: list[int], token: str, stop: Event) -> None:
        super().__init__(daemon=True)
        self.number, self.where, self.token, self.stop = number, where, token, stop
        self.acknowledged: dict[str, int] = {}
        self.interrupted = self.repeated = self.sent = 0

    def run(self) -> None:
        while not self.stop.is_set():
            self.sent += 1
            note = f"writer-{self.number}-report-{self.sent}"
            cut = False
            while not self.stop.is_set():
                status, record_id = self._send(note)
                if status in (200, 201):
                    self.acknowledged[note] = record_id
                    self.repeated += cut and status == 200
                    break
                cut = True
                self.interrupted += status == 0
                self.stop.wait(0.02)

    def _send(self, note: str) -> tuple[int, int]:
        """(status, record); status 0: cut off, -1: nobody was there."""
        body = {"complex_id": 2, "held_on": TODAY, "spots": ["出入口"], "people": 8, "photos": ["demo"], "note": note}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": note}
        address = f"http://127.0.0.1:{self.where[0]}/api/v1/records/{KEY}"
        try:
            with urlopen(Request(address, json.dumps(body).encode(), headers), timeout=20) as answer:
                return answer.status, json.load(answer)["id"]
        except HTTPError as error:
            if error.code < 500:
                raise
            return error.code, 0
        except (HTTPException, OSError, ValueError) as error:
            refused = "refused" in str(error)
            return (-1 if refused else 0), 0


def run(
    folder: Path, kills: int, *, url: str = "", variant: str = "product", writers: int = 3, seed: int = 97
) -> Outcome:
    """Kill the server ``kills`` times while ``writers`` programs report; what it came to."""
    catalog = plugins.load(only=[PLUGINS], strict=True)
    keys.use(SECRET.encode())
    made = small_platform(folder, catalog=catalog, url=url, today=date.fromisoformat(TODAY), begun=True)
    with made.work(SYSTEM_ACTOR) as work:
        token = tokens.issue(work, "a", "crash", ["write"], per_minute=6000)
    made.db.close()
    words = {
        "ACTIONS_DATA": str(folder),
        "ACTIONS_DATABASE_URL": made.config.database_url,
        "ACTIONS_SECRET_KEY": SECRET,
        "ACTIONS_PLUGINS": PLUGINS,
    }
    chance, stop, where = random.Random(seed), Event(), [free_port()]
    server = _begin(words, variant, where[0])
    programs = [Writer(n, where, token, stop) for n in range(writers)]
    for one in programs:
        one.start()
    for number in range(kills):
        time.sleep(chance.uniform(0.1, 0.8))
        server.send_signal(signal.SIGKILL)
        server.wait()
        server = _begin(words, variant, where[0])
        if number % 20 == 19:
            print(f"{number + 1} kills, {sum(len(w.acknowledged) for w in programs)} acknowledged", flush=True)
    time.sleep(0.5)
    stop.set()
    for one in programs:
        one.join(30)
    server.send_signal(signal.SIGKILL)
    server.wait()
    return _judged(made, programs, kills)


def _begin(words: dict[str, str], variant: str, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bench.crash_server", variant, str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | words, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10):
                return process
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server did not answer")


def _judged(made: Platform, programs: list[Writer], kills: int) -> Outcome:
    keys.use(SECRET.encode())
    db = Database(made.config.database_url)
    platform = Platform(made.config, db, made.catalog)
    out = Outcome(kills=kills)
    out.interrupted, out.repeated = sum(w.interrupted for w in programs), sum(w.repeated for w in programs)
    acknowledged = {note: record_id for w in programs for note, record_id in w.acknowledged.items()}
    out.acknowledged = len(acknowledged)
    with platform.work(SYSTEM_ACTOR, settle=False) as work:
        model = platform.catalog.records[KEY]
        rows = dict(work.session.execute(select(model.id, model.note)).all())  # type: ignore[attr-defined]
        out.lost = sum(rows.get(record_id) != note for note, record_id in acknowledged.items())
        out.doubled = sum(many - 1 for many in Counter(rows.values()).values())
        lines = select(JournalEntry.subject_id, func.count()).where(
            JournalEntry.subject == KEY, JournalEntry.verb == "create"
        )
        told = dict(work.session.execute(lines.group_by(JournalEntry.subject_id)).all())
        if told != dict.fromkeys(rows, 1):
            out.unlike.append(f"{len(told)} lines of the journal for {len(rows)} records")
        receipts = set(work.session.scalars(select(Receipt.subject_id)))
        if receipts != set(rows):
            out.unlike.append(f"{len(receipts)} receipts for {len(rows)} records")
        out.unlike += reckoned.differences(work)
        out.unlike += [
            f"journal, line {f.line}: {f.what}" for f in journal_verify.verify(work.session.connection()).findings
        ]
    db.close()
    return out


if __name__ == "__main__":
    program.main(__doc__, run, VARIANTS, count=("kills", 200))
