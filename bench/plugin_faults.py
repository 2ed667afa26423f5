"""G13: every fault in every hook of every plugin. The report has all its sections, the sick one's place says what is missing and
since when, and the rest of the platform serves: people sign in, records are saved, the other jobs run.

``python -m bench.plugin_faults [--plugins a,b] [--hooks section,job] [--weakened]``. Each combination in a process of its own, killed
when it does not end; ``--weakened``: without the child processes for documents, which must fail.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from itertools import product
from pathlib import Path

from sqlalchemy import func, select

from bench.sick import FAULTS, HOOKS, package
from core.app import create_app, open_platform
from core.base.blocks import Block, Heading, Notice
from core.base.describe import Job
from core.config import Config
from core.estate.units import Company
from core.jobs.tick import here, tick
from core.kernel.plugins import found
from core.render import FORMATS, render
from core.services.identity import accounts
from core.services.measuring import days
from core.services.platform import Platform
from core.services.reporting import documents
from core.services.scheduled.job_apart import run_apart
from core.services.scheduled.job_runs import JobRun
from core.services.store import plain_reads
from core.services.writing import records, registry
from core.testing import at, entered, small_platform

DAY = date(2024, 11, 20)
KEY = "only for this bench: Kq8-zw"
SLUGS = tuple(sorted(found()))
CLEANUP = {"complex_id": 1, "held_on": DAY, "spots": ["出入口"], "people": 5, "photos": ["demo"]}
SECTION_S, STATEMENT_S = 2.0, 1.0  # limits of this run; the product's are longer
ENDS_S = 120  # a combination that has not come to its end has hung
# In these hooks plugins' Python runs in the server itself (docs/decisions/0017, 0023): nothing survives what never returns.
IN_PROCESS = ("import", "check", "indicator")
FATAL = ("dies", "loops", "eats memory", "deadlocks")
NO_FAULT = (("check", "gives None"), ("job", "gives None"))  # nothing against it; nothing to tell


def survivable(hook: str, fault: str) -> bool:
    return not (hook in IN_PROCESS and fault in FATAL) and (hook, fault) not in NO_FAULT


def world(folder: Path, base: Path, sick: Path, section_s: float) -> Platform:
    """The small world as a server has it, with the plugin of the package ``sick``. ``base``: a store to begin with."""
    shutil.copy(base, folder / "actions.db")
    env = {"ACTIONS_SECRET_KEY": KEY, "ACTIONS_SECTION_S": str(section_s), "ACTIONS_PACKAGES": str(sick)}
    config = Config.read(env, folder)
    return open_platform(config)


def store(folder: Path) -> Path:
    """A store with the small world in it, made once."""
    found = small_platform(folder, complexes=4)
    found.close()
    return folder / "test.db"


def lived(platform: Platform, slug: str, hook: str) -> Iterator[str]:
    """A day with the sick plugin; what is not as it should be."""
    yield from _saved(platform)
    with platform.work(now=at(DAY, 8)) as work:
        days.begin(work)
    if hook == "job":
        runs = {run.job: run.state for run in tick(platform, at(DAY, 9), runner=_apart_if_sick)}
        if (sick := runs.pop(f"{slug}.sick", "not run")) != "failed" or set(runs.values()) - {"done"}:
            yield f"its job: {sick}; the others: {runs}"
    with platform.reading(now=at(DAY, 12)) as work:
        document = documents.report(work, DAY)
    missing = _missing(document.blocks)
    if missing.pop(slug, "") == "" and hook in ("import", "section"):
        yield "its place in the report says nothing"
    if missing:
        yield f"other sections: {missing}"
    for name in FORMATS:
        if not render(document, name):
            yield f"no {name}"
    yield from _served(platform, slug)
    yield from _saved(platform)


def _apart_if_sick(
    platform: Platform, job: Job, scheduled: datetime, now: datetime, *, manual: bool = False
) -> JobRun | None:
    """As the clock runs a plugin's job; the healthy ones without the start of a process each."""
    run = run_apart if job.key.endswith(".sick") else here
    return run(platform, job, scheduled, now, manual=manual)


def _saved(platform: Platform) -> Iterator[str]:
    """The registry, and a record of another action, are written."""
    with platform.work(now=at(DAY)) as work:
        number = work.session.scalar(select(func.count()).select_from(Company))
        registry.save(work, Company, {"name": f"示例物业B{number}"})
        if "environment.cleanup" in work.catalog.records:
            records.save(work, "environment.cleanup", CLEANUP)
    with platform.reading() as work:
        if work.session.scalar(select(func.count()).select_from(Company)) != number + 1:
            yield "what was saved is not there"


def _missing(blocks: Sequence[Block]) -> dict[str, str]:
    """What stands in the place of each section that is missing, by action; a section that is not there at all too."""
    out, slug = dict.fromkeys(SLUGS, "not there"), ""
    for one in blocks:
        if isinstance(one, Heading) and one.level == 2 and one.anchor:
            slug = one.anchor
            out.pop(slug, None)
        elif isinstance(one, Notice) and one.tone == "fault" and one.text.startswith("本节数据不可用"):
            out[slug] = one.text
    return out


def _served(platform: Platform, slug: str) -> Iterator[str]:
    """People sign in, and the page of the platform's state names the fault."""
    browser = create_app(platform=platform).test_client()
    if browser.get("/signin").status_code != 200:
        yield "nobody can sign in"
    with platform.work() as work:
        token = accounts.one_time_link(work, "admin")
    entered(browser, token)
    status = browser.get("/status")
    standing = status.text.partition("插件</h2>")[0]
    if status.status_code != 200 or slug not in standing:
        yield "the fault is not on /status"


def one(base: Path, slug: str, hook: str, fault: str, *, section_s: float = SECTION_S) -> list[str]:
    """What is wrong with the platform while ``slug`` has that fault; none if it bears it. ``section_s``: 0 for documents made in
    this process."""
    with tempfile.TemporaryDirectory() as folder:
        (data := Path(folder) / "data").mkdir()
        sick = package(Path(folder) / "sick", slug, hook, fault)
        platform = world(data, base, sick, section_s)
        try:
            return list(lived(platform, slug, hook))
        finally:
            platform.close()


def apart(base: Path, slug: str, hook: str, fault: str, *, weakened: bool) -> str:
    """``one`` in a process of its own: what it says, or how it ended."""
    command = [sys.executable, "-m", "bench.plugin_faults", "--one", str(base), slug, hook, fault]
    try:
        done = subprocess.run(
            command + ["--weakened"] * weakened, capture_output=True, timeout=ENDS_S, check=False, text=True
        )
    except subprocess.TimeoutExpired:
        return "it hung"
    said = (done.stdout + done.stderr).strip().rpartition("\n")[2]
    return "" if done.returncode == 0 else said or f"it ended with {done.returncode}"


def main() -> int:
    asked = _asked()
    plain_reads.LONGEST_S = STATEMENT_S
    if asked.one:
        base, slug, hook, fault = asked.one
        wrong = one(Path(base), slug, hook, fault, section_s=0 if asked.weakened else SECTION_S)
        print("; ".join(wrong))
        return bool(wrong)
    borne, wrong = Counter[str](), []
    with tempfile.TemporaryDirectory() as folder:
        base = store(Path(folder))
        cases = [c for c in product(asked.hooks, asked.faults, asked.plugins) if survivable(c[0], c[1])]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            told = pool.map(lambda c: apart(base, c[2], c[0], c[1], weakened=asked.weakened), cases)
        for (hook, fault, slug), said in zip(cases, told, strict=True):
            borne[hook] += not said
            if said:
                wrong.append(said)
                print(f"{slug} {hook} {fault}: {said}", flush=True)
    each = {hook: sum(c[0] == hook for c in cases) for hook in asked.hooks}
    print("; ".join(f"{hook} {borne[hook]} of {each[hook]}" for hook in asked.hooks))
    return bool(wrong)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    words = lambda text: text.split(",")  # noqa: E731
    parser.add_argument("--plugins", type=words, default=SLUGS)
    parser.add_argument("--hooks", type=words, default=HOOKS)
    parser.add_argument("--faults", type=words, default=tuple(FAULTS))
    parser.add_argument("--weakened", action="store_true")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
