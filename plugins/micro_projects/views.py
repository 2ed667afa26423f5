"""What it adds to the card of a complex: its micro-projects and where they stand."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from core.api import Block, Column, Day, Ref, Rows, Table, Text, counts
from plugins.micro_projects.records import Project
from plugins.micro_projects.workflows import PROJECT


def projects(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    rows = read(
        select(Project.id, Project.name, Project.kind, Project.wished_on, Project.state)
        .where(Project.complex_id == complex_id, counts(Project))
        .order_by(Project.wished_on)
        .limit(20)
    )
    if rows:
        yield Table(
            title="“微实事”",
            columns=tuple(Column(label=label) for label in ("项目", "类型", "征集", "阶段")),
            rows=tuple(
                (
                    Text(name, ref=Ref(kind="record", key=f"micro_projects.project/{key}")),
                    Text(kind),
                    Day(wished),
                    Text(PROJECT.state(state).label),
                )
                for key, name, kind, wished, state in rows
            ),
        )
