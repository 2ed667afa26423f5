"""The combined report of a kept day as the files the offices file, told per format beside the tree they are made of."""

from __future__ import annotations

from dataclasses import replace

from bench.line import Line, shown, times
from bench.world import TODAY, Made
from core.render import render
from core.services.reporting import documents, reports
from core.services.reporting.apart import Apart


def run(made: Made) -> list[Line]:
    with made.platform.reading() as work:
        document = reports.combined(work, TODAY)
        tree = times(lambda: reports.combined(work, TODAY))
        here = times(lambda: documents.report(work, TODAY))
    out = [_apart(made, here)]
    for shape in ("html", "docx", "xlsx", "json"):
        taken = times(lambda shape=shape: render(document, shape))
        size = len(render(document, shape)) // 1024
        note = f"{size} KB; the tree itself {shown(tree)}"
        out.append(
            Line("files", made.name, f"report as .{shape}", shown(taken), shown(tree), f"{taken / tree:.2f}", note=note)
        )
    return out


def _apart(made: Made, here: float) -> Line:
    """The tree as a server makes it: in a child that is up already."""
    apart = Apart.of(replace(made.platform.config, section_s=60), made.platform.catalog)
    assert apart is not None
    with replace(made.platform, apart=apart).reading() as work:
        taken = times(lambda: documents.report(work, TODAY))
    apart.close()
    return Line("files", made.name, "report made apart", shown(taken), shown(here), f"{taken / here:.2f}")
