"""P10: a request with all ten actions loaded, against the same with environment alone."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

from bench.browser import Browser
from bench.line import Line, shown
from bench.world import Made
from core.app import create_app

ROUNDS = 60


def run(made: Made) -> list[Line]:
    """Requests of both take turns, so that whatever else the machine does meets both."""
    config = made.platform.config
    every = Browser(create_app(platform=made.platform), "group")
    one = Browser(create_app(replace(config, plugins=("environment",))), "group")
    return [_line(made, every, one, path) for path in ("/r/environment.cleanup", f"/complex/{made.mine[0]}")]


def _line(made: Made, every: Browser, one: Browser, path: str) -> Line:
    taken: dict[int, list[float]] = {0: [], 1: []}
    for _ in range(ROUNDS):
        for place, browser in enumerate((every, one)):
            began = time.perf_counter()
            browser.get(path)
            taken[place].append(time.perf_counter() - began)
    ten, alone = (statistics.median(taken[place]) for place in (0, 1))
    ratio = ten / alone
    return Line(
        "P10", made.name, f"ten plugins, {path}", shown(ten), shown(alone), f"{ratio:.3f}", "<= 1.05 x", ratio <= 1.05
    )
