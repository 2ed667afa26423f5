"""``python -m bench``: every goal of design/performance.md at each size, as ratios to floors taken in the same run."""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from bench import (
    p01_report,
    p03_files,
    p03_page,
    p04_create,
    p06_list,
    p07_import,
    p08_start,
    p10_tax,
    p11_obligations,
    p12_signin,
)
from bench.line import Line, skipped, table
from bench.world import make

EVERY = {
    "P1": p01_report.run,
    "P3": p03_page.run,
    "FILES": p03_files.run,
    "P6": p06_list.run,
    "P7": p07_import.run,
}  # each at every size
ONCE = {"P4": p04_create.run, "P8": p08_start.run, "P10": p10_tax.run, "P12": p12_signin.run}  # at the smallest size
ALONE = {"P11": p11_obligations.run}  # makes its own store
LIMIT = 600


def main() -> None:
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", default="72,1000,10000", help="complexes of each world, separated by commas")
    parser.add_argument("--only", default="", help="goals, e.g. P1,P4")
    asked = parser.parse_args()
    only = {g.upper() for g in asked.only.split(",") if g}
    began, lines = time.perf_counter(), list[Line]()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for place, size in enumerate(sorted(int(s) for s in asked.sizes.split(","))):
            if time.perf_counter() - began > LIMIT:
                lines.append(skipped("all", f"{size:,}", "ten minutes are over"))
                continue
            made = make(size, Path(folder) / str(size))
            print(f"world of {made.name}: {made.records:,} records; {made.told}", flush=True)
            for goal, run in {**EVERY, **(ONCE if place == 0 else {})}.items():
                lines += _guarded(goal, made.name, only, lambda run=run, made=made: run(made))
            made.platform.db.close()
        for goal, alone in ALONE.items():
            lines += _guarded(goal, "-", only, lambda alone=alone: alone(Path(folder)))
    lines.sort(key=lambda line: int(line.goal[1:]) if line.goal[1:].isdigit() else 99)
    print(f"\n{table(lines)}\n\n{time.perf_counter() - began:.0f} s in all")


def _guarded(goal: str, size: str, only: set[str], run: Callable[[], list[Line]]) -> list[Line]:
    """One goal that fails is told in its place."""
    if only and goal not in only:
        return []
    began = time.perf_counter()
    try:
        lines = run()
    except Exception as error:
        traceback.print_exc()
        return [skipped(goal, size, f"{type(error).__name__}: {error}"[:150])]
    print(f"  {goal} {size}: {time.perf_counter() - began:.0f} s", flush=True)
    return lines


if __name__ == "__main__":
    main()
