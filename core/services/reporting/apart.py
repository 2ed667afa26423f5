"""Documents made in a process of our own, so that a plugin that hangs, dies or eats the memory there costs its part alone: a
thread can't be killed (reliability.md, finding 7).

The child is started fresh and kept: a fork would take over open connections and locks. It tells which part it has reached;
one that takes too long is killed, and a new child makes the whole document without it, on one snapshot as ever.
"""

from __future__ import annotations

import logging
import multiprocessing
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from sqlalchemy import text

from core.base import keys
from core.base.blocks import Document
from core.base.errors import NoData
from core.config import Config
from core.kernel.catalog import Catalog, Fault
from core.services.store.plain_reads import LIMITED

if TYPE_CHECKING:
    from core.services.reporting.documents import Wanted
    from core.services.work import Work

log = logging.getLogger("actions.apart")
AT_ONCE = 2  # children; further readers wait for their turn
AGAIN = timedelta(minutes=10)  # how long a part that was cut off is left out before it is tried anew
MEMORY = 2_000_000_000
Answer = tuple[Document, dict[str, Fault | None]]
PROCESSES = multiprocessing.get_context("spawn")


class CutOff(Exception):
    """A part took too long, or the child died in it."""

    def __init__(self, place: str, why: str) -> None:
        self.place, self.why = place, why
        super().__init__(f"{place}: {why}")


class LeftOut(NoData):
    """Not tried: it was cut off a short while ago."""


class Watch:
    """In the child: says which part is reached, and raises in one that was cut off (``cut``: place -> what to say)."""

    def __init__(self, pipe: Connection, cut: Mapping[str, str]) -> None:
        self.pipe, self.cut = pipe, cut

    def reach(self, place: str) -> None:
        if place in self.cut:
            raise LeftOut(self.cut[place])
        self.pipe.send(("at", place))

    def leave(self) -> None:
        self.pipe.send(("at", ""))


class Apart:
    """The children of one process. ``limit_s``: what a part may take."""

    def __init__(self, config: Config, catalog: Catalog, limit_s: float) -> None:
        self._given = (config, tuple(catalog.plugins), catalog.faults)
        self.limit_s = limit_s
        self._turn = BoundedSemaphore(AT_ONCE)
        self._idle: list[Child] = []
        self._cut: dict[str, tuple[datetime, str]] = {}

    @classmethod
    def of(cls, config: Config, catalog: Catalog) -> Apart | None:
        """None where the settings want no child: for tests, and for who develops a plugin and wants to see it fail."""
        if not config.section_s or config.strict:
            return None
        return cls(config, catalog, config.section_s)

    def document(self, work: Work, wanted: Wanted) -> Document:
        """``documents.made`` in a child, without the parts that do not end."""
        cut = self._left_out(work)
        with self._turn:
            while True:
                child = self._child()
                try:
                    made, reached = child.ask(work, wanted, cut, self.limit_s)
                except CutOff as error:
                    child.kill()
                    if not error.place:
                        raise
                    log.warning("%s", error)
                    cut[error.place] = f"{error.why}（{work.now:%H:%M}）"
                    self._cut[error.place] = (work.now, cut[error.place])
                    work.reached[error.place] = _fault(error.place, cut[error.place])
                except BaseException:
                    child.kill()
                    raise
                else:
                    self._idle.append(child)
                    work.reached |= reached
                    return made

    def _left_out(self, work: Work) -> dict[str, str]:
        """What was cut off a short while ago, and why, but for what somebody resumed since."""
        rows = work.standing
        return {
            place: why
            for place, (since, why) in self._cut.items()
            if work.now < since + AGAIN and (place not in rows or rows[place].recent)
        }

    def _child(self) -> Child:
        while self._idle:
            with suppress(IndexError):  # another thread may take the last
                child = self._idle.pop()
                if child.process.is_alive():
                    return child
                child.kill()
        return Child(*self._given)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().kill()


class Child:
    """One process, and our end of the pipe to it."""

    def __init__(self, config: Config, slugs: tuple[str, ...], faults: tuple[Fault, ...]) -> None:
        self.pipe, theirs = PROCESSES.Pipe()
        self.process = PROCESSES.Process(target=serve, args=(theirs, config, slugs, faults), daemon=True)
        self.process.start()
        theirs.close()

    def ask(self, work: Work, wanted: Wanted, cut: Mapping[str, str], limit_s: float) -> Answer:
        """The document, and what became of the parts it reached. Raises ``CutOff`` for the part that took longer than
        ``limit_s``."""
        place = ""
        try:
            self.pipe.send((work.actor, work.now, wanted, cut))
            while self.pipe.poll(limit_s if place else None):
                kind, told = self.pipe.recv()
                match kind:
                    case "at":
                        place = told
                    case "made":
                        document, reached = told
                        assert isinstance(document, Document)
                        return document, reached
                    case _:
                        raise ChildProcessError(told)
        except (EOFError, OSError):
            raise CutOff(place, "计算它的进程意外结束") from None
        raise CutOff(place, f"超过 {limit_s:g} 秒没有结束，已中止")

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


def serve(pipe: Connection, config: Config, slugs: tuple[str, ...], faults: tuple[Fault, ...]) -> None:
    """The child: one document after the other, until nobody asks any more. ``faults``: why the other plugins are not there."""
    from core.kernel import plugins  # noqa: PLC0415 - what follows is needed in the child only
    from core.services.platform import Platform  # noqa: PLC0415
    from core.services.reporting import documents  # noqa: PLC0415 - it imports this module's Apart
    from core.services.store.db import Database  # noqa: PLC0415

    limit()
    keys.use(config.secret_key, *config.old_keys)
    catalog = replace(plugins.load(only=slugs, packages=config.packages), faults=faults)
    platform = Platform(config, Database(config.database_url, busy_s=config.busy_timeout), catalog)
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            actor, now, wanted, cut = pipe.recv()
            try:
                with platform.reading(actor, now=now) as work:
                    _hurry(work, config.section_s)
                    work.watch = Watch(pipe, cut)
                    made = documents.made(work, wanted)
                    reached = dict(work.reached)
                    work.reached.clear()  # who asked keeps it, who may hold the store's lock
                pipe.send(("made", (made, reached)))
            except Exception:
                pipe.send(("failed", traceback.format_exc()))


def _fault(place: str, why: str) -> Fault:
    slug = place.partition(":")[2].partition(".")[0]
    return Fault(plugin=slug, stage=place.partition(":")[0], what=why)


def _hurry(work: Work, limit_s: float) -> None:
    """PostgreSQL goes on with a statement whose asker was killed: it ends it itself, before the child would have to be."""
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(text(f"SET LOCAL statement_timeout = {int(limit_s * 500)}"))
        work.session.info[LIMITED] = True


def limit() -> None:
    """No more memory than a plugin needs, on systems that know such limits."""
    with suppress(ImportError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
