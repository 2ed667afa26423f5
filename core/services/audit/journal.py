"""The journal: who changed what, when and from where, with before and after. Written in the saving transaction, at its end.

Next: journal_chain.py (why a line can't be changed unnoticed), journal_verify.py, journal_anchor.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.base.fields import Field
from core.services.audit import journal_chain
from core.services.audit.journal_chain import append
from core.services.audit.journal_row import JournalEntry

if TYPE_CHECKING:
    from core.services.work import Work

__all__ = ["JournalEntry", "append", "checkpoint", "difference", "line", "write"]


def difference(fields: tuple[Field, ...], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """{field: [before, after]} of what differs, by each kind's own JSON."""
    changes = {}
    for field in fields:
        old, new = before.get(field.name), after.get(field.name)
        if old != new:
            changes[field.name] = [field.kind.dump(old), field.kind.dump(new)]
    return changes


def write(
    work: Work,
    verb: str,
    subject: str,
    subject_id: int | None,
    changes: Mapping[str, Any],
    unit: tuple[str, int] | None = None,
) -> None:
    append(work.session, [line(work, verb, subject, subject_id, changes, unit)])


def checkpoint(work: Work) -> None:
    """Fix the content of every line so far without a key, so that it can be verified when theirs is given up."""
    connection = work.session.connection()
    journal_chain.lock(connection)
    number, _digest = journal_chain.head(connection)
    _digest, fold = journal_chain.state_at(connection, number)
    write(work, journal_chain.CHECKED, journal_chain.SUBJECT, number, {"fold": [None, fold]})
    journal_chain.write_now(work.session)


def line(
    work: Work,
    verb: str,
    subject: str,
    subject_id: int | None,
    changes: Mapping[str, Any],
    unit: tuple[str, int] | None = None,
) -> dict[str, Any]:
    """One line of the journal by its columns, for whoever writes many at once."""
    return {
        "at": work.now,
        "login": work.actor.login,
        "actor": work.actor.label,
        "source": work.source,
        "address": work.actor.address or None,
        "verb": verb,
        "subject": subject,
        "subject_id": subject_id,
        "unit_kind": unit[0] if unit else None,
        "unit_id": unit[1] if unit else None,
        "changes": dict(changes),
    }
