"""The document tree: what a report section yields and every renderer understands.

A report is a pure function from facts to blocks. Cells are typed: a page shows ``62.5%(25/40)``, a workbook holds a
number, JSON keeps numerator and denominator. Every figure can carry a ``Ref``: the rows behind it. Next: core/render/.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction


class Light(enum.StrEnum):
    """Verdict of an indicator or an obligation. Never shown by colour alone: a word and a shape go with it."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"

    @property
    def word(self) -> str:
        return {"green": "达标", "amber": "有风险", "red": "未达标", "grey": "无数据"}[self.value]

    @property
    def mark(self) -> str:
        return {"green": "●", "amber": "▲", "red": "■", "grey": "○"}[self.value]


@dataclass(frozen=True, kw_only=True)
class Ref:
    """Where the rows behind a figure are. A renderer with links turns it into an address; the others leave it out."""

    kind: str  # "indicator", "deadline", "record", "complex", "community", "action"
    key: str
    as_of: date | None = None
    period: str | None = None
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Text:
    """A plain word or phrase in a cell."""

    value: str
    ref: Ref | None = None
    strong: bool = False


@dataclass(frozen=True)
class Number:
    """A count or an amount. ``value`` None means "no data", shown as an em dash, never as 0."""

    value: int | float | None
    unit: str = ""
    digits: int = 0
    ref: Ref | None = None

    def __post_init__(self) -> None:
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.value} is not a figure; say None where there is no data")


@dataclass(frozen=True)
class Ratio:
    """A share ``n / d``. d == 0 is "no data" (plan Q19), never 0 % and never 100 %."""

    n: int
    d: int
    ref: Ref | None = None
    limit: Fraction | None = None  # the target, so that rounding never flips the verdict on paper (plan Q23)

    @property
    def value(self) -> Fraction | None:
        return Fraction(self.n, self.d) if self.d else None


@dataclass(frozen=True)
class Day:
    """A calendar day in Asia/Shanghai; None is shown as an em dash."""

    value: date | None
    ref: Ref | None = None


@dataclass(frozen=True)
class Lamp:
    """A light with an optional reason behind it."""

    light: Light
    reason: str = ""
    ref: Ref | None = None


Cell = Text | Number | Ratio | Day | Lamp
Run = str | Text | Number | Ratio | Day | Lamp


@dataclass(frozen=True)
class Heading:
    """``level`` 1: 一、 2: (一) 3: 1. 4: (1). The text carries no numbering: ``Document`` numbers what it holds."""

    text: str
    level: int = 1
    number: int | None = None  # a fixed ordinal (the number of an action in the notice); None: the next in order
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Running text with figures in it. ``Paragraph("已完成 ", Ratio(25, 40), "。")``."""

    runs: tuple[Run, ...]
    tone: str = "plain"  # plain, muted, lead

    def __init__(self, *runs: Run, tone: str = "plain") -> None:
        for one in runs:
            if not isinstance(one, Run):
                raise TypeError(f"{one!r} can't stand in a paragraph; say str(...) or Number(...)")
        object.__setattr__(self, "runs", runs)
        object.__setattr__(self, "tone", tone)


@dataclass(frozen=True, kw_only=True)
class Bullets:
    """A short list of sentences."""

    items: tuple[tuple[Run, ...], ...]
    ordered: bool = False


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table."""

    label: str
    width: int = 10  # in Chinese characters, a hint
    align: str = "left"  # left, right, center


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with typed cells; ``empty`` is what stands there when there is no row."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = "暂无数据。"

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.title!r}: a row of {len(row)} cells under {len(self.columns)} columns")
            for one in row:
                if not isinstance(one, Cell):  # found where it is made: no renderer could print the rest either
                    raise TypeError(f"table {self.title!r}: {one!r} is no cell; say Text({str(one)!r})")


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line or row of bars of a chart; None is a gap."""

    label: str
    values: tuple[float | None, ...]


SHAPES = ("line", "bar")
MOST_SHARE = 10  # a share may pass one, a thousand percent it does not


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A small chart. ``values`` of each series stand over ``labels``; a None is a gap, not a zero. ``shape``: line, bar. ``unit``
    "%": values and target are shares, 0.85 is shown as 85%. ``over``: what the labels are, the first heading of its table (时间,
    社区, 小区). Raises ``ValueError`` where it is made, not where it is drawn."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    shape: str = "line"
    unit: str = ""
    target: float | None = None
    target_label: str = "目标"
    over: str = "时间"

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ValueError(f"chart {self.title!r}: no shape {self.shape!r}, one of {', '.join(SHAPES)}")
        if self.unit == "%":
            known = [v for s in self.series for v in s.values if v is not None]
            known += [self.target] if self.target is not None else []
            if big := [v for v in known if abs(v) > MOST_SHARE]:
                raise ValueError(f"chart {self.title!r}: unit '%' takes shares, 0.85 for 85%; {big[0]} is no share")
        for one in self.series:
            if len(one.values) != len(self.labels):
                raise ValueError(f"chart {self.title!r}: {len(one.values)} values over {len(self.labels)} labels")
            if not all(math.isfinite(v) for v in one.values if v is not None):
                raise ValueError(f"chart {self.title!r}: {one.label!r} holds a value that is not a number")

    def table(self) -> Table:
        """The same figures as a table (every chart carries one)."""
        whole = self.unit != "%" and all(v is None or v == int(v) for s in self.series for v in s.values)
        times, digits = (100 if self.unit == "%" else 1), (0 if whole else 1)
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (
                Text(label),
                *(
                    Number(None if v is None else v * times, self.unit, digits)
                    for v in (s.values[i] for s in self.series)
                ),
            )
            for i, label in enumerate(self.labels)
        )
        columns = (Column(label=self.over), *(Column(label=s.label, align="right") for s in self.series))
        return Table(title=self.title, columns=columns, rows=rows)


@dataclass(frozen=True)
class Notice:
    """A boxed remark. tone "fault": a part could not be computed, since when and why; "warn"; "info"."""

    text: str
    tone: str = "info"
    detail: str = ""

    @property
    def word(self) -> str:
        return {"fault": "故障", "warn": "注意"}.get(self.tone, "说明")


@dataclass(frozen=True)
class PageBreak:
    """A new page on paper; nothing on screen."""


Block = Heading | Paragraph | Bullets | Table | Chart | Notice | PageBreak


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole document: the body and what an official paper carries around it (GB/T 9704-2012).

    ``number`` is never invented: "" leaves 〔　〕　号 blank for the clerk. ``demo`` puts 演示数据 on every page.
    """

    title: str
    blocks: tuple[Block, ...]
    issuer: str = ""
    number: str = ""
    addressees: str = ""
    signature: tuple[str, ...] = ()
    signed_on: date | None = None
    as_of: date | None = None
    demo: bool = False
    draft: bool = True
    attachments: tuple[Attachment, ...] = field(default=())

    @property
    def awaits_number(self) -> bool:
        """Does the clerk number it? Of drafts only a paper to somebody; a report under discussion has no line to fill in."""
        return not self.number and (not self.draft or bool(self.addressees))


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """附件: begins on a page of its own in .docx and is a sheet in .xlsx."""

    title: str
    blocks: tuple[Block, ...]


CHINESE_DIGITS = "零一二三四五六七八九"


def chinese_number(n: int) -> str:
    """1 -> 一, 10 -> 十, 12 -> 十二, 20 -> 二十, 99 -> 九十九; larger numbers stay Arabic."""
    if not 0 < n < 100:
        return str(n)
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else CHINESE_DIGITS[tens] + "十")
    return head + (CHINESE_DIGITS[ones] if ones else "")


def numbered(blocks: Sequence[Block]) -> Iterator[tuple[Block, str]]:
    """Each block with the number its heading carries: 一、 then （一） then 1. then （1）; "" for the rest."""
    counts = [0, 0, 0, 0]
    for block in blocks:
        if not isinstance(block, Heading):
            yield block, ""
            continue
        level = min(max(block.level, 1), 4) - 1
        counts[level] = block.number if block.number is not None else counts[level] + 1
        counts[level + 1 :] = [0] * (3 - level)
        n = counts[level]
        yield block, (f"{chinese_number(n)}、", f"（{chinese_number(n)}）", f"{n}.", f"（{n}）")[level]


def percent(value: Fraction | None, limit: Fraction | None = None) -> str:
    """A share as text, one decimal; more where rounding would flip the verdict on ``limit`` (plan Q23: 49.96 %)."""
    if value is None:
        return "—"
    for digits in (1, 2, 3, 4):
        text = f"{float(value) * 100:.{digits}f}"
        shown = Fraction(text) / 100
        if limit is None or ((shown >= limit) == (value >= limit) and (shown <= limit) == (value <= limit)):
            break
    return text + "%"


def plain(cell: Run) -> str:
    """A cell as plain Chinese text; what .docx and a text test show."""
    match cell:
        case str():
            return cell
        case Text():
            return cell.value
        case Number():
            if cell.value is None:
                return "—"
            exact = isinstance(cell.value, int) and cell.digits == 0  # "f" goes through float and loses long numbers
            return (f"{cell.value:,}" if exact else f"{cell.value:,.{cell.digits}f}") + cell.unit
        case Ratio():
            return f"{percent(cell.value, cell.limit)}（{cell.n}/{cell.d}）" if cell.d else "—"
        case Day():
            return "—" if cell.value is None else f"{cell.value.year}年{cell.value.month}月{cell.value.day}日"
        case Lamp():
            return f"{cell.light.mark}{cell.light.word}"
