"""The ledger of obligations: what is owed, by whom, by when, and what settled it (law 5). Every one exists before it is due.

Computed from the plugins' deadlines: over the touched units inside the saving transaction, over all units when a day
begins. Next: reports.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Date,
    Index,
    Integer,
    String,
    bindparam,
    delete,
    false,
    literal,
    null,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base
from core.base.describe import Deadline
from core.base.due import Every, Occurrence, Once
from core.base.record import Record
from core.base.units import RECORD, UnitKind
from core.base.window import TZ, Moment, day_of
from core.estate.population import EstateScope
from core.estate.units import model_of
from core.kernel.catalog import Fault
from core.services.campaign.settings import due_of
from core.services.operations import faults, pauses
from core.services.owing.judged import Judged, Terms, Value
from core.services.store import prepared
from core.services.store.insertion import insert_rows
from core.services.work import Work

HORIZON = timedelta(days=31)  # how far ahead obligations are laid out
FEW = 4  # periods of a duty that are asked for together
MANY = 500  # beyond so many touched units all are computed anew
LOT = 100_000  # duties compared with the ledger at once: memory grows with this, not with the number of units


class Obligation(Base):
    """``subject_id``: the record a clock runs for, 0 for a recurring duty. ``done_at``: when it was settled; ``in_time``: was
    it by 截止; ``late_entry``: it was reported only after 关闭 (judged.py)."""

    __tablename__ = "obligation"
    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(80))
    unit_kind: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[int] = mapped_column(Integer)
    subject_id: Mapped[int] = mapped_column(Integer, default=0)
    period: Mapped[str] = mapped_column(String(10))
    opened_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    in_time: Mapped[bool | None] = mapped_column(Boolean)
    late_entry: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    waived_until: Mapped[date | None] = mapped_column(Date)
    waiver: Mapped[str | None] = mapped_column(String(300))
    __table_args__ = (
        Index("uq_obligation", "rule", "period", "unit_kind", "unit_id", "subject_id", unique=True),
        Index("ix_obligation_done", "done_at", "due_at"),
        Index("ix_obligation_unit", "unit_kind", "unit_id", "due_at"),
        Index(
            "ix_obligation_open",
            "due_at",
            "rule",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )


Pair = tuple[str, str]  # rule, period
Ended = Mapping[tuple[str, int], date]  # when a unit, by kind and id, has ceased
Key = tuple[str, str, str, int, int]  # rule, period, unit_kind, unit_id, subject_id
KEY = ("rule", "period", "unit_kind", "unit_id", "subject_id")


def refresh(work: Work) -> None:
    """Bring the duties of the touched units up to date, from the period that holds the earliest touched day on."""
    for touch in work.merged():
        moved = _moved(work, touch.tables)
        ids = touch.ids if len(touch.ids) <= MANY else None
        # What was reported can't have settled a period that has not begun; who will owe it is asked when the day begins.
        until = work.today if touch.tables is not None else None
        _bring(work, [d for d in moved if unit_kind(d) == touch.kind], ids, touch.since, until)
        _bring(work, [d for d in moved if unit_kind(d) != touch.kind], None, touch.since, until)


def _moved(work: Work, tables: frozenset[str] | None) -> list[Deadline]:
    """The deadlines that read one of ``tables``; found out once."""
    key = ("moved duties", tables, work.settings_token)
    if key not in work.prepared:
        work.prepared[key] = [d for d in work.catalog.deadlines.values() if touches(work, d, tables)]
    found: list[Deadline] = work.prepared[key]
    return found


def touches(work: Work, deadline: Deadline, tables: frozenset[str] | None) -> bool:
    """Does the deadline read one of ``tables``? As for measures: what can't be read is taken to read everything."""
    if tables is None:
        return True
    if deadline.of is not None:
        return deadline.of.__tablename__ in tables
    found = _reads(work, deadline)
    return found is None or bool(found & tables)


def _reads(work: Work, deadline: Deadline) -> frozenset[str] | None:
    return prepared.reads(
        work, deadline.key, lambda: owed(deadline, 1, EstateScope(work.settings, work.partners, name="o"))
    )


def roll(work: Work, since: date) -> None:
    """All duties of all units, from the periods that hold ``since`` to the horizon."""
    _bring(work, list(work.catalog.deadlines.values()), None, since)


def rebuild(work: Work) -> None:
    """Every duty since the campaign began, from the records alone."""
    roll(work, work.campaign.starts_on)


def unit_kind(deadline: Deadline) -> str:
    return deadline.of.unit.name if deadline.of is not None and deadline.unit == RECORD else deadline.unit.name


def occurrences(work: Work, deadline: Deadline, since: date, begun_by: date | None = None) -> list[Occurrence]:
    """The occurrences of a recurring deadline that end on or after ``since``, up to the horizon; only those ``begun_by`` a
    day, if one is given."""
    due = due_of(deadline, work.settings)
    assert isinstance(due, Once | Every)
    until = max(work.today, work.campaign.starts_on) + HORIZON
    found = due.occurrences(work.campaign.starts_on, until, work.today)
    return [o for o in found if o.window.end >= since and (begun_by is None or o.window.start <= begun_by)]


def _bring(work: Work, chosen: list[Deadline], ids: list[int] | None, since: date, until: date | None = None) -> None:
    """All in a few statements; if that fails, one by one, and the guilty is noted at its place."""
    chosen = [d for d in chosen if d.of is not None or not _missing(work, d)]
    if not chosen:
        return
    with faults.border(work, "deadline:all", "core") as failed:
        _settle(work, chosen, ids, since, until)
    for one in chosen:
        place = f"deadline:{one.key}"
        if failed:
            with faults.border(work, place, one.key.partition(".")[0]) as guilty:
                _settle(work, [one], ids, since, until)
            if guilty:
                faults.record(work, place, guilty[0])
                continue
        faults.mended(work, place)


def _missing(work: Work, deadline: Deadline) -> bool:
    """Does it lack a partner's data, or is it paused? That is said at its place and troubles nobody else."""
    if pauses.paused(work, f"deadline:{deadline.key}"):
        return True
    _reads(work, deadline)
    why = prepared.missing(work, deadline.key)
    if why:
        place, slug = f"deadline:{deadline.key}", deadline.key.partition(".")[0]
        faults.record(work, place, Fault(plugin=slug, stage="deadline", what=why, excused=True))
    return bool(why)


def _settle(work: Work, chosen: list[Deadline], ids: list[int] | None, since: date, until: date | None) -> None:
    laid = {d.key: each for d in chosen if d.of is None and (each := occurrences(work, d, since, until))}
    wanted: dict[Key, Value] = {}
    asked: set[Pair] = set()
    for pairs, found in _wanted(work, chosen, laid, ids):
        asked |= pairs
        wanted.update(found)
        if len(wanted) >= LOT:
            _write(work, asked, ids, wanted)
            asked, wanted = set(), {}
    if asked:
        _write(work, asked, ids, wanted)


def _closed(work: Work, kinds: set[UnitKind], ids: list[int] | None) -> Ended:
    """The units that have ceased, and when."""
    if not kinds:
        return {}
    ordered = sorted(kinds, key=lambda k: k.name)
    key = ("ceased", tuple(k.name for k in ordered), ids is None)
    found = prepared.run(work, key, lambda: _ceased(ordered, ids is None), {} if ids is None else {"only": ids})
    return {(kind, unit_id): day_of(day) for kind, unit_id, stated in found if (day := _moment(stated))}


def _ceased(kinds: list[UnitKind], everywhere: bool) -> Any:
    parts = []
    for kind in kinds:
        model = model_of(kind)
        part = select(literal(kind.name), model.id, model.closed_on).where(model.closed_on.is_not(None))
        parts.append(part if everywhere else part.where(model.id.in_(bindparam("only", expanding=True))))
    return union_all(*parts) if len(parts) > 1 else parts[0]


def _wanted(
    work: Work, chosen: list[Deadline], laid: Mapping[str, list[Occurrence]], ids: list[int] | None
) -> Iterator[tuple[set[Pair], Iterator[tuple[Key, Value]]]]:
    """What is owed, part by part: which (rule, period) a part holds the whole of, and its rows."""
    ended = _closed(work, {d.unit for d in chosen if d.key in laid}, ids)
    few = [d for d in chosen if 0 < len(laid.get(d.key, ())) <= FEW]
    if few:
        yield _together(work, [(d, n, one) for d in few for n, one in enumerate(laid[d.key])], ids, ended)
    for deadline in chosen:
        if deadline.of is not None:
            yield {(deadline.key, "-")}, _clocks(work, deadline, deadline.of, ids)
        elif deadline not in few:  # a long row of periods: one statement, compiled once, for each of them
            for one in laid.get(deadline.key, ()):
                yield _together(work, [(deadline, 0, one)], ids, ended)


def _together(
    work: Work, parts: Sequence[tuple[Deadline, int, Occurrence]], ids: list[int] | None, ended: Ended
) -> tuple[set[Pair], Iterator[tuple[Key, Value]]]:
    """Several duties' periods in one statement."""
    binds: dict[str, Any] = {} if ids is None else {"only": ids}
    for at, (_, _, one) in enumerate(parts):
        binds |= EstateScope(work.settings, work.partners, name=f"o{at}").binds(one.window) | {f"p{at}": one.window.key}
    key = ("duties", tuple((d.key, number, o.times) for d, number, o in parts), ids is not None, work.settings_token)
    terms = {
        (d.key, o.window.key): (d.unit.name, datetime.combine(o.window.start, time(0, 0), TZ), o.due_at)
        for d, _, o in parts
    }
    rows = prepared.of_plugin(work, key, lambda: _statement(work, parts, ids is not None), binds)
    return set(terms), _owing(terms, ended, rows)


def _owing(
    terms: Mapping[Pair, tuple[str, datetime, datetime]], ended: Ended, rows: Iterable[Sequence[Any]]
) -> Iterator[tuple[Key, Value]]:
    for rule, period, unit, done in rows:
        kind, opened, due = terms[rule, period]
        gone = ended.get((kind, unit)) if done is None else None
        if gone is None or gone >= day_of(due):  # who ceased before it was due owes no more
            yield (rule, period, kind, int(unit), 0), (opened, due, _moment(done))


def _statement(work: Work, parts: Sequence[tuple[Deadline, int, Occurrence]], only: bool) -> Any:
    selects = []
    for at, (deadline, _, one) in enumerate(parts):
        scope = EstateScope(work.settings, work.partners, name=f"o{at}", only=deadline.unit.name if only else "")
        rows = owed(deadline, one.times, scope).subquery()
        period = bindparam(f"p{at}", type_=String)
        whole = select(literal(deadline.key), period.label("period"), rows.c[0], rows.c[1])
        selects.append(whole.where(rows.c[0].in_(bindparam("only", expanding=True))) if only else whole)
    return union_all(*selects) if len(selects) > 1 else selects[0]


def owed(deadline: Deadline, times: int, scope: EstateScope) -> Any:
    """(unit, day settled or NULL): who owes, and the day of the ``times``-th fact that settles it."""
    assert deadline.done is not None
    base = (deadline.who(scope) if deadline.who else scope.units(deadline.unit)).subquery("base")
    facts = deadline.done(scope)
    unit, day = facts.selected_columns[0], facts.selected_columns[1]
    nth = facts.with_only_columns(day).where(unit == base.c[0]).order_by(day).limit(1).offset(times - 1)
    return select(base.c[0], nth.correlate(base).scalar_subquery().label("done"))


def _clocks(work: Work, deadline: Deadline, of: type[Record], ids: list[int] | None) -> Iterator[tuple[Key, Value]]:
    due = due_of(deadline, work.settings)
    assert not isinstance(due, Once | Every)
    params = {} if ids is None else {"ids": ids}
    rows = prepared.of_plugin(
        work, ("clock", deadline.key, ids is None), lambda: _running(deadline, of, ids is None), params
    )
    for subject, unit_id, opened, stated, done in rows:
        at, day = _moment(opened), _moment(stated)
        assert at is not None
        limit = due.due_of(at, day_of(day) if day else None, work.calendar)
        yield (deadline.key, "-", of.unit.name, unit_id, subject), (at, limit, _moment(done))


def _running(deadline: Deadline, of: type[Record], everywhere: bool) -> Any:
    """The records whose clock runs or ran: (id, unit, opened, stated, done)."""
    unit = getattr(of, of.unit.column)
    blank = sql_cast(null(), Date)
    stated = getattr(of, deadline.stated) if deadline.stated else blank
    done = getattr(of, deadline.done_on) if deadline.done_on else blank
    opened = getattr(of, deadline.opened)
    rows = select(of.id, unit, opened, stated, done).where(of.state.in_(of.workflow.counting), opened.is_not(None))
    if deadline.where is not None:
        rows = rows.where(deadline.where())
    return rows if everywhere else rows.where(unit.in_(bindparam("ids", expanding=True)))


@lru_cache(maxsize=4096)  # most are days, and there are few of them
def _moment(value: Any) -> datetime | None:
    """A day as its first moment (in time until its end). SQLite hands values of a compiled statement over as text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(TZ)
    return None if value is None else datetime.combine(value, time(0, 0), TZ)


def _write(work: Work, asked: set[Pair], ids: list[int] | None, wanted: Mapping[Key, Value]) -> None:
    """Make ``wanted`` what the ledger holds of ``asked``."""
    terms = {rule: Terms.of(work, work.catalog.deadlines[rule]) for rule, _ in asked}
    current = _current(work, asked, ids)
    fresh = [(*k, *terms[k[0]].first(v)) for k, v in wanted.items() if k not in current]
    changed = [
        {"row": row} | {f"new_{n}": value for n, value in then._asdict().items()}
        for k, (row, was) in current.items()
        if k in wanted and (then := terms[k[0]].then(was, wanted[k])) != was
    ]
    gone = [
        {"row": row}
        for k, (row, was) in current.items()
        if k not in wanted and not (terms[k[0]].periodic and terms[k[0]].closed(was.due_at))
    ]
    connection, own = work.session.connection(), Obligation.__table__
    insert_rows(connection, own, (*KEY, *Judged._fields), fresh)
    if changed:
        values: dict[str, Any] = {n: bindparam(f"new_{n}") for n in Judged._fields}
        connection.execute(update(own).where(own.c.id == bindparam("row")).values(values), changed)  # type: ignore[arg-type]
    if gone:
        connection.execute(delete(own).where(own.c.id == bindparam("row")), gone)  # type: ignore[arg-type]


def _current(work: Work, asked: set[Pair], ids: list[int] | None) -> dict[Key, tuple[int, Judged]]:
    """What the ledger holds of ``asked``, each with the number of its row."""
    params = {
        "rules": list({r for r, _ in asked}),
        "periods": list({p for _, p in asked}),
        "kinds": list({unit_kind(work.catalog.deadlines[r]) for r, _ in asked}),
        "ids": ids or [],
    }
    held = prepared.run(work, ("owed", ids is None), lambda: _held(ids is None), params)
    return {
        (r, p, k, u, s): (row, Judged(_moment(o), _moment(d), _moment(f), in_time, late))  # type: ignore[arg-type]
        for row, r, p, k, u, s, o, d, f, in_time, late in held
        if (r, p) in asked
    }


def _held(everywhere: bool) -> Any:
    t = Obligation
    key = (t.id, t.rule, t.period, t.unit_kind, t.unit_id, t.subject_id)
    rows = select(*key, t.opened_at, t.due_at, t.done_at, t.in_time, t.late_entry).where(
        t.rule.in_(bindparam("rules", expanding=True)),
        t.period.in_(bindparam("periods", expanding=True)),
        t.unit_kind.in_(bindparam("kinds", expanding=True)),
    )
    return rows if everywhere else rows.where(t.unit_id.in_(bindparam("ids", expanding=True)))
