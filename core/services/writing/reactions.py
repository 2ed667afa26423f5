"""What follows from a change (plan 1.6), before the unit of work is settled: each plugin's reactions, each isolated, by the
system and through the one door. What they write may be reacted to in turn, three times deep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from core.base.describe import Reaction, Rows
from core.base.react import Change, Door
from core.base.record import Record
from core.services.operations import faults, pauses
from core.services.permission.access import SYSTEM, Actor
from core.services.store import plain_reads
from core.services.work import Work
from core.services.writing import records

DEEP = 3
Due = tuple[Change, str, Reaction]  # what took place, and who reacts to it: slug and how
AUTO = Actor(login="system", label="系统自动", role=SYSTEM)


def run(work: Work) -> None:
    """React to everything that changed in ``work``, and to what that changes."""
    for _ in range(DEEP):
        changes, work.changes = work.changes, []
        if not changes:
            return
        work.session.flush()
        followers = {key: work.catalog.reactions_to(key) for key in {c.key for c in changes}}
        due = [(c, s, r) for c in changes for s, r in followers[c.key] if _reacts(work, c, s, r)]
        with _by_the_system(work):
            if len(due) == 1 or not _together(work, due):
                _one_by_one(work, due)
    work.changes.clear()


def _reacts(work: Work, change: Change, slug: str, reaction: Reaction) -> bool:
    return (reaction.removals or not change.removed) and not pauses.paused(work, _place(slug, reaction))


def _together(work: Work, due: Sequence[Due]) -> bool:
    """All behind one border, since a savepoint each costs more than most reactions do; False if one failed: nothing took
    place then."""
    with faults.border(work, "reaction:all", "core", writes=True) as failed:
        for change, _, reaction in due:
            reaction.run(change, _Door(work))
    if failed:
        work.changes.clear()
        work.__dict__.pop("look", None)  # it may know what was rolled back
        return False
    for place in {_place(slug, reaction) for _, slug, reaction in due}:
        faults.mended(work, place)
    return True


def _one_by_one(work: Work, due: Sequence[Due]) -> None:
    """Each behind a border of its own; the guilty is noted at its place."""
    bad: set[str] = set()
    for change, slug, reaction in due:
        place, written = _place(slug, reaction), len(work.changes)
        with faults.border(work, place, slug, writes=True) as failed:
            reaction.run(change, _Door(work))
            work.session.flush()
        if failed:
            del work.changes[written:]  # rolled back: nothing took place
            faults.record(work, place, replace(failed[0], stage="reaction"))
            bad.add(place)
        elif place not in bad:  # of many rows one that fails is not mended by the next
            faults.mended(work, place)


def _place(slug: str, reaction: Reaction) -> str:
    return f"reaction:{slug}:{reaction.label}"[:120]


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
