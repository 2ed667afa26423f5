"""How one indicator's figure, target, light and gap stand in a table or a sentence: the same in every document. Pure."""

from __future__ import annotations

from datetime import date

from core.base.blocks import Cell, Lamp, Number, Ratio, Ref, Text, percent
from core.base.describe import Shape
from core.base.facts import IndicatorFacts


def figure_cell(one: IndicatorFacts, as_of: date) -> Cell:
    """The figure as a cell that opens its rows; an em dash where there is none."""
    ref = Ref(kind="indicator", key=one.indicator.key, as_of=as_of, query=one.within)
    if one.fault or one.figure is None:
        return Text("—", ref=ref)
    match one.indicator.shape:
        case Shape.COUNT:
            return Number(one.n, one.indicator.suffix, ref=ref)
        case Shape.AVERAGE:
            return Number(float(one.figure), one.indicator.suffix, digits=1, ref=ref)
        case Shape.REDUCTION:
            return Text(f"{percent(one.figure)}（基数{one.d}，现{one.n}）", ref=ref)
        case _:
            return Ratio(one.n, one.d, ref=ref, limit=one.target.value if one.target else None)


def target_text(one: IndicatorFacts) -> str:
    """≥60%, ≤3天; an em dash where there is no target."""
    if one.target is None:
        return "—"
    sign = "≥" if one.target.aim == "up" else "≤"
    counted = one.indicator.shape in (Shape.COUNT, Shape.AVERAGE)
    value = (
        f"{float(one.target.value):g}{one.indicator.suffix}"
        if counted
        else percent(one.target.value).replace(".0%", "%")
    )
    return value if value == "100%" else sign + value


def lamp(one: IndicatorFacts) -> Cell:
    if one.fault:
        return Lamp(one.light, one.fault)
    if one.target is None:
        return Text("仅监测")
    return Lamp(one.light, "" if one.figure is not None else "分母为零，暂无数据")


def quoted(label: str) -> str:
    """“label”, with ‘’ for the quotation marks inside it."""
    return "“" + label.replace("“", "‘").replace("”", "’") + "”"


def gap(one: IndicatorFacts) -> str:
    """How much is missing: so many of the units counted, or of the number wanted."""
    if one.target is None or one.figure is None or one.target.aim != "up":
        return "—"
    match one.indicator.shape.value:
        case "ratio":
            wanted = -((-one.target.value * one.d) // 1)  # the least whole number that meets it
            return f"还差{max(int(wanted) - one.n, 0)}"
        case "count":
            return f"还差{max(int(one.target.value) - one.n, 0)}{one.indicator.suffix}"
        case _:
            return "—"
