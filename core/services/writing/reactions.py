"""What follows from a change (plan 1.6), before the unit of work is settled: each plugin's reactions, each isolated, by the
system and through the one door. What they write may be reacted to in turn, three times deep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from core.base.describe import Rows
from core.base.react import Door
from core.base.record import Record
from core.services.operations import faults, pauses
from core.services.permission.access import SYSTEM, Actor
from core.services.store import plain_reads
from core.services.work import Work
from core.services.writing import records

DEEP = 3
AUTO = Actor(login="system", label="系统自动", role=SYSTEM)


def run(work: Work) -> None:
    """React to everything that changed in ``work``, and to what that changes."""
    for _ in range(DEEP):
        changes, work.changes = work.changes, []
        if not changes:
            return
        work.session.flush()
        with _by_the_system(work):
            for change in changes:
                for slug, reaction in work.catalog.reactions_to(change.key):
                    if change.removed and not reaction.removals:
                        continue
                    place, written = f"reaction:{slug}:{reaction.label}"[:120], len(work.changes)
                    if pauses.paused(work, place):
                        continue
                    with faults.border(work, place, slug, writes=True) as failed:
                        reaction.run(change, _Door(work))
                        work.session.flush()
                    if failed:
                        del work.changes[written:]  # rolled back: nothing took place
                        faults.record(work, place, replace(failed[0], stage="reaction"))
                    else:
                        faults.mended(work, place)
    work.changes.clear()


@contextmanager
def _by_the_system(work: Work) -> Iterator[None]:
    actor, source = work.actor, work.source
    work.actor, work.source = AUTO, "demo" if source == "demo" else "reaction"
    try:
        yield
    finally:
        work.actor, work.source = actor, source


class _Door(Door):
    def __init__(self, work: Work) -> None:
        self._work, self.now = work, work.now

    @property
    def today(self) -> date:
        return self._work.today

    def read(self, rows: Rows) -> Sequence[Any]:
        self._work.session.flush()
        return plain_reads.rows(self._work.session, rows)

    def setting(self, key: str) -> Any:
        return self._work.settings[key]

    def save(self, record: type[Record], values: Mapping[str, Any]) -> int:
        return records.save(self._work, self._work.catalog.key_of(record), values, reason="系统自动").record.id

    def correct(self, record: type[Record], record_id: int, values: Mapping[str, Any]) -> None:
        key = self._work.catalog.key_of(record)
        records.save(self._work, key, values, record_id=record_id, reason="系统自动")

    def move(
        self,
        record: type[Record],
        record_id: int,
        step: str,
        values: Mapping[str, Any] | None = None,
        remark: str = "",
    ) -> None:
        records.move(
            self._work, self._work.catalog.key_of(record), record_id, step, values, remark=remark or "系统自动"
        )

    def ask(self, hook: str, **given: Any) -> list[tuple[str, Any]]:
        return self._work.partners.ask(hook, **given)
