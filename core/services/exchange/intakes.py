"""What other systems report (core/base/intake.py): through the one door, answered with a receipt number by which the same sender,
and nobody else, asks how it goes on (A44-A50). A sender is an account: each outside system has one of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Index, Integer, String, select
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base
from core.base.errors import Invalid, NotFound, Problem
from core.base.intake import Intake
from core.base.kinds import PhotosKind
from core.base.record import Record
from core.base.say import Say
from core.base.window import Moment
from core.services.photos.sent import Sent, Shelf
from core.services.work import Work
from core.services.writing import receipts, records
from core.services.writing.receipts import Receipt

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that looks like another
PLACE = "place"
AHEAD = timedelta(minutes=5)  # so far a sender's clock may run before ours


class IntakeItem(Base):
    """A receipt number: whose, and for which record."""

    __tablename__ = "intake_item"
    receipt: Mapped[str] = mapped_column(String(24), primary_key=True)
    intake: Mapped[str] = mapped_column(String(80))
    login: Mapped[str] = mapped_column(String(80))
    subject_id: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Index("uq_intake_item_subject", "intake", "subject_id", unique=True),)


@dataclass(frozen=True)
class Standing:
    """How one item stands."""

    receipt: str
    state: str
    label: str
    told: Mapping[str, Any]


def of(work: Work, key: str) -> Intake:
    found = work.catalog.intakes.get(key)
    if found is None:
        raise NotFound(f"intake {key}")
    return found


def photos(intake: Intake) -> Mapping[str, PhotosKind]:
    """The fields in which it takes photos."""
    found = {f.name: f.kind for f in intake.record.fields() if f.name in intake.fields}
    return {name: kind for name, kind in found.items() if isinstance(kind, PhotosKind)}


def submit(
    work: Work,
    intake: Intake,
    sent: Mapping[str, Any],
    *,
    idempotency: str,
    reason: str = "",
    pictures: Sent = MappingProxyType({}),
    shelf: Shelf | None = None,
) -> tuple[Standing, bool]:
    """Take what was sent, and whether it had been taken before. ``pictures``: the photos in it, read, for the ``shelf``;
    what comes again is not kept again. Raises like ``records.save``."""
    if problems := list(_problems(work, intake, sent)):
        raise Invalid(problems)
    values = {**intake.given(work.now), **{n: v for n, v in sent.items() if n != PLACE}}
    receipts.one_at_a_time(work.session, idempotency)
    again = work.session.get(Receipt, idempotency) is not None
    for name, found in pictures.items():
        values[name] = [] if again or shelf is None else [shelf.keep(work, photo, f"{name}.jpg") for _, photo in found]
    said = {**sent, **{name: [digest for digest, _ in found] for name, found in pictures.items()}}
    key = work.catalog.key_of(intake.record)
    saved = records.save(work, key, values, said=said, idempotency=idempotency, reason=reason)
    mine = (IntakeItem.intake == intake.key, IntakeItem.subject_id == saved.record.id)
    item = work.session.scalars(select(IntakeItem).where(*mine)).first()
    if item is None:
        receipt = f"{work.today:%Y%m%d}-{''.join(secrets.choice(LETTERS) for _ in range(10))}"
        item = IntakeItem(
            receipt=receipt, intake=intake.key, login=work.actor.login, subject_id=saved.record.id, at=work.now
        )
        work.session.add(item)
    return _standing(intake, item.receipt, saved.record), saved.repeated


def status(work: Work, intake: Intake, receipt: str) -> Standing:
    """How it stands; ``NotFound`` alike for no such number and another sender's (A50)."""
    item = work.session.get(IntakeItem, receipt)
    if item is None or item.intake != intake.key or item.login != work.actor.login:
        raise NotFound(receipt, hidden=item is not None)
    return _standing(intake, receipt, records.get(work, work.catalog.key_of(intake.record), item.subject_id))


def _standing(intake: Intake, receipt: str, record: Record) -> Standing:
    told = {name: intake.record.field(name).kind.dump(getattr(record, name)) for name in intake.told}
    return Standing(receipt, record.state, record.workflow.state(record.state).label, told)


def _problems(work: Work, intake: Intake, sent: Mapping[str, Any]) -> Iterator[Problem]:
    """What the door itself does not know: fields this sender has no business with, a time to come, a place elsewhere."""
    yield from (Problem(n, Say("没有名为“{n}”的字段", n=n[:40])) for n in sent if n not in (*intake.fields, PLACE))
    happened = intake.record.happened()
    if happened is not None and happened.kind.name == "moment" and sent.get(happened.name):
        try:
            if happened.kind.read(sent[happened.name], work.look) > work.now + AHEAD:
                yield Problem(happened.name, Say("时间不能晚于现在"))
        except ValueError:
            pass  # the door says what is wrong with it
    place = sent.get(PLACE, ())
    if PLACE in sent and not (_degrees(place) and intake.within(place[0], place[1], work.settings)):
        yield Problem(PLACE, Say("位置应为 [经度, 纬度]，且在受理范围内"))


def _degrees(place: Any) -> bool:
    numbers = isinstance(place, list) and all(isinstance(x, int | float) and not isinstance(x, bool) for x in place)
    return numbers and len(place) == 2 and -180 <= place[0] <= 180 and -90 <= place[1] <= 90
