"""P8: from nothing to the first 200 with every action loaded, against importing what it stands on."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from bench.line import Line, against
from bench.serve import ROOT, server
from bench.world import Made

BARE = "import flask, sqlalchemy, sqlalchemy.orm, wtforms, apscheduler.schedulers.background, click"


def run(made: Made) -> list[Line]:
    floors, starts = [], []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", BARE], check=True, cwd=ROOT)
        floors.append(time.perf_counter() - began)
        with server("product", made.folder) as (_, _, seconds):
            starts.append(seconds)
    value = statistics.median(starts)
    return [against("P8", made.name, "first 200 of a cold process", value, statistics.median(floors), 2.5)]
