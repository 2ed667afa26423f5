"""A job somebody sets going by hand: answered at once where it is quick, else it goes on behind the page, which shows it."""

from __future__ import annotations

import logging
from datetime import datetime
from threading import Lock, Thread

from core.base.errors import Invalid, Problem
from core.base.say import Say
from core.services.identity.accounts import real_now
from core.services.platform import Platform
from core.services.scheduled.job_apart import run_apart
from core.services.scheduled.job_runs import JobRun, run_now

QUICK_S = 1.0  # so long the page waits for the result itself
log = logging.getLogger(__name__)
_lock = Lock()
_running: dict[tuple[str, str], datetime] = {}  # of this process, by store and job


def running(platform: Platform) -> dict[str, datetime]:
    """Since when which job goes on."""
    store = platform.config.database_url
    with _lock:
        return {key: since for (where, key), since in _running.items() if where == store}


def start(platform: Platform, key: str) -> JobRun | None:
    """The run if it is over soon; None while it goes on. Raises ``Invalid`` if it is at it already. What goes wrong is in the
    ledger of runs (job_runs.py)."""
    place = platform.config.database_url, key
    with _lock:
        if place in _running:
            raise Invalid([Problem("", Say("这项任务正在运行，请稍后再看结果"))])
        _running[place] = real_now()
    ended: list[JobRun | Exception] = []

    def work() -> None:
        try:
            ended.append(run_now(platform, key, runner=run_apart))
        except Exception as error:
            log.warning("job %s by hand: %s", key, error)
            ended.append(error)
        finally:
            with _lock:
                del _running[place]

    thread = Thread(target=work, name=f"job {key}", daemon=True)
    thread.start()
    thread.join(QUICK_S)
    found = ended[0] if ended else None
    if isinstance(found, Exception):
        raise found
    return found
