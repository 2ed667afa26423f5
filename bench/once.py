"""``python -m bench.once``: exactly once under kill -9. Several ``actions scheduler`` processes share one store and a fast
clock; they are killed (SIGKILL) and started again at random; then every scheduled time is looked for in the ledger.

It prints counts and ends with 1 if a scheduled time ran twice, was forgotten, or a reminder was told twice.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from core.base.window import TZ, end_of
from core.config import Config
from core.jobs import due
from core.kernel import plugins
from core.services.messaging.messages import Message
from core.services.platform import Platform
from core.services.scheduled import own_jobs
from core.services.scheduled.job_runs import JobRun, all_jobs
from core.services.store.db import Database
from core.testing import START, small_platform

assert own_jobs.OWN


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.once", description=__doc__)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--speed", type=float, default=43200.0, help="simulated seconds a second")
    parser.add_argument("--plugins", default="environment,micro_projects")
    parser.add_argument("--url", default="", help="a PostgreSQL address; SQLite if there is none")
    parser.add_argument("--seed", type=int, default=97)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="once-") as folder:
        sys.exit(0 if run(asked, Path(folder)) else 1)


def run(asked: argparse.Namespace, folder: Path) -> bool:
    chosen = tuple(asked.plugins.split(","))
    made = small_platform(folder, catalog=plugins.load(only=chosen, strict=True), url=asked.url)
    url = made.config.database_url
    made.db.close()
    began = time.time()
    start = datetime.combine(START, datetime.min.time(), TZ) + timedelta(hours=7)
    words = {
        "ACTIONS_DATA": str(folder),
        "ACTIONS_DATABASE_URL": url,
        "ACTIONS_SECRET_KEY": "only for these tests",
        "ACTIONS_PLUGINS": asked.plugins,
        "ACTIONS_BACKUPS": "off",  # a night passes every two seconds
        "ACTIONS_CLOCK": f"{start.isoformat()}@{began}*{asked.speed}",
    }
    chance, running = random.Random(asked.seed), [_begin(words) for _ in range(asked.processes)]
    for number in range(asked.kills):
        time.sleep(chance.uniform(0.2, 4.0))
        place = chance.randrange(len(running))
        running[place].send_signal(signal.SIGKILL)
        running[place].wait()
        running[place] = _begin(words)
        if number % 20 == 19:
            print(f"{number + 1} kills, {time.time() - began:.0f} s", flush=True)
    config = Config.read(words, folder)
    _quiet(config, url, chosen)
    for one in running:
        one.send_signal(signal.SIGKILL)
        one.wait()
    return _judged(config, url, chosen, start)


def _begin(words: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "core.cli", "scheduler", "--every", "0.2"]
    return subprocess.Popen(command, env=os.environ | words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _quiet(config: Config, url: str, chosen: tuple[str, ...]) -> None:
    """Wait until everything due a simulated day ago has a row, at most a minute."""
    for _ in range(60):
        if not _missing(config, url, chosen, config.now() - timedelta(days=1)):
            return
        time.sleep(1)


def _missing(config: Config, url: str, chosen: tuple[str, ...], until: datetime) -> list[tuple[str, datetime]]:
    platform = Platform(config, Database(url), plugins.load(only=chosen))
    with platform.reading() as work:
        start = end_of(work.campaign.starts_on)
        there = {(r.job, r.scheduled_at) for r in work.session.scalars(select(JobRun))}
    wanted = {(j.key, t) for j in all_jobs(platform.catalog).values() for t in due.times(j, start, until)}
    platform.db.close()
    return sorted(wanted - there)


def _judged(config: Config, url: str, chosen: tuple[str, ...], start: datetime) -> bool:
    until = config.now() - timedelta(days=1)
    forgotten = _missing(config, url, chosen, until)
    platform = Platform(config, Database(url), plugins.load(only=chosen))
    with platform.reading() as work:
        states = Counter(r.state for r in work.session.scalars(select(JobRun)))
        keys = list(work.session.scalars(select(Message.key)))
        persons = Counter(key for key in keys if key.startswith("digest/"))
    platform.db.close()
    twice = [key for key, many in Counter(keys).items() if many > 1]
    print(f"{start:%Y-%m-%d} to {until:%Y-%m-%d}: {sum(states.values())} scheduled times {dict(states)}")
    print(f"forgotten {len(forgotten)}; digests {len(persons)}; told twice {len(twice)}")
    return not forgotten and not twice and states["failed"] == 0


if __name__ == "__main__":
    main()
