"""What this plugin asks of the others: who sits in the committee of owners of a complex."""

from collections.abc import Callable, Sequence
from typing import Any

from core.api import Rows, hookspec


@hookspec
def party_coverage_seats(complex_id: int, read: Callable[[Rows], Sequence[Any]]) -> list[dict[str, Any]]:  # type: ignore[empty-body]
    """Seats in committees of the complex, held now or once: ``origin`` (slug.record/id), ``name``, ``post``, ``from_on``,
    ``until_on`` (None while it lasts). Asked when a member or a party organisation changes; names stay in memory.

    Example: plugins/self_governance/plugin.py."""
