"""What it adds to the card of a complex: its needs that wait for an organ, oldest first."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from core.api import Block, Column, Day, Ref, Rows, Table, Text, counts
from plugins.dual_reporting.records_homes import ComplexNeed
from plugins.dual_reporting.workflows import NEED


def open_needs(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    rows = read(
        select(ComplexNeed.id, ComplexNeed.content, ComplexNeed.published_on, ComplexNeed.state)
        .where(ComplexNeed.complex_id == complex_id, ComplexNeed.state.not_in(NEED.closed), counts(ComplexNeed))
        .order_by(ComplexNeed.published_on)
        .limit(20)
    )
    if rows:
        yield Table(
            title="“双报到”需求",
            columns=tuple(Column(label=label) for label in ("需求", "公开日期", "状态")),
            rows=tuple(
                (
                    Text(content, ref=Ref(kind="record", key=f"dual_reporting.complex_need/{key}")),
                    Day(published),
                    Text(NEED.state(state).label),
                )
                for key, content, published, state in rows
            ),
        )
