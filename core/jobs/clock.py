"""The clock of one process: it ticks every fifteen seconds in the background and sends beside it. The job store is memory: a
shared one can't be (measured).

Stopped, it lets what is short come to its end and cuts off the rest: a job's run and its effect are one transaction, so what is
cut off leaves nothing in the ledger, and the next tick, of whatever process, runs it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from threading import Thread

from apscheduler.schedulers.background import BackgroundScheduler

from core.base.window import TZ
from core.jobs.tick import tick
from core.services.exchange import webhook_calls
from core.services.exports import making
from core.services.messaging import outbox
from core.services.messaging.channels import Channel
from core.services.platform import Platform
from core.services.scheduled import own_jobs
from core.services.scheduled.job_apart import Children, run_apart

log = logging.getLogger("actions.jobs")
EVERY_S = 15
PATIENCE_S = 3  # how long a stop waits for what runs; a supervisor kills after ten or more


class Clock:
    """``ended``: after ``stop``, whether everything came to its end. If not, a thread of this process still works on a job of
    the core's own, which nothing but the process's end can stop."""

    def __init__(self, platform: Platform, channels: Mapping[str, Channel], every_s: float = EVERY_S) -> None:
        own_jobs.WAYS |= {key: one.group for key, one in channels.items()}
        self.ended = False
        self._children = Children()
        self._scheduler = BackgroundScheduler(timezone=TZ)
        options = {"max_instances": 1, "coalesce": True, "next_run_time": datetime.now(TZ), "seconds": every_s}
        runner, over = partial(run_apart, children=self._children), self._children.over
        for act in (
            lambda: tick(platform, runner=runner, over=over),
            lambda: making.make(platform, over),
            lambda: outbox.send(platform, channels),
            lambda: webhook_calls.send(platform),
        ):
            self._scheduler.add_job(partial(safely, act), "interval", **options)
        self._scheduler.start()

    def stop(self, patience_s: float = PATIENCE_S) -> None:
        """Begin nothing more, kill the processes of jobs, and wait a little for the rest."""
        self._children.cut_off()
        ending = Thread(target=self._scheduler.shutdown, daemon=True)
        ending.start()
        ending.join(patience_s)
        self.ended = not ending.is_alive()
        if not self.ended:
            log.warning("a job was still running after %s s and is cut off; it will be run again", patience_s)


def safely(act: Callable[[], object]) -> None:
    try:
        act()
    except Exception:
        log.exception("a tick failed; the next one tries again")
