"""What stands beside a red figure: how it moved since last week, and which is the furthest from its target."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from core.base.describe import Indicator
from core.base.facts import IndicatorFacts
from core.base.target import Target, pace
from core.base.window import Period, window
from core.services.measuring import why

DAY = date(2024, 12, 20)


def figure(n: int, d: int, target: str = "1") -> IndicatorFacts:
    span = window(Period.ONCE, DAY, campaign_start=date(2024, 11, 8))
    one = Indicator(key="a.one", label="指标", measure=lambda scope: scope)
    aim = Target(Fraction(target), date(2024, 12, 31))
    reached = pace(aim, one.figure(n, d), start=span.start, end=span.end, as_of=DAY)
    return IndicatorFacts(indicator=one, window=span, n=n, d=d, target=aim, pace=reached)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (Fraction(3, 10), "较上周升20.0个百分点"),
        (Fraction(1, 2), "较上周持平"),
        (Fraction(6, 10), "较上周降10.0个百分点"),
        (None, None),
    ],
)
def test_a_figure_is_compared_with_last_week_in_points(before: Fraction | None, said: str | None) -> None:
    moved = why.moved(figure(5, 10), before)
    assert (None if moved is None else str(moved)) == said


def test_the_furthest_from_its_own_target_comes_first() -> None:
    """19.4 % of 20 % is nearly there, 60 % of 100 % is not."""
    nearly, far, nothing = figure(13, 67, "0.2"), figure(6, 10), figure(0, 0)
    assert why.distance(far) > why.distance(nearly) > 0
    assert why.distance(nothing) == 0, "of what is not known nothing is said"
