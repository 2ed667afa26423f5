"""What the store already holds of a sheet's rows, asked for all rows at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select, tuple_

from core.base.record import Record
from core.services.permission import access
from core.services.sheets.layout import Model, is_record
from core.services.work import Work
from core.services.writing.receipts import Receipt

PLACES = 500  # (unit, day) pairs asked for at once
CHUNK = 20_000  # bound values in one statement: SQLite takes 32,766, PostgreSQL 65,535


def by_id(work: Work, model: Model, slug: str, ids: Collection[int]) -> dict[int, Any]:
    """Stored rows the actor may see; of a registry's class all of them, since its rows are known by name too."""
    rows = select(model)
    if is_record(model):
        if not ids:
            return {}
        rows = rows.where(model.id.in_(ids), access.visible(work.actor, slug, model))
    return {r.id: r for r in work.session.scalars(rows)}


def received(work: Work, keys: Sequence[str]) -> list[str]:
    """Which of these idempotency keys were answered before."""
    return list(work.session.scalars(select(Receipt.key).where(Receipt.key.in_(keys)))) if keys else []


def twins(
    work: Work, model: type[Record], news: Mapping[int, Mapping[str, Any]], names: Sequence[str]
) -> dict[int, int]:
    """New rows that say exactly what a stored record says (number -> its id): a mended sheet brings its good rows again."""
    happened = model.happened()
    if not news or happened is None:
        return {}
    unit, day = model.unit.column, happened.name
    places = {(v[unit], v[day]) for v in news.values()}
    where = tuple_(getattr(model, unit), getattr(model, day))
    asked, ids = sorted(places), list[int]()
    for start in range(0, len(asked), PLACES):  # point look-ups of the unit's index: history is never walked
        ids += work.session.scalars(select(model.id).where(where.in_(asked[start : start + PLACES])))
    table, texts = model.__table__, [(n, model.field(n).kind.text) for n in names]
    known: dict[tuple[str, ...], int] = {}
    for start in range(0, len(ids), CHUNK):
        rows = select(table).where(table.c.id.in_(ids[start : start + CHUNK]))
        for row in work.session.execute(rows).mappings():
            known[tuple(text(row[n]) for n, text in texts)] = row["id"]
    if not known:
        return {}
    told = {number: tuple(text(v.get(n)) for n, text in texts) for number, v in news.items()}
    return {number: known[words] for number, words in told.items() if words in known}
