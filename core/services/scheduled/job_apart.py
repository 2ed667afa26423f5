"""A plugin's job in a process of its own, so that one that hangs is cut off at its limit and hurts nobody (finding 7).

The child writes the run and its effect in its own transaction; killed, it leaves nothing, and the failure is kept instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime

from core.base import keys
from core.base.describe import Job
from core.config import Config
from core.kernel import plugins
from core.services.platform import Platform
from core.services.scheduled import job_runs
from core.services.scheduled.job_runs import JobRun
from core.services.store.db import Database

STARTING_S = 30  # what the child needs to be up, on a busy machine, before the job's own limit counts


def run_apart(platform: Platform, job: Job, scheduled: datetime, now: datetime) -> JobRun | None:
    """``job_runs.run_at`` in a child that is killed when the job's limit is over."""
    config = platform.config
    words = {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "ACTIONS_DATA": str(config.data),
        "ACTIONS_DATABASE_URL": config.database_url,
        "ACTIONS_PLUGINS": ",".join(platform.catalog.plugins),
        "ACTIONS_STRICT": "",
        "ACTIONS_SECRET_KEY": config.secret_key.decode(),  # the child writes lines of the journal under the same key
        "ACTIONS_OLD_KEYS": ",".join(old.decode() for old in config.old_keys),
    }
    with platform.reading(now=now) as work:
        earlier = work.session.get(JobRun, (job.key, scheduled))
        attempts = earlier.attempts if earlier is not None else 0
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, job.key, scheduled.isoformat(), now.isoformat()],
            env=os.environ | words,
            capture_output=True,
            timeout=job.limit_s + STARTING_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return job_runs.failed(platform, job, scheduled, TimeoutError(f"超过 {job.limit_s} 秒没有结束，已中止"), now)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        return job_runs.failed(platform, job, scheduled, ChildProcessError(said or "子进程意外结束"), now)
    with platform.reading(now=now) as work:
        row = work.session.get(JobRun, (job.key, scheduled))
        if row is None or row.attempts == attempts:
            return None
        work.session.expunge(row)
        return row


def main(key: str, scheduled: str, now: str) -> None:
    config = Config.read()
    keys.use(config.secret_key, *config.old_keys)
    catalog = plugins.load(only=config.plugins)
    db = Database(config.database_url)
    try:
        platform = Platform(config, db, catalog)
        job_runs.run_at(platform, catalog.jobs[key], datetime.fromisoformat(scheduled), now=datetime.fromisoformat(now))
    finally:
        db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
