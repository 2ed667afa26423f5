"""official.toml as frozen values, read once. What each value means, and its clause in GB/T 9704-2012, stands there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

MM_PER_POINT = 25.4 / 72
BUILT_IN = Path(__file__).with_name("official.toml")


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page in millimetres: the paper, its margins, and where header and footer stand."""

    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    header: float
    footer: float

    @property
    def text_width(self) -> float:
        return self.width - self.left - self.right


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    """One paragraph style."""

    style: str
    font: str
    size: float
    line: float = 0
    align: str = "left"
    indent: float = 0
    before: float = 0
    after: float = 0
    bold: bool = False
    color: str = "000000"


@dataclass(frozen=True, kw_only=True)
class TableStyle:
    """Fonts, sizes and rules of tables."""

    font: str
    head: str
    roomy: float
    tight: float
    leading: float
    padding: float
    border: float
    shade: str
    wide: int
    longest: int


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Words at the edges of a paper, and whether the red head is allowed."""

    draft: str
    demo: str
    number: str
    red_head: bool


@dataclass(frozen=True, kw_only=True)
class Official:
    """The whole of the file."""

    page: Page
    landscape: Page
    marks: Marks
    latin: str
    spacing: float
    fallbacks: Mapping[str, str]
    text: Mapping[str, TextStyle]
    table: TableStyle
    chart_height: float


@cache
def official(path: Path = BUILT_IN) -> Official:
    """The file at ``path``. A misspelt or missing key is an error here, not a strange page later."""
    told: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    upright = dict(told["page"])
    turned = {"width": upright["height"], "height": upright["width"], **upright.pop("landscape")}
    return Official(
        page=Page(**upright),
        landscape=Page(**turned),
        marks=Marks(**told["marks"]),
        latin=told["latin"]["font"],
        spacing=told["latin"]["spacing"],
        fallbacks=told["fallbacks"],
        text={name: TextStyle(**values) for name, values in told["text"].items()},
        table=TableStyle(**told["table"]),
        chart_height=told["chart"]["height"],
    )
