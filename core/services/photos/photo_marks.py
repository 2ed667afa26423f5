"""What who checks a record is told beside its photos: when and where each was taken, that it is older than what is reported,
that another record has the same one, that its file is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

from core.base.fields import as_day
from core.base.record import Record
from core.base.window import day_of
from core.services.photos import alike, upload_use, uploads
from core.services.photos.alike import Twin
from core.services.photos.uploads import Upload
from core.services.work import Work

NAMED = 3  # twins named beside one photo
LATE = timedelta(days=1)


@dataclass(frozen=True)
class Mark:
    """``older``: days between the photo and the day it is reported for, if they are many. ``twins``: other records with
    the same photo. ``inside``: another photo of this very record is the same."""

    missing: bool = False
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None
    older: int = 0
    twins: Sequence[Twin] = ()
    inside: bool = False


def of(work: Work, folder: Path, key: str, record: Record) -> dict[str, Mark]:
    """Token to what is to be said of that photo of the record."""
    tokens = [token for _, token in upload_use.places(type(record), record.values())]
    known = work.look.files(tokens)
    on = _reported_day(record)
    out = {}
    for place, token in enumerate(tokens):
        others = [known[t] for t in tokens[:place] + tokens[place + 1 :] if t in known]
        there = token in known and (known[token].sample or uploads.path_of(folder, token).is_file())
        out[token] = _mark(work, (key, record.id), on, known[token], others) if there else Mark(missing=True)
    return out


def _mark(work: Work, mine: tuple[str, int], on: date | None, one: Upload, others: Sequence[Upload]) -> Mark:
    older = on - day_of(one.taken_at) if on and one.taken_at else timedelta()
    return Mark(
        taken_at=one.taken_at,
        place=(one.latitude, one.longitude) if one.latitude is not None and one.longitude is not None else None,
        older=older.days if older > LATE else 0,
        twins=tuple(islice(alike.twins(work, one, mine), NAMED)),
        inside=any(alike.same(one, other) for other in others),
    )


def _reported_day(record: Record) -> date | None:
    """The day the record tells of; none for one that tells of a whole month."""
    field = type(record).happened()
    value = getattr(record, field.name) if field is not None and field.kind.name in ("day", "moment") else None
    return as_day(value) if value is not None else None
