"""What it adds to the card of a complex: findings that are not yet brought to their end."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from core.api import Block, Column, Day, Ref, Rows, Table, Text
from plugins.enforcement.records_findings import Finding
from plugins.enforcement.workflows import FINDING


def open_findings(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    rows = read(
        select(Finding.id, Finding.kind, Finding.place, Finding.found_on, Finding.limit_on, Finding.state)
        .where(Finding.complex_id == complex_id, Finding.state.not_in(FINDING.closed))
        .order_by(Finding.found_on)
        .limit(20)
    )
    if rows:
        yield Table(
            title="未到位的违法违规问题",
            columns=tuple(Column(label=label) for label in ("类型", "位置", "发现", "期限", "状态")),
            rows=tuple(
                (
                    Text(kind, ref=Ref(kind="record", key=f"enforcement.finding/{key}")),
                    Text(place),
                    Day(found),
                    Day(limit),
                    Text(FINDING.state(state).label),
                )
                for key, kind, place, found, limit, state in rows
            ),
        )
