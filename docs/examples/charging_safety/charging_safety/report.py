"""Its section of the combined report: the standard part, then where cables still hang."""

from collections.abc import Iterator

from sqlalchemy import or_, select

from charging_safety.records import Check
from core.api import Block, Column, Complex, Day, Facts, Number, Ref, Table, Text, counts


# [section]
def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield hanging(facts)


def hanging(facts: Facts) -> Table:
    later = or_(Check.cleared_on.is_(None), Check.cleared_on > facts.as_of)
    rows = facts.read(
        select(Check.id, Complex.name, Check.place, Check.found, Check.checked_on)
        .join(Complex, Complex.id == Check.complex_id)
        .where(counts(Check), Check.found > 0, Check.checked_on <= facts.as_of, later)
        .order_by(Check.checked_on, Check.id)
        .limit(15)
    )
    heads = (("小区", 12), ("位置", 16), ("处数", 6), ("排查日期", 10))
    return Table(
        title="尚未清除的飞线",
        columns=tuple(Column(label=label, width=width) for label, width in heads),
        rows=tuple(
            (
                Text(name, ref=Ref(kind="record", key=f"charging_safety.check/{key}")),
                Text(place or "—"),
                Number(found, "处"),
                Day(on),
            )
            for key, name, place, found, on in rows
        ),
        empty="没有尚未清除的飞线。",
    )


# [/section]
