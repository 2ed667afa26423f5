"""A bundled plugin with one fault in one of its hooks: what bench/plugin_faults.py and tests/core/kernel/test_fault_matrix.py load in
its place. The stand-in is a package of its own, so that the processes a server starts load it too."""

from __future__ import annotations

import dataclasses
import importlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import literal, literal_column, text

from core.api import COMPLEX, Job, Paragraph, ReportSection, hookimpl

HOOKS = ("import", "check", "indicator", "section", "job")
ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
LIMIT_S = 2  # of the job


def boom(_it: Any) -> Any:
    raise RuntimeError("the cat sat on the keyboard")


def leave(_it: Any) -> Any:
    raise SystemExit(3)


def die(_it: Any) -> Any:
    os._exit(3)


def loop(_it: Any) -> Any:
    while True:
        pass


def eat(_it: Any) -> Any:
    kept = []
    while True:
        kept.append(bytearray(10**8))


def recurse(it: Any) -> Any:
    return recurse(it)


def deadlock(_it: Any) -> Any:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def chatter(_it: Any) -> Any:
    sys.stdout.write("\0\x1b[2J垃圾" * 100_000)
    raise RuntimeError("\0\x1b[2J\ud800")


def bad_sql(it: Any) -> Any:
    return (
        it.units(COMPLEX).add_columns(literal_column("no_such").label("n"), literal(1))
        if _asks(it)
        else it.read(text("select x"))
    )


def slow_sql(it: Any) -> Any:
    endless = literal_column(f"({ENDLESS})").label("n")
    return it.units(COMPLEX).add_columns(endless, literal(1)) if _asks(it) else it.read(text(ENDLESS))


def commit(it: Any) -> Any:
    return text("COMMIT") if _asks(it) else it.read(text("COMMIT"))


def roll_back(it: Any) -> Any:
    return text("ROLLBACK") if _asks(it) else it.read(text("ROLLBACK"))


def huge(_it: Any) -> Any:
    return (Paragraph(runs=("长" * 1_000,)) for _ in range(10**7))


FAULTS: dict[str, Callable[[Any], Any]] = {
    "raises": boom,
    "exits": leave,
    "dies": die,
    "loops": loop,
    "eats memory": eat,
    "recurses": recurse,
    "deadlocks": deadlock,
    "prints garbage": chatter,
    "bad SQL": bad_sql,
    "slow SQL": slow_sql,
    "commits": commit,
    "rolls back": roll_back,
    "gives a number": lambda _it: 42,
    "gives None": lambda _it: None,
    "gives too much": huge,
    "gives wrong parts": lambda _it: ["字\0", 3, None],
}


def _asks(it: Any) -> bool:
    """Is it an indicator's scope, whose select the core runs?"""
    return hasattr(it, "units")


def infected(slug: str, hook: str, fault: str) -> dict[str, Any]:
    """The names of the plugin's module, one of them sick."""
    act = FAULTS[fault]
    if hook == "import":
        act(None)
        raise ImportError(f"{slug} was not imported whole")
    real = importlib.import_module(f"plugins.{slug}.plugin")
    names = {name: getattr(real, name) for name in dir(real) if not name.startswith("__")}
    return names | {"__name__": real.__name__, "__file__": real.__file__} | _sick(real, slug, hook, act)


def _sick(real: Any, slug: str, hook: str, act: Callable[[Any], Any]) -> dict[str, Any]:
    if hook == "check":
        return {"check_record": hookimpl(lambda key, before, after, look: act(look))}
    if hook == "section":
        return {"report_sections": hookimpl(lambda: [ReportSection(key=f"{slug}.sick", label="病", build=act)])}
    if hook == "job":
        own = list(real.jobs()) if hasattr(real, "jobs") else []
        job = Job(key=f"{slug}.sick", label="病", when={"hour": 9}, run=act, limit_s=LIMIT_S)
        return {"jobs": hookimpl(lambda: [*own, job])}
    first, *rest = real.indicators()
    return {"indicators": hookimpl(lambda: [dataclasses.replace(first, measure=act), *rest])}


def package(folder: Path, slug: str, hook: str, fault: str) -> Path:
    """A package's folder that stands in for the bundled ``slug``."""
    name = f"sick_{slug}_{abs(hash((hook, fault)))}"
    folder.mkdir()
    point = f'[project.entry-points."special_actions.plugins"]\n{slug} = "{name}"\n'
    (folder / "pyproject.toml").write_text(point, encoding="utf-8")
    source = f"from bench.sick import infected\n\nglobals().update(infected({slug!r}, {hook!r}, {fault!r}))\n"
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    return folder
