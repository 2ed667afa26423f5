"""How people sign in, as settings with the values a real campaign and a demo world begin with (等保三级 8.1.4.1 a, b and d asks
for complexity, regular change, lock-out, time-out and two factors; the numbers are what assessors are used to).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.config import Config
from core.estate.campaign import Campaign
from core.services.permission.rights import APART

LONGEST = timedelta(days=7)  # no session lives longer, however busy
LINK_LIFE = timedelta(days=2)
CODE_LIFE = timedelta(minutes=5)  # from the right password to the code of the second factor


@dataclass(frozen=True, kw_only=True)
class Policy:
    """``real``: a real campaign, no demo world. ``password_life``: None for no end. ``second_factor``: roles that must have
    one. ``most_failures`` in a row lock for ``locked``."""

    real: bool
    shortest: int
    password_life: timedelta | None
    idle: timedelta
    second_factor: frozenset[str]
    most_failures: int
    locked: timedelta

    @property
    def noted(self) -> timedelta:
        """How exactly idleness is known: not every page view need write."""
        return min(timedelta(minutes=10), self.idle / 10)


def of(config: Config, campaign: Campaign | None) -> Policy:
    """What is set, and for the rest what suits the campaign; without one, as strict as with a real one."""
    real = campaign is None or not campaign.demo
    said = config.sign_in
    days = said.password_days if said.password_days is not None else 90 if real else 0
    required = said.second_factor if said.second_factor is not None else tuple(APART) if real else ()
    return Policy(
        real=real,
        shortest=said.password_length,
        password_life=timedelta(days=days) if days else None,
        idle=timedelta(minutes=said.idle_minutes or (30 if real else 12 * 60)),
        second_factor=frozenset(required),
        most_failures=said.lock_after,
        locked=timedelta(minutes=said.lock_minutes),
    )
