"""Whose turn it is to write to an SQLite file. SQLite itself has those who wait look again every tenth of a second, and lets in whoever
asks at the right moment: while others write again and again, one that waits may be passed over until its time is up
(bench/writers.py: "database is locked" on a busy machine, with nobody holding the store for long).

So there is one place to wait at the door, and a queue for that place: who has waited longer looks more often.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_S = 0.02  # how often whoever has just come looks
SOONER = 10  # after a second eleven times as often


@contextmanager
def next_in_turn(file: Path, patience_s: float) -> Iterator[float]:
    """Within, nobody else waits at the door of the store ``file``; the seconds of patience that are left. Who had to wait in the queue for
    all of it goes to the door all the same, to hear from SQLite that it is locked."""
    handle = os.open(file.with_name(f"{file.name}-turn"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield patience_s - _queued(handle, patience_s)
    finally:
        os.close(handle)  # and with it the place


def _queued(handle: int, patience_s: float) -> float:
    """Wait for the place; how long it took, at most ``patience_s``."""
    began = time.monotonic()
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = time.monotonic() - began
            if waited >= patience_s:
                return patience_s
            time.sleep(min(LOOK_S / (1 + SOONER * waited), patience_s - waited))
        else:
            return min(time.monotonic() - began, patience_s)
