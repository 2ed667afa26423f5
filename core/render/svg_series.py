"""The series of a chart: lines with gaps, grouped bars, and the legend that names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from core.base.blocks import Chart
from core.render.svg_scale import FONT, WIDTH, Frame, shown, text_width

# Red, amber and green mean lights here, so no series wears them.
COLOURS = ("#1f5fa8", "#7a4fa3", "#0b7285", "#8d5a3b", "#495057")
DASHES = ("", "6 3", "2 3", "9 3 2 3", "12 4")
SPACE = 0.72  # the part of a band that bars fill


def lines(chart: Chart, plot: Frame) -> Markup:
    """One line a series, broken where a value is missing; a value alone between gaps is a point."""
    groups = []
    for k, one in enumerate(chart.series):
        colour = COLOURS[k % len(COLOURS)]
        parts = [
            Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"{}/>').format(
                " ".join(f"{plot.x(i):.1f},{plot.y(v):.1f}" for i, v in stretch), colour, _dash(k)
            )
            for stretch in stretches(one.values)
            if len(stretch) > 1
        ]
        points = [(i, v) for i, v in enumerate(one.values) if v is not None]
        alone = {stretch[0][0] for stretch in stretches(one.values) if len(stretch) == 1}
        for i, v in points:
            if len(points) <= 40 or i in alone:
                hint = f"{chart.labels[i]} {one.label} {shown(v, chart.unit)}"
                parts.append(_marker(k, plot.x(i), plot.y(v), hint))
        if points and len(chart.series) <= 2:
            i, v = points[-1]
            lower = any(other.values[i] is not None and (other.values[i] or 0) > v for other in chart.series)
            parts.append(_value(plot.x(i), plot.y(v) + (18 if lower else -8), shown(v, chart.unit), plot))
        groups.append(Markup('<g class="sa-svg-series sa-svg-series-{}">{}</g>').format(k + 1, Markup("").join(parts)))
    return Markup("").join(groups)


def bars(chart: Chart, plot: Frame) -> Markup:
    """Bars side by side over each label, their values above them while there is room."""
    width = plot.band * SPACE / max(len(chart.series), 1)
    groups = []
    for k, one in enumerate(chart.series):
        parts = []
        for i, v in enumerate(one.values):
            if v is None:
                continue
            x = plot.x(i) - plot.band * SPACE / 2 + width * k
            top, base = sorted((plot.y(v), plot.y(0)))
            parts.append(
                Markup(
                    '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"><title>{}</title></rect>'
                ).format(
                    x,
                    top,
                    width * 0.92,
                    base - top,
                    COLOURS[k % len(COLOURS)],
                    f"{chart.labels[i]} {one.label} {shown(v, chart.unit)}",
                )
            )
            if text_width(shown(v, chart.unit), FONT - 2) <= width:
                parts.append(_value(x + width * 0.46, top - 4, shown(v, chart.unit), plot))
        groups.append(Markup('<g class="sa-svg-series sa-svg-series-{}">{}</g>').format(k + 1, Markup("").join(parts)))
    return Markup("").join(groups)


def stretches(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """Runs of neighbouring known values: what may be joined by a line."""
    current: list[tuple[int, float]] = []
    for i, v in enumerate(values):
        if v is not None:
            current.append((i, v))
        elif current:
            yield current
            current = []
    if current:
        yield current


def legend(chart: Chart, plot: Frame) -> Markup:
    """The names of the series, each beside its own stroke."""
    pieces, x, y = [], plot.left, 16.0
    for k, one in enumerate(chart.series):
        if x > plot.left and x + 30 + text_width(one.label) > WIDTH - 60:
            x, y = plot.left, y + 18
        if chart.shape == "bar":
            sample = Markup('<rect x="{:.1f}" y="{:.1f}" width="22" height="10" fill="{}"/>').format(
                x, y - 10, COLOURS[k % len(COLOURS)]
            )
        else:
            sample = Markup(
                '<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="2"{}/>'
            ).format(x, y - 5, x + 22, y - 5, COLOURS[k % len(COLOURS)], _dash(k)) + _marker(
                k, x + 11, y - 5, one.label
            )
        pieces.append(sample + Markup('<text x="{:.1f}" y="{:.1f}">{}</text>').format(x + 28, y, str(one.label)))
        x += 28 + text_width(one.label) + 20
    return Markup('<g class="sa-svg-legend">{}</g>').format(Markup("").join(pieces))


def _dash(k: int) -> Markup:
    dash = DASHES[k % len(DASHES)]
    return Markup(' stroke-dasharray="{}"').format(dash) if dash else Markup("")


def _marker(k: int, x: float, y: float, hint: str) -> Markup:
    colour, title = COLOURS[k % len(COLOURS)], Markup("<title>{}</title>").format(hint)
    if k % 3 == 0:
        return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3.5" fill="{}">{}</circle>').format(x, y, colour, title)
    if k % 3 == 1:
        return Markup('<rect x="{:.1f}" y="{:.1f}" width="7" height="7" fill="{}">{}</rect>').format(
            x - 3.5, y - 3.5, colour, title
        )
    corners = f"{x:.1f},{y - 4.5:.1f} {x - 4.5:.1f},{y + 3.5:.1f} {x + 4.5:.1f},{y + 3.5:.1f}"
    return Markup('<polygon points="{}" fill="{}">{}</polygon>').format(corners, colour, title)


def _value(x: float, y: float, text: str, plot: Frame) -> Markup:
    """A value beside its point, kept inside the picture."""
    half = text_width(text, FONT - 2) / 2
    return Markup(
        '<text class="sa-svg-value" x="{:.1f}" y="{:.1f}" text-anchor="middle" font-size="{}">{}</text>'
    ).format(min(max(x, plot.left + half), plot.right - half), y, FONT - 2, text)
