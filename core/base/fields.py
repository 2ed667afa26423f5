"""What a record is made of, said once: ``people: Mapped[int] = integer("参加人数", at_least=1)``.

Each helper returns a mapped column that carries its ``Field``; form, list, sheet, JSON, journal and translation read it
from there. Next: record.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import MappedColumn, mapped_column

from core.base import kinds, kinds_of_link, kinds_of_person, kinds_of_time
from core.base.errors import Problem
from core.base.kinds import Kind, Look
from core.base.say import Say
from core.base.units import UnitKind

if TYPE_CHECKING:
    from core.base.record import Record


@dataclass(frozen=True, kw_only=True)
class Field:
    """One declared field of a record.

    ``happened``: the day (or moment) the fact took place; it places the record in a period and may not lie in the
    future. ``personal``: masked and encrypted. ``searchable``: a personal
    value that is found by its exact text (a number, not a name). ``listed``: shown as a column of lists. ``given``: prefilled value, a
    function of today. ``filed``: asked for when the record is first reported; False for what a later step fills in.
    ``derived``: never asked for, computed by the record's ``derive`` at every save and step. ``also``: other headings its
    column has in sheets that come from elsewhere, ``also=("楼栋号", "楼幢")``.
    """

    name: str = ""
    label: str
    kind: Kind
    required: bool = False
    help: str = ""
    happened: bool = False
    planned: bool = False
    personal: bool = False
    searchable: bool = False
    listed: bool = True
    filed: bool = True
    derived: bool = False
    given: Callable[[date], Any] | None = None
    also: tuple[str, ...] = ()

    def read(self, raw: Any, look: Look, today: date) -> Any:
        """The value, or ``ValueError`` with what to mend. Blank is None."""
        if raw is None or (isinstance(raw, str) and not raw.strip()) or (isinstance(raw, list | tuple) and not raw):
            if self.required:
                raise ValueError(self.kind.missing(self.label))
            return None
        value = self.kind.read(raw, look)
        if self.happened and as_day(value) > today:
            raise ValueError(Say("不能晚于今天（{d}）", d=today.isoformat()))
        if self.required and value == []:
            raise ValueError(self.kind.missing(self.label))
        return value

    def untouched(self, raw: Any, before: Any) -> bool:
        """Has a personal value come back masked, as it was shown? Then it stays what it is."""
        return self.personal and bool(before) and isinstance(raw, str) and raw.strip() == self.kind.text(before)


def as_day(value: Any) -> date:
    """The calendar day of a day or a moment."""
    found: date = value.date() if isinstance(value, datetime) else value
    return found


def read_all(
    fields: Sequence[Field], raw: dict[str, Any], look: Look, today: date
) -> tuple[dict[str, Any], list[Problem]]:
    """Every field of ``raw`` that is declared, read; with all problems at once. Unknown names are problems too."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    known = {f.name: f for f in fields}
    for name, field in known.items():
        if name not in raw and not field.required:
            continue
        try:
            values[name] = field.read(raw.get(name), look, today)
        except ValueError as error:
            text = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
            problems.append(Problem(name, text))
    problems.extend(Problem("", Say("没有名为“{n}”的字段", n=name)) for name in raw if name not in known)
    return values, problems


def _column(
    kind: Kind, label: str, *, required: bool, index: bool = False, target: str = "", place: int = 0, **more: Any
) -> MappedColumn[Any]:
    """``place`` moves a field before (negative) or behind its siblings, for fields a base class declares."""
    if more.get("derived"):
        more["filed"] = False
    field = Field(label=label, kind=kind, required=required, **more)
    keys = (ForeignKey(target),) if target else ()
    # What a later step fills in is empty at first, whatever that step requires.
    nullable = not (required and field.filed)
    return mapped_column(
        kind.column(), *keys, nullable=nullable, index=index or None, sort_order=place, info={"field": field}
    )


def text(label: str, *, required: bool = False, longest: int = 200, **more: Any) -> MappedColumn[Any]:
    """One line of text of at most ``longest`` characters."""
    return _column(kinds.TextKind(longest=longest), label, required=required, **more)


def long_text(label: str, *, required: bool = False, longest: int = 5000, **more: Any) -> MappedColumn[Any]:
    """Text of several lines; not a column of lists."""
    return _column(kinds.LongTextKind(longest=longest), label, required=required, **({"listed": False} | more))


def personal(label: str, *, required: bool = False, longest: int = 200, **more: Any) -> MappedColumn[Any]:
    """Personal information (a name, a phone): encrypted at rest, masked wherever it is shown (plan 3.6). ``searchable``: a
    phone or another number people are found by."""
    return _column(kinds.PersonalKind(longest=longest), label, required=required, personal=True, **more)


def id_number(label: str, *, required: bool = False, **more: Any) -> MappedColumn[Any]:
    """身份证号: its check digit is verified; sealed at rest, masked, found by its exact value (plan 3.4, 3.7)."""
    kind = kinds_of_person.IdNumberKind()
    return _column(kind, label, required=required, personal=True, **({"searchable": True} | more))


def secret(label: str, *, required: bool = False, longest: int = 2000, **more: Any) -> MappedColumn[Any]:
    """A sealed text shown as （保密） outside its own form (review opinions, plan 1.4 F2.4)."""
    kind = kinds_of_person.SecretKind(longest=longest)
    return _column(kind, label, required=required, personal=True, **({"listed": False} | more))


def integer(
    label: str,
    *,
    required: bool = False,
    at_least: int | None = 0,
    at_most: int | None = 2_000_000_000,
    unit: str = "",
    grouped: bool = True,
    **more: Any,
) -> MappedColumn[Any]:
    """A whole number with its unit; not negative unless ``at_least`` says so."""
    kind = kinds.IntegerKind(at_least=at_least, at_most=at_most, unit=unit, grouped=grouped)
    return _column(kind, label, required=required, **more)


def decimal(
    label: str,
    *,
    required: bool = False,
    places: int = 2,
    at_least: int | str | None = 0,
    at_most: int | str | None = "1e12",
    unit: str = "",
    **more: Any,
) -> MappedColumn[Any]:
    """A decimal with ``places`` places, kept exactly."""
    kind = kinds.DecimalKind(
        places=places,
        at_least=None if at_least is None else Decimal(at_least),
        at_most=None if at_most is None else Decimal(at_most),
        unit=unit,
    )
    return _column(kind, label, required=required, **more)


def money(label: str, *, required: bool = False, **more: Any) -> MappedColumn[Any]:
    """An amount in 元, two places, stored in 分."""
    return decimal(label, required=required, places=2, unit="元", **more)


def day(label: str, *, required: bool = False, happened: bool = False, **more: Any) -> MappedColumn[Any]:
    """A day. ``happened``: it places the record in time, is required and arrives filled with today; ``planned``: it lies ahead."""
    given = more.pop("given", (lambda today: today) if happened else None)
    return _column(
        kinds_of_time.DayKind(), label, required=required or happened, happened=happened, given=given, **more
    )


def month(label: str, *, required: bool = False, **more: Any) -> MappedColumn[Any]:
    """A month, kept as its first day."""
    return _column(kinds_of_time.MonthKind(), label, required=required, **more)


def moment(label: str, *, required: bool = False, happened: bool = False, **more: Any) -> MappedColumn[Any]:
    """A day with its time, in Asia/Shanghai."""
    return _column(kinds_of_time.MomentKind(), label, required=required or happened, happened=happened, **more)


def yes_no(label: str, *, required: bool = False, **more: Any) -> MappedColumn[Any]:
    """是 or 否; unanswered is neither."""
    return _column(kinds.YesNoKind(), label, required=required, **more)


def choice(label: str, options: Sequence[str], *, required: bool = False, **more: Any) -> MappedColumn[Any]:
    """One of ``options``."""
    return _column(kinds.ChoiceKind(options=tuple(options)), label, required=required, **more)


def choices(label: str, options: Sequence[str], *, required: bool = False, **more: Any) -> MappedColumn[Any]:
    """Any of ``options``; ``has(column, option)`` asks for one in SQL."""
    return _column(kinds.ChoicesKind(options=tuple(options)), label, required=required, **more)


def photos(label: str, *, at_least: int = 0, at_most: int = 20, **more: Any) -> MappedColumn[Any]:
    """Photos or files, taken by the phone's camera or chosen; not a column of lists."""
    kind = kinds.PhotosKind(at_least=at_least, at_most=at_most)
    return _column(kind, label, required=at_least > 0, **({"listed": False} | more))


def reference(label: str, to: UnitKind, *, required: bool = False, **more: Any) -> MappedColumn[Any]:
    """A unit of the registry of kind ``to``."""
    return _column(kinds.ReferenceKind(to=to), label, required=required, index=True, target=f"{to.name}.id", **more)


def references(
    label: str, to: UnitKind, *, required: bool = False, at_least: int = 0, **more: Any
) -> MappedColumn[Any]:
    """Several units; ``holds(column, unit_id)`` asks for one of them."""
    kind = kinds_of_link.UnitsKind(to=to, at_least=at_least)
    return _column(kind, label, required=required or at_least > 0, **more)


def link(label: str, to: type[Record], *, required: bool = False, **more: Any) -> MappedColumn[Any]:
    """Another record of the same plugin."""
    kind = kinds_of_link.LinkKind(to=to)
    return _column(kind, label, required=required, index=True, target=f"{to.__tablename__}.id", **more)


def origin(label: str, *, required: bool = False, **more: Any) -> MappedColumn[Any]:
    """The record of any action the fact came from, as ``enforcement.finding/12``."""
    return _column(kinds_of_link.OriginKind(), label, required=required, index=True, **more)
