"""What it adds to the card of a complex: its open defects."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from core.api import Block, Column, Day, Ref, Rows, Table, Text
from plugins.environment.records import MENDING, Shortboard


def open_defects(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    rows = read(
        select(
            Shortboard.id,
            Shortboard.defect,
            Shortboard.place,
            Shortboard.found_on,
            Shortboard.limit_on,
            Shortboard.state,
        )
        .where(Shortboard.complex_id == complex_id, Shortboard.state.not_in(MENDING.closed))
        .order_by(Shortboard.found_on)
    )
    if rows:
        yield Table(
            title="未销号短板",
            columns=tuple(Column(label=label) for label in ("短板", "位置", "发现", "期限", "状态")),
            rows=tuple(
                (
                    Text(defect, ref=Ref(kind="record", key=f"environment.shortboard/{key}")),
                    Text(place),
                    Day(found),
                    Day(limit),
                    Text(MENDING.state(state).label),
                )
                for key, defect, place, found, limit, state in rows
            ),
        )
