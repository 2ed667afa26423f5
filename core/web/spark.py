"""A figure's last weeks as a thumbnail line: no axes, no script, no style attribute; its words say first and last."""

from __future__ import annotations

from fractions import Fraction

from markupsafe import Markup

from core.services.measuring.trends import Trend

WIDTH, HEIGHT, EDGE = 96, 26, 4


def spark(trend: Trend, said: str) -> Markup:
    """ "" where fewer than two days are known. A gap stays a gap: the line starts anew behind it."""
    known = [v for _, v in trend if v is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(known), max(known)
    step = (WIDTH - 2 * EDGE) / max(len(trend) - 1, 1)
    pieces, words, last = [], "M", (0.0, 0.0)
    for place, (_, value) in enumerate(trend):
        if value is None:
            words = "M"
            continue
        last = (EDGE + place * step, _height(value, low, high))
        pieces.append(f"{words}{last[0]:.1f} {last[1]:.1f}")
        words = "L"
    return Markup(
        '<svg class="spark" role="img" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-label="{said}"><title>{said}'
        '</title><path d="{path}" fill="none" stroke="currentColor" stroke-width="1.6"/>'
        '<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="currentColor"/></svg>'
    ).format(w=WIDTH, h=HEIGHT, said=said, path=" ".join(pieces), x=last[0], y=last[1])


def _height(value: Fraction, low: Fraction, high: Fraction) -> float:
    share = float((value - low) / (high - low)) if high > low else 0.5
    return HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)
