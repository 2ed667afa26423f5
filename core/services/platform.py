"""The platform of one process: configuration, store and Catalog; it opens units of work and settles what they touched."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.base.window import TZ
from core.config import Config
from core.estate.campaign import Campaign
from core.kernel.catalog import Catalog, Fault
from core.services.measuring import measures
from core.services.operations import faults
from core.services.owing import obligations
from core.services.permission.access import SYSTEM_ACTOR, Actor
from core.services.reporting.apart import Apart
from core.services.store.db import Database
from core.services.work import Work
from core.services.writing import reactions

log = logging.getLogger("actions.faults")
PATIENCE_MS = 500


@dataclass(frozen=True)
class Platform:
    config: Config
    db: Database
    catalog: Catalog
    prepared: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    apart: Apart | None = field(default=None, repr=False, compare=False)

    @contextmanager
    def work(
        self, actor: Actor = SYSTEM_ACTOR, *, now: datetime | None = None, source: str = "page", settle: bool = True
    ) -> Iterator[Work]:
        """A unit of work that writes: at its end what it touched is settled and all of it committed, or none of it is."""
        with self.db.writing() as session:
            work = self._opened(session, actor, now, source)
            yield work
            if settle:
                settled(work)
            faults.keep(work, faults.moved(work))

    @contextmanager
    def reading(self, actor: Actor = SYSTEM_ACTOR, *, now: datetime | None = None) -> Iterator[Work]:
        """A unit of work that only reads, on one snapshot."""
        with self.db.reading() as session:
            work = self._opened(session, actor, now, "page")
            yield work
            news = faults.moved(work)
        if news:
            self._note(news, work.now)

    def close(self) -> None:
        """Let go of the store and of the processes of our own."""
        if self.apart is not None:
            self.apart.close()
        self.db.close()

    def _note(self, news: Mapping[str, Fault | None], now: datetime) -> None:
        """What a reader met of plugins' faults; a busy store is no reason to keep them waiting, the next one tells it again."""
        try:
            with self.db.writing(patience_ms=PATIENCE_MS) as session:
                faults.keep(self._opened(session, SYSTEM_ACTOR, now, "page"), news)
        except DBAPIError as error:
            log.warning("could not note %s: %s", ", ".join(news), error)

    def _opened(self, session: Session, actor: Actor, now: datetime | None, source: str) -> Work:
        campaign = session.scalars(select(Campaign)).first()
        if now is None:
            real = self.config.now()
            fixed = campaign.today if campaign else None
            now = real if fixed is None else datetime.combine(fixed, real.time(), TZ)
        work = Work(session, self.catalog, actor, now, source, self.config.strict, self.prepared, apart=self.apart)
        if campaign is not None:
            work.__dict__["campaign"] = campaign
        return work


def settled(work: Work) -> None:
    """What follows from the changes; then measures and obligations of everything touched, once, in the same transaction."""
    reactions.run(work)
    work.session.flush()
    if work.everything:
        measures.roll(work, work.today)
        obligations.roll(work, work.today)
    if work.touched:
        measures.refresh(work)
        obligations.refresh(work)
    work.touched.clear()
    work.everything = False
