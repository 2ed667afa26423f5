"""The journal: who changed what, when and from where, with before and after. Written in the saving transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.base.columns import JsonText
from core.base.declared import Base
from core.base.fields import Field
from core.base.window import Moment

if TYPE_CHECKING:
    from core.services.work import Work


class JournalEntry(Base):
    """``changes``: {field: [before, after]} as JSON values; personal fields are masked in it."""

    __tablename__ = "journal"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    login: Mapped[str] = mapped_column(String(80))
    actor: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(60))
    verb: Mapped[str] = mapped_column(String(40))  # create, edit, remove, move:<step>, set, issue, sign-in
    subject: Mapped[str] = mapped_column(String(120))  # record key, unit kind, setting key
    subject_id: Mapped[int | None] = mapped_column(Integer)
    unit_kind: Mapped[str | None] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(Integer)
    changes: Mapped[dict[str, Any]] = mapped_column(JsonText)
    __table_args__ = (
        Index(None, "subject", "subject_id"),
        Index(None, "unit_kind", "unit_id", "id"),
        Index(None, "at"),
    )


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
    work.session.add(JournalEntry(**line(work, verb, subject, subject_id, changes, unit)))


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
