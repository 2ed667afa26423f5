"""The same photo used twice is noticed: by what it looks like, so that a copy sent on, made smaller or saved anew is found too.
Found by an index, however long the history. A warning for who reports, who may say why; a mark for who checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, or_, select

from core.base.errors import Problem
from core.base.record import Record
from core.base.say import Say
from core.base.window import day_of
from core.services.permission import access
from core.services.photos import upload_use
from core.services.photos.uploads import BANDS, Upload, UploadUse

if TYPE_CHECKING:
    from core.services.work import Work

NEAR = 4  # bits of 64: what another size and quality change. Of so many one band at least differs in one bit at most
WIDTH = 64 // BANDS
BY_PEOPLE = ("page", "api", "sheet")  # the demo and what the system writes by itself bring no photos of their own


@dataclass(frozen=True)
class Twin:
    """Another record with the same photo. ``name`` is "" for who may not see it."""

    key: str
    record_id: int
    on: date
    name: str = ""


def problems(work: Work, model: type[Record], record: Record | None, values: dict[str, Any]) -> list[Problem]:
    """What is to be said of the photos that ``values`` bring to the record, or to a new one."""
    if work.source not in BY_PEOPLE or work.actor.role == access.SYSTEM:
        return []
    before = set(upload_use.places(model, record.values())) if record is not None else set()
    places = upload_use.places(model, values)
    known = work.look.files([token for _, token in places])
    mine = (work.catalog.key_of(model), record.id if record is not None else 0)
    out = []
    for name, token in places:
        if (name, token) not in before and token in known:
            others = [known[t] for field, t in places if (field, t) != (name, token) and t in known]
            text = _said(work, values[name].index(token) + 1, known[token], others, mine)
            out += [Problem(name, text, warning=True)] if text is not None else []
    return out


def _said(work: Work, number: int, one: Upload, others: Sequence[Upload], mine: tuple[str, int]) -> Say | None:
    if any(same(one, other) for other in others):
        return Say("第 {n} 张照片与本记录的另一张相同，请确认", n=number)
    twin = next(twins(work, one, mine), None)
    if twin is None:
        return None
    day = {"y": twin.on.year, "m": twin.on.month, "d": twin.on.day}
    if twin.name:
        return Say("第 {n} 张照片与{y}年{m}月{d}日“{r}”的照片相同，请确认", n=number, r=twin.name, **day)
    return Say("第 {n} 张照片与{y}年{m}月{d}日另一条记录的照片相同，请确认", n=number, **day)


def twins(work: Work, one: Upload, but: tuple[str, int]) -> Iterator[Twin]:
    """Other records with a photo like ``one``, the earliest first."""
    if one.band0 is None:
        return
    rows = (
        select(Upload, UploadUse.record_key, UploadUse.record_id)
        .join(UploadUse, UploadUse.upload_id == Upload.id)
        .where(near(one))
        .order_by(Upload.id, UploadUse.record_id)
    )
    for other, key, number in work.session.execute(rows):
        if (key, number) != but and same(one, other):
            yield Twin(key, number, day_of(other.created_at), name(work, key, number))


def near(one: Upload) -> ColumnElement[bool]:
    """Has a band that differs from ``one``'s in one bit at most: everything near has, and little else."""
    return or_(*(getattr(Upload, band).in_(_around(part)) for band, part in _bands(one)))


def same(one: Upload, other: Upload) -> bool:
    """A picture without features, and the demo's own, is like none."""
    return None not in (one.band0, other.band0) and distance(one, other) <= NEAR


def distance(one: Upload, other: Upload) -> int:
    """In how many bits two likenesses differ."""
    pairs = zip(_bands(one), _bands(other), strict=True)
    return sum((mine ^ theirs).bit_count() for (_, mine), (_, theirs) in pairs)


def name(work: Work, key: str, record_id: int) -> str:
    """What the record is called, if the actor may see it."""
    model = work.catalog.records.get(key)
    if model is None:
        return ""
    seen = select(model.id).where(model.id == record_id, access.visible(work.actor, key.partition(".")[0], model))
    if work.session.scalar(seen) is None:
        return ""
    return f"{model.label} {work.look.record_name(model, record_id)}"


def _bands(one: Upload) -> list[tuple[str, int]]:
    return [(f"band{n}", getattr(one, f"band{n}")) for n in range(BANDS)]


def _around(part: int) -> list[int]:
    return [part, *(part ^ 1 << bit for bit in range(WIDTH))]
