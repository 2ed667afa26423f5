"""Where a value and a label stand in a chart: round tick values, positions, and how wide Chinese text is."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from core.base.blocks import Chart

WIDTH, HEIGHT = 640, 300
FONT = 13


def text_width(text: str, size: float = FONT) -> float:
    """About how wide a text stands: a Chinese character is one em, a Latin one a little over half."""
    return sum(size if unicodedata.east_asian_width(c) in "WFA" else size * 0.56 for c in text)


def shortened(text: str, limit: int = 9) -> str:
    """A label cut to fit an axis; the whole of it is in the chart's table."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def ticks(low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """Round values that span low to high, zero among them."""
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(i * step, 10) for i in range(first, last + 1))


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The plot's rectangle and its vertical scale."""

    left: float
    right: float
    top: float
    bottom: float
    levels: tuple[float, ...]
    count: int

    def y(self, value: float) -> float:
        low, high = self.levels[0], self.levels[-1]
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)

    @property
    def band(self) -> float:
        """The width that one label has."""
        return (self.right - self.left) / max(self.count, 1)

    def x(self, i: int) -> float:
        """The middle of the band of label ``i``."""
        return self.left + self.band * (i + 0.5)


def frame(chart: Chart, slanted: bool) -> Frame:
    """Room for the legend above, the axis values on the left and the labels below."""
    known = [v for s in chart.series for v in s.values if v is not None]
    if chart.target is not None:
        known.append(chart.target)
    levels = ticks(min(known, default=0.0), max(known, default=1.0))
    longest = max((text_width(shortened(label)) for label in chart.labels), default=0)
    return Frame(
        left=max(text_width(shown(v, chart.unit, levels)) for v in levels) + 12,
        right=WIDTH - (text_width(target_name(chart), FONT - 1) + 14 if chart.target is not None else 12),
        top=46,
        bottom=HEIGHT - (min(longest * 0.64 + 20, 110) if slanted else 28),
        levels=levels,
        count=len(chart.labels),
    )


def shown(value: float, unit: str, levels: Sequence[float] = ()) -> str:
    """A value on the axis or beside a point: a share as percent, others with as few digits as tell them apart."""
    times = 100 if unit == "%" else 1
    digits = 0 if levels and all(abs(v * times - round(v * times)) < 1e-6 for v in levels) else 1
    if not levels and unit != "%" and value == int(value):
        digits = 0
    return f"{value * times:,.{digits}f}{unit if unit == '%' else ''}"


def target_name(chart: Chart) -> str:
    """目标 60%, as the legend and the line say it."""
    if chart.target is None:
        return ""
    value = chart.target * 100 if chart.unit == "%" else chart.target
    return f"{chart.target_label} {value:.4g}{'%' if chart.unit == '%' else ''}"
