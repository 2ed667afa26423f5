"""A line of the table, and how times are taken."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One goal at one size. ``met`` None: told, not judged."""

    goal: str
    size: str
    what: str
    value: str
    floor: str = ""
    ratio: str = ""
    wanted: str = ""
    met: bool | None = None
    note: str = ""


def skipped(goal: str, size: str, why: str) -> Line:
    return Line(goal, size, "skipped", "-", note=why)


def times(run: Callable[[], object], least: int = 3, seconds: float = 1.5) -> float:
    """The median of ``run`` in seconds: at least ``least`` times (after one that warms up), until ``seconds`` are over.
    What takes longer than ten seconds is run once."""
    start = time.perf_counter()
    run()
    first = time.perf_counter() - start
    if first > 10:
        return first
    taken: list[float] = []
    while len(taken) < least or (sum(taken) < seconds and len(taken) < 200):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def shown(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def against(goal: str, size: str, what: str, value: float, floor: float, most: float, note: str = "") -> Line:
    """A time against its floor, at most ``most`` times as long."""
    ratio = value / floor
    return Line(goal, size, what, shown(value), shown(floor), f"{ratio:.2f}", f"<= {most:g} x", ratio <= most, note)


def table(lines: Sequence[Line]) -> str:
    """The lines under their headings, columns aligned."""
    head = ("goal", "complexes", "what", "value", "floor", "ratio", "wanted", "met", "note")
    said = {True: "yes", False: "NO", None: ""}
    rows = [head, *((n.goal, n.size, n.what, n.value, n.floor, n.ratio, n.wanted, said[n.met], n.note) for n in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
