"""A part of a page of one's own: the applications of a complex on its card."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from core.api import Block, Column, Day, Ref, Rows, Table, Text, counts
from lift_installation.records import Application

STATES = {one.key: one.label for one in Application.workflow.states}


# [panel]
def on_card(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    """The card of a complex: its applications, each opening its record. Never a contact."""
    rows = read(
        select(Application.id, Application.staircase, Application.state, Application.applied_on)
        .where(Application.complex_id == complex_id, counts(Application))
        .order_by(Application.applied_on.desc(), Application.id)
    )
    if not rows:
        return
    yield Table(
        title="加装电梯",
        columns=(Column(label="梯号", width=14), Column(label="状态", width=8), Column(label="申请日期", width=10)),
        rows=tuple(
            (
                Text(name, ref=Ref(kind="record", key=f"lift_installation.application/{key}")),
                Text(STATES[state]),
                Day(on),
            )
            for key, name, state, on in rows
        ),
    )


# [/panel]
