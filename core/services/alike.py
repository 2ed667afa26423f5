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
from core.services import access, upload_use
from core.services.uploads import BANDS, Upload, UploadUse

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
    before = set(upload_use.tokens_of(model, record.values())) if record is not None else set()
    tokens = upload_use.tokens_of(model, values)
    known = {t: u for t, u in work.look.files(tokens).items() if comparable(u)}
    mine = (work.catalog.key_of(model), record.id if record is not None else 0)
    out = []
    for field in model.fields():
        if field.kind.name == "photos":
            fresh = [(n, t) for n, t in enumerate(values.get(field.name) or (), 1) if t in known and t not in before]
            for number, token in fresh:
                others = [u for t, u in known.items() if t != token]
                if (text := _said(work, number, known[token], others, mine)) is not None:
                    out.append(Problem(field.name, text, warning=True))
    return out


def _said(work: Work, number: int, one: Upload, others: Sequence[Upload], mine: tuple[str, int]) -> Say | None:
    if any(distance(one, other) <= NEAR for other in others):
        return Say("第 {n} 张照片与本记录的另一张相同，请确认；确实如此的，请说明原因", n=number)
    twin = next(twins(work, one, mine), None)
    if twin is None:
        return None
    day = {"y": twin.on.year, "m": twin.on.month, "d": twin.on.day}
    if not twin.name:
        text = "第 {n} 张照片与{y}年{m}月{d}日另一条记录的照片相同，请确认；确实如此的，请说明原因"
        return Say(text, n=number, **day)
    text = "第 {n} 张照片与{y}年{m}月{d}日“{r}”的照片相同，请确认；确实如此的，请说明原因"
    return Say(text, n=number, r=twin.name, **day)


def twins(work: Work, one: Upload, but: tuple[str, int]) -> Iterator[Twin]:
    """Other records with a photo like ``one``, the earliest first."""
    if not comparable(one):
        return
    rows = (
        select(Upload, UploadUse.record_key, UploadUse.record_id)
        .join(UploadUse, UploadUse.upload_id == Upload.id)
        .where(near(one))
        .order_by(Upload.id, UploadUse.record_id)
    )
    for other, key, number in work.session.execute(rows):
        if (key, number) != but and distance(one, other) <= NEAR:
            yield Twin(key, number, day_of(other.created_at), name(work, key, number))


def near(one: Upload) -> ColumnElement[bool]:
    """Has a band that differs from ``one``'s in one bit at most: everything near has, and little else."""
    return or_(*(getattr(Upload, band).in_(_around(part)) for band, part in _bands(one)))


def comparable(*those: Upload) -> bool:
    """A picture without features is like none."""
    return all(one.band0 is not None for one in those)


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
