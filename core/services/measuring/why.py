"""Why is it red? Which rule made the light, what is missing to the target, which units, and by when (law 7). Pure:
figures in, words and rows out; who can mend it is the action's leading department, which the page knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from core.base.blocks import Light, percent
from core.base.describe import Indicator, Shape
from core.base.facts import IndicatorFacts
from core.base.say import Say
from core.base.target import MARGIN, Aim
from core.base.window import FAR

FORMULAS = {
    Shape.RATIO: Say("完成数 ÷ 应完成数"),
    Shape.COUNT: Say("完成数合计"),
    Shape.REDUCTION: Say("（基数 − 现数）÷ 基数"),
    Shape.AVERAGE: Say("合计 ÷ 对象数"),
}


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """One unit's part of a figure, with its home on the day. ``short``: it keeps the figure from its target."""

    unit_id: int
    name: str
    community_id: int | None
    community: str
    n: int
    d: int
    short: bool


@dataclass(frozen=True, kw_only=True)
class Why:
    """``rule``: what made the light; ``left``: how many more reach the target; ``by``: None for a target that stands every
    day; ``communities``: (id, name, units missing)."""

    rule: Say
    left: int | None
    by: date | None
    missing: list[UnitRow]
    communities: list[tuple[int, str, int]]


def explain(facts: IndicatorFacts, rows: Sequence[UnitRow]) -> Why | None:
    """None where there is nothing to explain: met, no target, no data, or a fault."""
    if facts.light not in (Light.RED, Light.AMBER) or facts.target is None:
        return None
    missing = [r for r in rows if r.short]
    many = Counter((r.community_id, r.community) for r in missing if r.community_id)
    return Why(
        rule=_rule(facts),
        left=_left(facts),
        by=due(facts),
        missing=missing,
        communities=[(key, name, n) for (key, name), n in many.most_common()],
    )


def due(facts: IndicatorFacts) -> date | None:
    """The day the target must stand: its own, else the period's end; a standing target has none."""
    stated = facts.target.by if facts.target else None
    return stated or (None if facts.window.end == FAR else facts.window.end)


def short(one: Indicator, facts: IndicatorFacts, n: int, d: int) -> bool:
    """Does a unit of ``n`` and ``d`` keep the figure from its target?"""
    aim = facts.target.aim if facts.target else one.aim
    if one.shape is Shape.COUNT:
        return n == 0 if aim is Aim.UP else n > 0
    figure = one.figure(n, d)
    if figure is None:
        return False
    if facts.target is None:
        return n < d if one.shape is Shape.RATIO else False
    return not facts.target.met(figure)


def amount(one: Indicator, value: Fraction | None) -> str:
    """A value of the indicator's own shape: a percent, or a number with its unit."""
    if value is None:
        return "—"
    if one.shape in (Shape.COUNT, Shape.AVERAGE):
        return f"{float(value):.1f}".removesuffix(".0") + one.suffix
    return percent(value)


def _rule(facts: IndicatorFacts) -> Say:
    one, pace, target = facts.indicator, facts.pace, facts.target
    assert target is not None
    now, aim = amount(one, pace.figure), amount(one, target.value)
    by = due(facts)
    if by is None:
        return Say("这项目标没有期限，每天都应达到{t}，现为{v}", t=aim, v=now)
    if facts.window.as_of == by:
        return Say("期限{d}就是今天，应达{t}，现为{v}", d=_day(by), t=aim, v=now)
    if facts.window.as_of > by:
        return Say("期限{d}已到，应达{t}，现为{v}", d=_day(by), t=aim, v=now)
    if pace.expected is None or pace.figure is None:
        return Say("应达{t}，现为{v}", t=aim, v=now)
    gap = abs(pace.expected - pace.figure)
    margin = MARGIN * (abs(target.value) if abs(target.value) > 1 else Fraction(1))
    words = {"e": amount(one, pace.expected), "v": now, "g": _apart(one, gap), "m": _apart(one, margin)}
    if facts.light is Light.RED:
        return Say("按进度今日应达{e}，现为{v}，相差{g}，超过{m}即为未达标", **words)
    return Say("按进度今日应达{e}，现为{v}，相差{g}，在{m}以内为有风险", **words)


def _apart(one: Indicator, gap: Fraction) -> str:
    """The distance of two figures: shares lie points apart, not percent."""
    said = amount(one, gap)
    return Say("{n}个百分点", n=said.removesuffix("%")) if said.endswith("%") else said


def moved(facts: IndicatorFacts, before: Fraction | None) -> Say | None:
    """How the figure moved since ``before``; None where one of the two is not known."""
    now = facts.pace.figure
    if before is None or now is None:
        return None
    if now == before:
        return Say("较上周持平")
    gap = _apart(facts.indicator, abs(now - before))
    return Say("较上周升{g}", g=gap) if now > before else Say("较上周降{g}", g=gap)


def distance(facts: IndicatorFacts) -> Fraction:
    """How far a figure is from its target, as a part of the target: what orders the worst first. 0 where it is not known."""
    now, target = facts.pace.figure, facts.target
    if now is None or target is None:
        return Fraction(0)
    return abs(target.value - now) / (abs(target.value) or 1)


def _left(facts: IndicatorFacts) -> int | None:
    """How many more completions reach the target; for a share that should rise, or a count."""
    target = facts.target
    if target is None or target.aim is not Aim.UP or facts.indicator.shape not in (Shape.RATIO, Shape.COUNT):
        return None
    whole = facts.d if facts.indicator.shape is Shape.RATIO else 1
    return max(ceil(target.value * whole) - facts.n, 0)


def _day(day: date) -> Say:
    return Say("{y}年{m}月{d}日", y=day.year, m=day.month, d=day.day)
