"""Lists of records: filter, search, sort, a page of fifty with its total. A fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from core.base.fields import Field
from core.base.kinds import ReferenceKind
from core.base.kinds_of_link import LinkKind
from core.base.record import Record
from core.base.units import COMMUNITY, COMPLEX
from core.base.window import Moment, end_of
from core.estate.units import Community, Complex, model_of
from core.services import access
from core.services.journal import JournalEntry
from core.services.work import Work

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a list is asked for; anything unreadable is left out."""

    text: str = ""
    state: str = ""
    community: int | None = None
    unit: int | None = None
    since: date | None = None
    until: date | None = None
    page: int = 1
    sort: str = "-day"

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Asked:
        return cls(
            text=args.get("q", "").strip()[:60],
            state=args.get("state", "")[:20],
            community=_number(args.get("community")),
            unit=_number(args.get("unit")),
            since=_date(args.get("from")),
            until=_date(args.get("to")),
            page=max(_number(args.get("page")) or 1, 1),
            sort=args.get("sort", "-day") if args.get("sort") in ("day", "-day", "unit") else "-day",
        )


@dataclass(frozen=True)
class Found:
    rows: Sequence[tuple[Record, str, str]]  # record, unit, community
    total: int
    pages: int


def find(work: Work, key: str, asked: Asked) -> Found:
    """One page of the records the actor may see, newest first unless asked otherwise."""
    model = work.catalog.records[key]
    unit: Any = model_of(model.unit)
    where = [access.visible(work.actor, key.partition(".")[0], model), *_conditions(model, unit, asked)]
    narrowed = asked.text or asked.community
    counted = select(func.count()).select_from(model)
    total = (
        work.session.scalar((counted.join(unit, unit.id == _unit(model)) if narrowed else counted).where(*where)) or 0
    )
    rows = select(model, unit.name).join(unit, unit.id == _unit(model)).where(*where)
    if model.unit == COMPLEX:
        rows = rows.add_columns(Community.name).join(Community, Community.id == Complex.community_id)
    rows = rows.order_by(*_order(model, unit, asked)).limit(PAGE).offset((asked.page - 1) * PAGE)
    found = [(row[0], row[1], row[2] if len(row) > 2 else "") for row in work.session.execute(rows)]
    prime(work, model, [record for record, _, _ in found])
    return Found(found, total, max((total + PAGE - 1) // PAGE, 1))


def prime(work: Work, model: type[Record], rows: Sequence[Record]) -> None:
    """The names of everything ``rows`` point at, one statement a kind."""
    for field in model.fields():
        values = {getattr(r, field.name) for r in rows if field.kind.name in ("reference", "link")} - {None}
        if isinstance(field.kind, LinkKind):
            work.look.prime_records(field.kind.to, values)
        elif isinstance(field.kind, ReferenceKind):
            work.look.prime(field.kind.to, values)


def children(work: Work, model: type[Record], record_id: int) -> Sequence[tuple[str, Field, Sequence[Record]]]:
    """The records that link to this one and that the actor may see, newest first: (key, link field, rows)."""
    out = []
    for key, other in work.catalog.records.items():
        for field in other.fields():
            if isinstance(field.kind, LinkKind) and field.kind.to is model:
                mine = getattr(other, field.name) == record_id
                seen = access.visible(work.actor, key.partition(".")[0], other)
                rows = select(other).where(mine, seen).order_by(other.id.desc()).limit(PAGE)
                found = work.session.scalars(rows).all()
                prime(work, other, found)
                out.append((key, field, found))
    return out


def history(work: Work, key: str, record_id: int) -> Sequence[JournalEntry]:
    """What happened to one record, newest first."""
    rows = (
        select(JournalEntry)
        .where(JournalEntry.subject == key, JournalEntry.subject_id == record_id)
        .order_by(JournalEntry.id.desc())
        .limit(50)
    )
    return work.session.scalars(rows).all()


def _conditions(model: type[Record], unit: Any, asked: Asked) -> list[ColumnElement[bool]]:
    day = _day(model)
    out: list[ColumnElement[bool]] = []
    if asked.text:
        pattern = "%" + asked.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        out.append(or_(unit.name.like(pattern, escape="\\"), unit.pinyin.like(pattern.lower(), escape="\\")))
    if asked.state:
        out.append(model.state == asked.state)
    if asked.community and model.unit in (COMPLEX, COMMUNITY):
        out.append((Complex.community_id if model.unit == COMPLEX else unit.id) == asked.community)
    if asked.unit:
        out.append(_unit(model) == asked.unit)
    at_a_moment = isinstance(
        day.type, Moment
    )  # days asked of a moment: from the first one's start to the last one's end
    if asked.since:
        out.append(day > end_of(asked.since - timedelta(days=1)) if at_a_moment else day >= asked.since)
    if asked.until:
        out.append(day <= end_of(asked.until) if at_a_moment else day <= asked.until)
    return out


def _order(model: type[Record], unit: Any, asked: Asked) -> Sequence[Any]:
    if asked.sort == "unit":
        return unit.name, model.id.desc()
    day = _day(model)
    return (day, model.id) if asked.sort == "day" else (day.desc(), model.id.desc())


def _day(model: type[Record]) -> Any:
    happened = model.happened()
    return getattr(model, happened.name) if happened else model.created_at


def _unit(model: type[Record]) -> Any:
    return getattr(model, model.unit.column)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 10 else None


def _date(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 1900 < found.year < 9999 else None
