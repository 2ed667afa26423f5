"""What it adds to the card of a complex: problems of checks and plan tasks that are not yet struck off."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from core.api import Block, Column, Day, Ref, Rows, Table, Text
from plugins.safeguards.records_people import AttackPlan
from plugins.safeguards.records_supervision import Issue
from plugins.safeguards.workflows import HANDLING


def open_tasks(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    rows: list[tuple[str, Any]] = []
    for key, model, what in (("issue", Issue, Issue.problem), ("attack_plan", AttackPlan, AttackPlan.task)):
        found = read(
            select(model.id, what, model.limit_on, model.state)
            .where(model.complex_id == complex_id, model.state.not_in(HANDLING.closed))
            .order_by(model.limit_on)
            .limit(20)
        )
        rows += [(f"safeguards.{key}/{row[0]}", row) for row in found]
    if rows:
        yield Table(
            title="检查问题和攻坚任务",
            columns=tuple(Column(label=label) for label in ("事项", "期限", "状态")),
            rows=tuple(
                (Text(row[1], ref=Ref(kind="record", key=key)), Day(row[2]), Text(HANDLING.state(row[3]).label))
                for key, row in rows
            ),
        )
