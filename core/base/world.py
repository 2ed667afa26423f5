"""The synthetic world a plugin fills with samples (plan section 4): units by role and number, never a real person."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True, kw_only=True)
class DemoComplex:
    """One complex of the world. ``services``: (since, state) in order; ``lists``: the named lists it is on."""

    id: int
    name: str
    community_id: int
    community: str  # A..K, then A2.. in larger worlds
    ordinal: int  # 1.. in the whole world
    type: str
    built: bool
    services: tuple[tuple[date, str], ...]
    company_id: int | None
    households: int
    lists: frozenset[str]

    def service_on(self, day: date) -> str:
        state = self.services[0][1]
        for since, value in self.services:
            if since <= day:
                state = value
        return state


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything a sample may lean on. ``start``: the campaign's first day; ``until``: samples end here."""

    seed: int
    start: date
    until: date
    complexes: tuple[DemoComplex, ...]
    communities: tuple[tuple[int, str], ...]
    companies: tuple[tuple[int, str], ...]
    departments: dict[str, int]
    leaders: dict[str, int]
    photo: str  # token of the labelled demo picture
    street: int = 0
    actions: dict[str, int] = field(default_factory=dict)  # by slug

    def chance(self, *key: object) -> random.Random:
        """A source of chance of its own for ``key``: adding a record never shifts the others."""
        return random.Random(f"{self.seed}/" + "/".join(str(k) for k in key))

    def rank(self, complexes: list[DemoComplex], *key: object) -> list[DemoComplex]:
        """``complexes`` in a shuffled but fixed order, for picking exactly so many."""
        return sorted(complexes, key=lambda c: self.chance(*key, c.ordinal).random())

    def scaled(self, n: int, of: int, have: int) -> int:
        """``n`` of ``of`` carried over to a world that has ``have``; exact in the world of the plan."""
        return n if have == of else round(n * have / of)

    def months(self) -> Iterator[tuple[date, date]]:
        """(first day, last day) of each month from the campaign's to ``until``, cut to both."""
        first = self.start.replace(day=1)
        while first <= self.until:
            last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            yield max(first, self.start), min(last, self.until)
            first = last + timedelta(days=1)
