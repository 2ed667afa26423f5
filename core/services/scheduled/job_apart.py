"""A plugin's job in a process of its own, so that one that hangs is cut off at its limit and hurts nobody (finding 7).

The child writes the run and its effect in its own transaction; killed, it leaves nothing, and the failure is kept instead.
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Event, Lock

from core.base import keys
from core.base.describe import Job
from core.config import Config
from core.kernel import plugins
from core.services.platform import Platform
from core.services.reporting import apart
from core.services.scheduled import job_runs
from core.services.scheduled.job_runs import JobRun
from core.services.store.db import Database

ALARM = getattr(signal, "SIGALRM", 14)  # Windows has none
STARTING_S = 30  # what the child needs to be up, on a busy machine, before the job's own limit counts


class Children:
    """The processes of the jobs a clock runs now. Once they are ``cut_off`` no other is begun: ``over`` is set."""

    def __init__(self) -> None:
        self.over = Event()
        self._lock = Lock()
        self._running: set[subprocess.Popen[bytes]] = set()

    def run(self, command: Sequence[str], env: Mapping[str, str], limit_s: float) -> tuple[int, bytes] | None:
        """(how it ended, what it said of an error); None if it was cut off. Raises ``TimeoutExpired``, with the process killed."""
        with self._lock:
            if self.over.is_set():
                return None
            process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            self._running.add(process)
        with process:
            try:
                _out, said = process.communicate(timeout=limit_s)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            finally:
                self._running.discard(process)
        return None if self.over.is_set() and process.returncode else (process.returncode, said)

    def cut_off(self) -> None:
        with self._lock:
            self.over.set()
            for process in self._running.copy():
                process.kill()


def run_apart(
    platform: Platform,
    job: Job,
    scheduled: datetime,
    now: datetime,
    *,
    manual: bool = False,
    children: Children | None = None,
) -> JobRun | None:
    """``job_runs.run_at`` in a child that ends itself when the job's limit is over, and else is killed. One of ``children``
    that is cut off leaves nothing in the ledger, not even a failure: the next tick finds it due."""
    config = platform.config
    words = {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "ACTIONS_DATA": str(config.data),
        "ACTIONS_DATABASE_URL": config.database_url,
        "ACTIONS_PLUGINS": ",".join(platform.catalog.plugins),
        "ACTIONS_PACKAGES": os.pathsep.join(map(str, config.packages)),
        "ACTIONS_STRICT": "",
        "ACTIONS_SECRET_KEY": config.secret_key.decode(),  # the child writes lines of the journal under the same key
        "ACTIONS_OLD_KEYS": ",".join(old.decode() for old in config.old_keys),
    }
    with platform.reading(now=now) as work:
        earlier = work.session.get(JobRun, (job.key, scheduled))
        attempts = earlier.attempts if earlier is not None else 0
    command = [sys.executable, "-m", __name__, job.key, scheduled.isoformat(), now.isoformat(), *["manual"] * manual]
    try:
        done = (children or Children()).run(command, os.environ | words, job.limit_s + STARTING_S)
    except subprocess.TimeoutExpired:
        done = -ALARM, b""
    if done is None:
        return None
    if done[0] == -ALARM:
        late = TimeoutError(f"超过 {job.limit_s} 秒没有结束，已中止")
        return job_runs.failed(platform, job, scheduled, late, now, manual=manual)
    if done[0] != 0:
        said = done[1].decode(errors="replace").strip().rpartition("\n")[2]
        broken = ChildProcessError(said or "子进程意外结束")
        return job_runs.failed(platform, job, scheduled, broken, now, manual=manual)
    with platform.reading(now=now) as work:
        row = work.session.get(JobRun, (job.key, scheduled))
        if row is None:  # it ended without a word, and without the run
            return job_runs.failed(platform, job, scheduled, ChildProcessError("子进程意外结束"), now, manual=manual)
        if row.attempts == attempts:
            return None
        work.session.expunge(row)
        return row


def main(key: str, scheduled: str, now: str, manual: str = "") -> None:
    config = Config.read()
    keys.use(config.secret_key, *config.old_keys)
    apart.limit()
    catalog = plugins.load(only=config.plugins, packages=config.packages)
    db = Database(config.database_url)
    try:
        platform = Platform(config, db, catalog)
        job = catalog.jobs[key]
        if hasattr(signal, "alarm"):
            signal.alarm(math.ceil(job.limit_s))  # the store's lock is held for so long at most
        moments = datetime.fromisoformat(scheduled), datetime.fromisoformat(now)
        job_runs.run_at(platform, job, moments[0], now=moments[1], manual=bool(manual))
        if ALARM:
            signal.alarm(0)
    finally:
        db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
