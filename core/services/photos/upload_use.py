"""Which record a photo belongs to, kept by the one door, so that a photo is opened by whoever may see one of its records and by
nobody else (A56). Records keep their photos' tokens in columns of their own; ``UploadUse`` is the way back to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from core.base.record import Record
from core.services.permission import access
from core.services.photos.uploads import Upload, UploadUse

if TYPE_CHECKING:
    from core.services.work import Work

Moved = tuple[
    int, Mapping[str, Any], Mapping[str, Any]
]  # a record's id, its values before ({}: new) and after ({}: gone)
PIECE = 5_000


def places(model: type[Record], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(field, token) of all photos in ``values``, in the order of the fields."""
    return [(name, token) for name in _columns(model) for token in values.get(name) or ()]


def _columns(model: type[Record]) -> list[str]:
    return [f.name for f in model.fields() if f.kind.name == "photos"]


def follow(work: Work, key: str, model: type[Record], moved: Iterable[Moved]) -> None:
    """Bring the uses up to date after records were written."""
    names = _columns(model)
    if not names:
        return
    sides = [(number, _tokens(names, old), _tokens(names, new)) for number, old, new in moved]
    come = [(number, token) for number, old, new in sides for token in sorted(new - old)]
    gone = [(number, token) for number, old, new in sides for token in sorted(old - new)]
    known = work.look.files({token for _, token in come + gone})
    for number, token in gone:
        if token in known:
            mine = (UploadUse.record_key == key, UploadUse.record_id == number)
            work.session.execute(delete(UploadUse).where(UploadUse.upload_id == known[token].id, *mine))
    new = [(known[token].id, number) for number, token in come if token in known and not known[token].sample]
    if new:
        rows = [{"upload_id": upload, "record_key": key, "record_id": number} for upload, number in new]
        work.session.execute(insert(UploadUse), rows)
        _mark(work, {upload for upload, _ in new})


def _tokens(names: Sequence[str], values: Mapping[str, Any]) -> set[str]:
    return {token for name in names for token in values.get(name) or ()}


def _mark(work: Work, ids: set[int]) -> None:
    for piece in _pieces(sorted(ids)):
        fresh = (Upload.id.in_(piece), ~Upload.used)
        work.session.execute(update(Upload).where(*fresh).values(used=True))


def openable(work: Work, uploads: Sequence[Upload]) -> set[int]:
    """Ids of those of ``uploads`` the actor may open: of a record they may see, or their own that no record has had yet."""
    if work.actor.role == access.SYSTEM:
        return {u.id for u in uploads}
    fresh = {u.id for u in uploads if u.sample or (not u.used and u.created_by == work.actor.login)}
    rest = [u.id for u in uploads if u.used and u.id not in fresh]
    return fresh.union(*(_seen(work, piece) for piece in _pieces(rest)))


def attachable(work: Work, uploads: Sequence[Upload]) -> set[int]:
    """Ids of those the actor may put into a record: what they may open, and whatever they uploaded themselves."""
    mine = {u.id for u in uploads if u.created_by == work.actor.login}
    return mine | openable(work, [u for u in uploads if u.id not in mine])


def _seen(work: Work, ids: Sequence[int]) -> set[int]:
    keys = work.session.scalars(select(UploadUse.record_key).where(UploadUse.upload_id.in_(ids)).distinct())
    out: set[int] = set()
    for key in keys.all():
        if (model := work.catalog.records.get(key)) is not None:
            uses = select(UploadUse.upload_id).join(model, model.id == UploadUse.record_id)
            mine = (UploadUse.upload_id.in_(ids), UploadUse.record_key == key)
            seen = access.visible(work.actor, key.partition(".")[0], model)
            out.update(work.session.scalars(uses.where(*mine, seen)))
    return out


def rebuild(work: Work) -> int:
    """All uses anew from the records alone; how many there are. What a plugin that is out had, stays as it was."""
    photos = {u.token: u.id for u in work.session.scalars(select(Upload).where(~Upload.sample))}
    rows = []
    for key, model in work.catalog.records.items():
        work.session.execute(delete(UploadUse).where(UploadUse.record_key == key))
        if names := _columns(model):
            stored = select(model.id, *(getattr(model, name) for name in names)).execution_options(yield_per=1000)
            for number, *lists in work.session.execute(stored):
                found = {photos[t] for tokens in lists for t in tokens or () if t in photos}
                rows += [{"upload_id": u, "record_key": key, "record_id": number} for u in sorted(found)]
    for piece in _pieces(rows):
        work.session.execute(insert(UploadUse), piece)
    _mark(work, {row["upload_id"] for row in rows})
    return len(rows)


def users(work: Work, ids: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    """Upload id to the (key, id) of the records that have it."""
    rows = select(UploadUse).where(UploadUse.upload_id.in_(ids)).order_by(UploadUse.upload_id)
    found = work.session.scalars(rows)
    return {u: [(one.record_key, one.record_id) for one in uses] for u, uses in groupby(found, lambda o: o.upload_id)}


def _pieces(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[at : at + PIECE] for at in range(0, len(items), PIECE))
