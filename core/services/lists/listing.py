"""Lists of records: filter, search, sort, a page of fifty with its total. A fixed number of statements. Next: board.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from core.services.audit.journal import JournalEntry
from core.services.permission import access
from core.services.personal import blind_index
from core.services.work import Work

PAGE = 50
KINDS_SORTED = ("text", "integer", "decimal", "yes_no", "choice", "day", "month", "moment")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a list is asked for; anything unreadable is left out. ``within``: these communities alone, an area's."""

    text: str = ""
    state: str = ""
    community: int | None = None
    within: frozenset[int] = frozenset()
    unit: int | None = None
    since: date | None = None
    until: date | None = None
    page: int = 1
    ids: tuple[int, ...] = ()  # these alone, found by a personal number
    sort: str = "-day"  # "day", "unit" or a listed field's name; a minus before it turns it round

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Asked:
        return cls(
            text=args.get("q", "").strip()[:60],
            state=args.get("state", "")[:20],
            community=_number(args.get("community")),
            unit=_number(args.get("unit")),
            since=_date(args.get("from")),
            until=_date(args.get("to")),
            ids=tuple(n for n in map(_number, args.get("ids", "").split(",")[:PAGE]) if n is not None),
            page=max(_number(args.get("page")) or 1, 1),
            sort=args.get("sort", "")[:60] or "-day",
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
    many = total(work, key, asked)
    rows = select(model, unit.name).join(unit, unit.id == _unit(model)).where(*_where(work, key, asked))
    if model.unit == COMPLEX:
        rows = rows.add_columns(Community.name).join(Community, Community.id == Complex.community_id)
    rows = rows.order_by(*_order(model, unit, asked)).limit(PAGE).offset((asked.page - 1) * PAGE)
    found = [(row[0], row[1], row[2] if len(row) > 2 else "") for row in work.session.execute(rows)]
    prime(work, model, [record for record, _, _ in found])
    return Found(found, many, max((many + PAGE - 1) // PAGE, 1))


def total(work: Work, key: str, asked: Asked) -> int:
    """How many ``find`` would page through, in one statement."""
    model = work.catalog.records[key]
    unit: Any = model_of(model.unit)
    counted = select(func.count()).select_from(model)
    narrowed = asked.text or asked.community or asked.within
    counted = counted.join(unit, unit.id == _unit(model)) if narrowed else counted
    return work.session.scalar(counted.where(*_where(work, key, asked))) or 0


def every(work: Work, key: str, asked: Asked) -> Iterable[Record]:
    """All the rows ``find`` would page through, in its order; a stream, so that a long history does not fill the memory."""
    model = work.catalog.records[key]
    unit: Any = model_of(model.unit)
    rows = select(model).join(unit, unit.id == _unit(model)).where(*_where(work, key, asked))
    return work.session.scalars(rows.order_by(*_order(model, unit, asked)).execution_options(yield_per=1000))


def holding(work: Work, key: str, value: str) -> Sequence[int]:
    """The numbers of the records the actor may see that hold exactly ``value`` in a searchable personal field."""
    model = work.catalog.records[key]
    held = blind_index.holds(model, value)
    if held is None:
        return ()
    seen = access.visible(work.actor, key.partition(".")[0], model)
    return work.session.scalars(select(model.id).where(held, seen).order_by(model.id.desc()).limit(PAGE)).all()


def sortable(model: type[Record], field: Field) -> str:
    """The word of ``Asked.sort`` for a listed field; "" where an order of its values would mean nothing."""
    if field.name == model.unit.column:
        return "unit"
    if field.happened:
        return "day"
    return field.name if field.listed and field.kind.name in KINDS_SORTED and not field.personal else ""


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


def _where(work: Work, key: str, asked: Asked) -> list[ColumnElement[bool]]:
    model = work.catalog.records[key]
    unit: Any = model_of(model.unit)
    return [access.visible(work.actor, key.partition(".")[0], model), *_conditions(model, unit, asked)]


def _conditions(model: type[Record], unit: Any, asked: Asked) -> list[ColumnElement[bool]]:
    day = _day(model)
    out: list[ColumnElement[bool]] = []
    if asked.text:
        pattern = "%" + asked.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        out.append(or_(unit.name.like(pattern, escape="\\"), unit.pinyin.like(pattern.lower(), escape="\\")))
    if asked.ids:
        out.append(model.id.in_(asked.ids))
    if asked.state:
        out.append(model.state == asked.state)
    if asked.community and model.unit in (COMPLEX, COMMUNITY):
        out.append((Complex.community_id if model.unit == COMPLEX else unit.id) == asked.community)
    if asked.within and model.unit in (COMPLEX, COMMUNITY):
        out.append((Complex.community_id if model.unit == COMPLEX else unit.id).in_(asked.within))
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
    name = asked.sort.removeprefix("-")
    words = {sortable(model, f): getattr(model, f.name) for f in model.fields()} | {
        "unit": unit.name,
        "day": _day(model),
    }
    by = words[name if name in words and name else "day"]
    down = asked.sort.startswith("-") if name in words else True
    return (by.desc() if down else by, model.id.desc() if down or name == "unit" else model.id)


def _day(model: type[Record]) -> Any:
    happened = model.happened()
    return getattr(model, happened.name) if happened else model.created_at


def _unit(model: type[Record]) -> Any:
    return getattr(model, model.unit.column)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def _date(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 1900 < found.year < 9999 else None
