"""A server or a scheduler that is told to stop does, whatever job it is at; the job leaves nothing and is run by the next."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from core.kernel import plugins
from core.services.platform import Platform
from core.services.scheduled.job_runs import JobRun
from core.testing import DAY, small_platform

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60  # a guard: the job itself goes on for longer than this
# The commands with one job of theirs that does not end the first time; the same file is the process of a job apart.
PROGRAM = """
import os, sys, time
from pathlib import Path
from core.base.describe import Job, Missed
from core.cli import main
from core.kernel import plugins
from core.services.scheduled import job_apart, job_runs, own_jobs, upkeep

def slow(context):
    mark = Path(os.environ["MARK"])
    if not mark.exists():
        mark.write_text(str(os.getpid()))
        time.sleep(600)
    return "done"

def load(real=plugins.load, **words):
    catalog = real(**words)
    if KEY not in job_runs.OWN:
        object.__setattr__(catalog, "jobs", {KEY: JOB})
    return catalog

KEY = os.environ["KEY"]
JOB = Job(key=KEY, label="slow", when={"hour": 0}, run=slow, missed=Missed.ONCE)
job_runs.OWN.clear()
if KEY.startswith("core."):
    job_runs.OWN[KEY] = JOB
plugins.load, job_apart.__name__ = load, "slow"
job_apart.main(*sys.argv[1:]) if sys.argv[1] == KEY else main(sys.argv[1:])
"""


def port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Platform]:
    catalog = plugins.load(only=["environment"], strict=True)
    found = small_platform(tmp_path, catalog=catalog, today=DAY, begun=True)
    (tmp_path / "slow.py").write_text(PROGRAM)
    yield found
    found.db.close()


@contextmanager
def running(store: Platform, key: str, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    config = store.config
    env = {k: v for k, v in os.environ.items() if not k.startswith("ACTIONS_")} | {
        "ACTIONS_DATA": str(config.data),
        "ACTIONS_DATABASE_URL": config.database_url,
        "ACTIONS_SECRET_KEY": config.secret_key.decode(),
        "ACTIONS_PLUGINS": "environment",
        "ACTIONS_BACKUPS": "off",
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(config.data))),
        "MARK": str(config.data / "begun"),
        "KEY": key,
    }
    with subprocess.Popen([sys.executable, "-m", "slow", *command], env=env, cwd=config.data) as process:
        try:
            yield process
        finally:
            process.kill()


def until(met: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    for _try in range(PATIENCE_S * 10):
        if met():
            return
        assert process.poll() is None, "it ended by itself"
        time.sleep(0.1)
    raise AssertionError("it did not come to that")


def runs(store: Platform, key: str) -> list[tuple[str, int]]:
    """(state, attempts) of what the ledger holds of the job, without what was passed over."""
    with store.reading() as work:
        rows = work.session.scalars(select(JobRun).where(JobRun.job == key, JobRun.state != "missed"))
        return [(row.state, row.attempts) for row in rows]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("key", ["core.slow", "environment.slow"], ids=["in a thread", "in a process of its own"])
@pytest.mark.parametrize("command", ["serve", "scheduler"])
def test_told_to_stop_it_does_and_the_job_it_was_at_is_run_again(store: Platform, command: str, key: str) -> None:
    words = (command, "--port", port()) if command == "serve" else (command,)
    mark = store.config.data / "begun"
    with running(store, key, *words) as process:
        until(mark.exists, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_S) == 0
    until_gone(int(mark.read_text()))
    assert runs(store, key) == [], "nothing half-done is kept"
    with running(store, key, *words) as process:
        until(lambda: runs(store, key), process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_S) == 0
    assert runs(store, key) == [("done", 1)]


def until_gone(pid: int) -> None:
    """The process of the job does not outlive its server."""
    for _try in range(PATIENCE_S * 10):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError(f"process {pid} is still there")
