"""The combined report of a kept day as the files the offices file, told per format beside the tree they are made of."""

from __future__ import annotations

from bench.line import Line, shown, times
from bench.world import TODAY, Made
from core.render import render
from core.services import reports


def run(made: Made) -> list[Line]:
    with made.platform.reading() as work:
        document = reports.combined(work, TODAY)
        tree = times(lambda: reports.combined(work, TODAY))
    out = []
    for shape in ("html", "docx", "xlsx", "json"):
        taken = times(lambda shape=shape: render(document, shape))
        size = len(render(document, shape)) // 1024
        note = f"{size} KB; the tree itself {shown(tree)}"
        out.append(
            Line("files", made.name, f"report as .{shape}", shown(taken), shown(tree), f"{taken / tree:.2f}", note=note)
        )
    return out
