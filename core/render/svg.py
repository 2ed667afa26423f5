"""A chart as SVG, made on the server: no script and no style attribute, so a strict content security policy holds;
title and description for those who hear it. Series differ in dash and marker, not in colour alone; a missing value is
a gap."""

from __future__ import annotations

from markupsafe import Markup

from core.base.blocks import Chart
from core.render.svg_scale import FONT, HEIGHT, WIDTH, Frame, frame, shortened, shown, target_name, text_width
from core.render.svg_series import bars, legend, lines

AXIS = "#868e96"
TARGET = "#343a40"


def svg(chart: Chart, anchor: str = "chart") -> Markup:
    """The picture. ``anchor`` must be unique on the page: title and description are found by it."""
    slanted = chart.shape == "bar" and _crowded(chart)
    plot = frame(chart, slanted)
    inner = [
        _grid(chart, plot),
        bars(chart, plot) if chart.shape == "bar" else lines(chart, plot),
        _labels(chart, plot, slanted),
        _target(chart, plot),
        legend(chart, plot),
    ]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="sa-svg" role="img" viewBox="0 0 {w} {h}"'
        ' width="{w}" height="{h}" aria-labelledby="{a}-title {a}-desc" font-size="{f}" fill="currentColor">'
        '<title id="{a}-title">{title}</title><desc id="{a}-desc">{desc}</desc>{inner}</svg>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        a=anchor,
        f=FONT,
        title=str(chart.title),
        desc=description(chart),
        inner=Markup("").join(inner),
    )


def description(chart: Chart) -> str:
    """The chart in one sentence: each series from where to where, its gaps, and the target."""
    parts = []
    for one in chart.series:
        known = [(label, v) for label, v in zip(chart.labels, one.values, strict=True) if v is not None]
        if not known:
            parts.append(f"{one.label}：无数据")
            continue
        first, last = (f"{label} {shown(v, chart.unit)}" for label, v in (known[0], known[-1]))
        said = f"{one.label}：{first}，{last}"
        gaps = len(one.values) - len(known)
        parts.append(said + (f"，{gaps} 处无数据" if gaps else ""))
    if chart.target is not None:
        parts.append(target_name(chart))
    return "；".join(parts) + "。"


def _crowded(chart: Chart) -> bool:
    return max((text_width(shortened(label)) for label in chart.labels), default=0) + 6 > (WIDTH - 70) / max(
        len(chart.labels), 1
    )


def _grid(chart: Chart, plot: Frame) -> Markup:
    """Horizontal lines with their values; the zero line is darker."""
    line = Markup('<line x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}" stroke="{}" stroke-width="{}"/>')
    text = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>')
    unit = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="end">（{}）</text>').format(WIDTH - 12, 16, chart.unit)
    pieces = [unit] if chart.unit and chart.unit != "%" else []
    for value in plot.levels:
        y = plot.y(value)
        pieces.append(
            line.format(plot.left, y, plot.right, y, AXIS if value == 0 else "#dee2e6", 1)
            + text.format(plot.left - 6, y + FONT * 0.36, shown(value, chart.unit, plot.levels))
        )
    return Markup('<g class="sa-svg-grid">{}</g>').format(Markup("").join(pieces))


def _labels(chart: Chart, plot: Frame, slanted: bool) -> Markup:
    """Labels below; a crowded time axis names every k-th and the last one, a crowded category axis slants them all."""
    widest = max((text_width(shortened(label)) for label in chart.labels), default=0) + 10
    every = 1 if slanted else max(1, -(-int(widest) // max(int(plot.band), 1)))
    last = len(chart.labels) - 1
    pieces = []
    for i, label in enumerate(chart.labels):
        if (last - i) % every:
            continue
        x, y = plot.x(i), plot.bottom + 18
        turn = Markup(' transform="rotate(-40 {:.1f} {:.1f})"').format(x + 4, y - 4) if slanted else Markup("")
        pieces.append(
            Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}"{}>{}</text>').format(
                x + 4 if slanted else x, y - 4 if slanted else y, "end" if slanted else "middle", turn, shortened(label)
            )
        )
    return Markup('<g class="sa-svg-labels">{}</g>').format(Markup("").join(pieces))


def _target(chart: Chart, plot: Frame) -> Markup:
    """A dashed line across, its name and value at its right end, where no bar stands."""
    if chart.target is None:
        return Markup("")
    y = plot.y(chart.target)
    return Markup(
        '<g class="sa-svg-target"><line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="1.5"'
        ' stroke-dasharray="7 4"/><text x="{:.1f}" y="{:.1f}" font-size="{}" font-weight="bold">{}</text></g>'
    ).format(plot.left, y, plot.right, y, TARGET, plot.right + 5, y + 4, FONT - 1, target_name(chart))
