"""What it adds to the card of a complex: its open hazards, and contracts and certificates in force with the day they run out."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from core.api import Block, Column, Day, Ref, Rows, Table, Text
from plugins.safety.records import Hazard, Maintenance, Operator

Read = Callable[[Rows], Sequence[Any]]


def panels(complex_id: int, read: Read) -> Iterator[Block]:
    yield from open_hazards(complex_id, read)
    yield from running_out(complex_id, read)


def open_hazards(complex_id: int, read: Read) -> Iterator[Block]:
    flow = Hazard.workflow
    rows = read(
        select(
            Hazard.id, Hazard.level, Hazard.kind, Hazard.place, Hazard.found_on, Hazard.limit_on, Hazard.state
        ).where(Hazard.complex_id == complex_id, Hazard.state.not_in(flow.closed))
        .order_by(Hazard.found_on)
    )  # fmt: skip
    if rows:
        yield Table(
            title="未销号安全隐患",
            columns=tuple(Column(label=label) for label in ("隐患", "级别", "位置", "发现", "时限", "状态")),
            rows=tuple(
                (
                    Text(kind, ref=Ref(kind="record", key=f"safety.hazard/{key}")),
                    Text(level),
                    Text(place),
                    Day(found),
                    Day(limit),
                    Text(flow.state(state).label),
                )
                for key, level, kind, place, found, limit, state in rows
            ),
        )


def running_out(complex_id: int, read: Read) -> Iterator[Block]:
    contracts = read(
        select(Maintenance.id, Maintenance.equipment, Maintenance.contractor, Maintenance.expires_on)
        .where(Maintenance.complex_id == complex_id, Maintenance.state == "active")
        .order_by(Maintenance.expires_on)
    )
    posts = read(
        select(Operator.id, Operator.kind, Operator.post, Operator.valid_until)
        .where(Operator.complex_id == complex_id, Operator.state == "active")
        .order_by(Operator.valid_until)
    )
    rows = [("safety.maintenance", "维保合同", *row) for row in contracts]
    rows += [("safety.operator", "特种作业岗位", *row) for row in posts]
    if rows:
        yield Table(
            title="维保合同和特种作业证",
            columns=tuple(Column(label=label) for label in ("名称", "类别", "单位或岗位", "有效期至")),
            rows=tuple(
                (Text(name, ref=Ref(kind="record", key=f"{key}/{number}")), Text(label), Text(who), Day(until))
                for key, label, number, name, who, until in rows
            ),
        )
