"""What it adds to the card of a complex: how many guards stand there, how many are filed and trained. No name."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from core.api import Block, Number, Paragraph, Rows, counts
from plugins.security_guards.records import Guard


def guards(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> Iterator[Block]:
    ((many, filed, trained),) = read(
        select(func.count(), func.count(Guard.filed_on), func.count(Guard.trained_on)).where(
            Guard.complex_id == complex_id, Guard.until.is_(None), counts(Guard)
        )
    )
    if many:
        yield Paragraph(
            "在岗保安员", Number(many, "人"), "，已备案", Number(filed, "人"), "，培训合格", Number(trained, "人"), "。"
        )
