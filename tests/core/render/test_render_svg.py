"""Charts as SVG: gaps stay gaps, targets are named, whoever cannot see hears the same."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from core.base.blocks import Chart, Series
from core.render.svg import svg
from core.render.svg_scale import ticks

NS = "{http://www.w3.org/2000/svg}"
MONTHS = tuple(f"{m}月" for m in range(1, 7))


def drawn(chart: Chart) -> ET.Element:
    return ET.fromstring(str(svg(chart, "c1")))


def rates(*values: float | None, **more: object) -> Chart:
    return Chart(title="组建率", labels=MONTHS, series=(Series(label="街道", values=values),), unit="%", **more)  # type: ignore[arg-type]


def test_a_missing_value_is_a_gap() -> None:
    root = drawn(rates(0.1, 0.2, None, 0.4, 0.5, 0.6))
    lines = [one.get("points", "").split() for one in root.iter(f"{NS}polyline")]
    assert [len(points) for points in lines] == [2, 3]
    assert "1 处无数据" in root.findtext(f"{NS}desc", "")


def test_a_value_alone_is_still_seen() -> None:
    root = drawn(rates(0.1, None, 0.3, None, None, 0.6))
    series = next(g for g in root.iter(f"{NS}g") if g.get("class", "").startswith("sa-svg-series"))
    assert not list(series.iter(f"{NS}polyline"))
    assert len(list(series.iter(f"{NS}circle"))) == 3


def test_a_missing_bar_is_no_bar_and_zero_is_a_flat_one() -> None:
    root = drawn(
        Chart(title="件数", labels=("甲", "乙", "丙"), series=(Series(label="本月", values=(3, None, 0)),), shape="bar")
    )
    series = next(g for g in root.iter(f"{NS}g") if g.get("class", "").startswith("sa-svg-series"))
    assert [one.get("height") == "0.0" for one in series.iter(f"{NS}rect")] == [False, True]


def test_the_target_line_is_labelled() -> None:
    root = drawn(rates(0.1, 0.2, 0.3, 0.4, 0.5, 0.55, target=0.6, target_label="目标"))
    texts = [one.text for one in root.iter(f"{NS}text")]
    assert "目标 60%" in texts
    assert "目标 60%" in root.findtext(f"{NS}desc", "")


def test_it_says_what_it_shows() -> None:
    root = drawn(rates(0.1, 0.2, 0.3, 0.4, 0.5, 0.625))
    assert root.get("role") == "img"
    ids = {one.get("id") for one in root.iter()}
    assert set(root.get("aria-labelledby", "").split()) <= ids
    assert root.findtext(f"{NS}title") == "组建率"
    assert root.findtext(f"{NS}desc") == "街道：1月 10.0%，6月 62.5%。"


@pytest.mark.parametrize("shape", ["line", "bar"])
def test_series_differ_in_more_than_colour_and_wear_no_light(shape: str) -> None:
    series = tuple(Series(label=f"社区{c}", values=(1.0, 2.0)) for c in "甲乙丙")
    text = str(svg(Chart(title="图", labels=("一", "二"), series=series, shape=shape)))
    assert all(f"社区{c}" in text for c in "甲乙丙")
    assert not re.search(r"#(dc3545|198754|ffc107|c00000)", text, re.IGNORECASE)
    if shape == "line":
        assert len(set(re.findall(r'stroke-width="2"( stroke-dasharray="[^"]+")?', text))) == 3


def test_empty_and_flat_charts_draw() -> None:
    assert "无数据" in svg(rates(None, None, None, None, None, None))
    assert svg(rates(0, 0, 0, 0, 0, 0))
    assert svg(Chart(title="空", labels=(), series=()))


@pytest.mark.parametrize("count", [12, 31, 53])
def test_a_crowded_time_axis_keeps_its_last_label(count: int) -> None:
    labels = tuple(f"第{i}周" for i in range(1, count + 1))
    root = drawn(Chart(title="周", labels=labels, series=(Series(label="街道", values=(1.0,) * count),)))
    group = next(g for g in root.iter(f"{NS}g") if g.get("class") == "sa-svg-labels")
    shown = [one.text for one in group]
    assert shown[-1] == f"第{count}周"
    assert len(shown) <= 13


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 0.639), (0, 0), (-5, 7), (0, 123456), (0, 0.0004), (0, 23)])
def test_axis_values_are_round_and_hold_everything(low: float, high: float) -> None:
    values = ticks(low, high)
    assert values[0] <= low
    assert values[-1] >= high
    assert 0 in values
    assert 2 <= len(values) <= 8


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"shape": "pie"}, "no shape 'pie', one of line, bar"),
        ({"unit": "%", "target": 85.0}, "takes shares, 0.85 for 85%; 85.0 is no share"),
        ({"unit": "%", "series": (Series(label="完成率", values=(60.0,)),)}, "60.0 is no share"),
    ],
)
def test_a_chart_that_would_mislead_is_refused_where_it_is_made(spoilt: dict[str, Any], said: str) -> None:
    well = {"title": "各月", "labels": ("1月",), "series": (Series(label="完成率", values=(0.6,)),)}
    with pytest.raises(ValueError, match=re.escape(said)):
        Chart(**(well | spoilt))
