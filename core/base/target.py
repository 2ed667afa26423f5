"""Targets are first-class (law 4): operator, value, by-date, and the arithmetic of verdict, pace and forecast.

Fractions are compared exactly (plan Q23); "以上/不低于" include the number (plan Q6).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from core.base.blocks import Light


class Aim(enum.StrEnum):
    UP = "up"
    DOWN = "down"


UP, DOWN = Aim.UP, Aim.DOWN
MARGIN = Fraction(1, 10)  # within ten points of the straight line is amber, beyond it red (plan 3.8)


@dataclass(frozen=True)
class Target:
    """``value`` is a share (0.6 = 60 %) or a count, as the indicator is shaped; ``by`` None: at the end of each period."""

    value: Fraction
    by: date | None = None
    aim: Aim = Aim.UP

    def met(self, figure: Fraction) -> bool:
        return figure >= self.value if self.aim is Aim.UP else figure <= self.value


def at_least(value: float | str | Fraction, by: date | None = None) -> Target:
    """A target to reach: ``at_least("0.6")`` is 60 %; ``by``: the day, usually the campaign's word."""
    return Target(Fraction(str(value)), by, Aim.UP)


def at_most(value: float | str | Fraction, by: date | None = None) -> Target:
    """A target not to exceed."""
    return Target(Fraction(str(value)), by, Aim.DOWN)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Where we are, where we should be today on the straight line from ``base`` to the target, and when we shall arrive."""

    figure: Fraction | None
    expected: Fraction | None = None
    light: Light = Light.GREY
    arrives: date | None = None


def pace(
    target: Target | None,
    figure: Fraction | None,
    *,
    start: date,
    end: date,
    as_of: date,
    base: Fraction = Fraction(0),
    before: tuple[date, Fraction] | None = None,
) -> Pace:
    """Verdict of ``figure`` on ``as_of``. After the by-date: met or red. Before it: on the line green, near it amber.

    ``before``: an earlier day and its figure; two points make the forecast, the day the target is reached at that speed.
    """
    if figure is None or target is None:
        return Pace(figure=figure)
    due = target.by or end
    span = max((due - start).days, 1)
    gone = Fraction(min(max((as_of - start).days, 0), span), span)
    expected = base + (target.value - base) * gone
    if target.met(figure):
        light = Light.GREEN
    elif as_of >= due:
        light = Light.RED
    else:
        behind = (expected - figure) if target.aim is Aim.UP else (figure - expected)
        scale = abs(target.value) if abs(target.value) > 1 else Fraction(1)
        light = Light.GREEN if behind <= 0 else Light.AMBER if behind <= MARGIN * scale else Light.RED
    return Pace(figure=figure, expected=expected, light=light, arrives=_arrival(target, figure, as_of, before))


def _arrival(target: Target, figure: Fraction, as_of: date, before: tuple[date, Fraction] | None) -> date | None:
    if target.met(figure):
        return as_of
    if before is None or before[0] >= as_of:
        return None
    speed = (figure - before[1]) / (as_of - before[0]).days
    left = target.value - figure
    if speed == 0 or (left > 0) != (speed > 0) or left / speed > 3650:
        return None
    return as_of + timedelta(days=int(-(-left // speed)))
