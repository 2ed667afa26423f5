"""What it adds to the card of a complex: what is still open, and what keeps coming back."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from core.api import Block, Column, Day, Number, Ref, Rows, Table, Text, counts, local_day, plus_days
from plugins.disputes.records_complaint import REPEAT_DAYS, Complaint
from plugins.disputes.workflows import COMPLAINT


def panels(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    yield from open_complaints(complex_id, read)
    yield from repeated(complex_id, read)


def open_complaints(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    rows = read(
        select(
            Complaint.id,
            Complaint.category,
            Complaint.summary,
            local_day(Complaint.received_at),
            Complaint.due_on,
            Complaint.repeat_no,
            Complaint.state,
        )
        .where(Complaint.complex_id == complex_id, Complaint.state.not_in(COMPLAINT.closed))
        .order_by(Complaint.received_at)
    )
    if rows:
        yield Table(
            title="未办结投诉",
            columns=tuple(Column(label=label) for label in ("类别", "事由", "收件", "应办结", "90天内第几次", "状态")),
            rows=tuple(
                (
                    Text(category, ref=Ref(kind="record", key=f"disputes.complaint/{key}")),
                    Text(summary),
                    Day(received),
                    Day(due),
                    Number(times),
                    Text(COMPLAINT.state(state).label),
                )
                for key, category, summary, received, due, times, state in rows
            ),
        )


def repeated(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    """Kinds of complaint that came twice or more in the 90 days up to the newest one."""
    own = Complaint.complex_id == complex_id
    newest = select(func.max(local_day(Complaint.received_at))).where(own, counts(Complaint)).scalar_subquery()
    day = local_day(Complaint.received_at)
    rows = read(
        select(Complaint.category, func.count(), func.max(day))
        .where(own, counts(Complaint), day > plus_days(newest, -REPEAT_DAYS))
        .group_by(Complaint.category)
        .having(func.count() > 1)
        .order_by(func.count().desc(), Complaint.category)
    )
    if rows:
        yield Table(
            title=f"{REPEAT_DAYS}天内重复投诉",
            columns=tuple(Column(label=label) for label in ("类别", "件次", "最近一次")),
            rows=tuple((Text(category), Number(many), Day(last)) for category, many, last in rows),
        )
