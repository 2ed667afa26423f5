"""Finding, importing and asking plugins, one by one. Whatever one of them raises is caught at its own border (law: a sick
plugin is quarantined, not fatal). pluggy would abort a whole hook call on one exception, so each plugin is asked alone."""

from __future__ import annotations

import difflib
import importlib
import inspect
import re
import sys
import tomllib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pluggy

from core.base import closing, hookspecs, retention
from core.base.errors import DeclarationError, NoData
from core.kernel import rules
from core.kernel.catalog import Catalog, Declared, Fault, record_key

GROUP = "special_actions.plugins"
Loader = Callable[[], Any]


def found(root: Path | None = None, *, packages: Iterable[Path] = ()) -> dict[str, Loader]:
    """Plugins by slug: those of ``packages`` (folders not yet installed), of installed packages, and of a bare checkout's
    ``plugins`` folder."""
    out: dict[str, Loader] = {slug: loader for folder in packages for slug, loader in unpackaged(folder).items()}
    for point in entry_points(group=GROUP):
        out.setdefault(point.name, point.load)
    folder = root or Path(__file__).resolve().parents[2] / "plugins"
    if folder.is_dir():
        for file in sorted(folder.glob("*/plugin.py")):
            name = f"plugins.{file.parent.name}.plugin"
            out.setdefault(file.parent.name, lambda name=name: importlib.import_module(name))  # type: ignore[misc]
    return out


def unpackaged(folder: Path) -> dict[str, Loader]:
    """The plugins a package's folder names in its pyproject.toml, without installing it. ``DeclarationError`` if none."""
    file = folder / "pyproject.toml"
    told = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    points = told.get("project", {}).get("entry-points", {}).get(GROUP, {})
    if not points:
        raise DeclarationError(
            f"no plugin in {folder}",
            f'name a folder whose pyproject.toml has [project.entry-points."{GROUP}"]; `actions plugin new` writes one',
        )
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return {slug: (lambda name=name: importlib.import_module(name)) for slug, name in points.items()}  # type: ignore[misc]


def load(
    plugins: Mapping[str, Loader] | None = None,
    *,
    only: Iterable[str] | None = None,
    without: Iterable[str] = (),
    strict: bool = False,
    packages: Iterable[Path] = (),
) -> Catalog:
    """Import and ask every plugin; the healthy ones make the Catalog, the others its faults. ``strict`` raises instead.
    ``packages``: folders of plugins that are not installed."""
    chosen = dict(found(packages=packages) if plugins is None else plugins)
    if only is not None:
        chosen = {slug: chosen[slug] for slug in only if slug in chosen}
    for slug in without:
        chosen.pop(slug, None)
    healthy: list[Declared] = []
    faults: list[Fault] = []
    for slug, loader in chosen.items():
        stage = "import"
        try:
            module = loader()
            stage = "describe"
            declared = ask(slug, module)
            _meets_others(declared, healthy)
            healthy.append(declared)
        except BaseException as error:  # a plugin may even call sys.exit at import
            if strict or isinstance(error, KeyboardInterrupt):
                raise
            faults.append(fault(slug, stage, error))
    for declared in list(healthy):
        if unfit := _unfit(declared, healthy):
            if strict:
                raise unfit
            healthy.remove(declared)
            faults.append(fault(declared.action.slug, "describe", unfit))
    healthy.sort(key=lambda d: d.action.number)
    return Catalog(plugins={d.action.slug: d for d in healthy}, faults=tuple(faults))


def fault(slug: str, stage: str, error: BaseException) -> Fault:
    """``error`` as a Fault: the place in the plugin's own file is what its author needs."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f"{slug}" in f.filename]
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    mend = error.mend if isinstance(error, DeclarationError) else ""
    if isinstance(error, ImportError) and error.name == "core.api":
        mend = "`actions reference` lists the names a plugin may use"
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, DeclarationError):
        what = error.what
    elif isinstance(error, NoData):  # no error of the plugin: said in the reader's words
        what, place = str(error), ""
    return Fault(
        plugin=slug,
        stage=stage,
        what=_readable(what)[:500] + place,
        mend=mend,
        trace=_readable("".join(traceback.format_exception(error)))[-4000:],
        excused=isinstance(error, NoData),
    )


def _readable(text: str) -> str:
    """An error may say anything; a NUL or half a character no store would keep."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def ask(slug: str, module: ModuleType | Any) -> Declared:
    """What ``module`` declares, validated; ``DeclarationError`` with the mend if it breaks the contract."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(module, slug)
        manager.check_pending()  # a misspelt hook passes unnoticed without this
    except pluggy.PluginValidationError as error:
        raise DeclarationError(
            f"plugin.py: {_hook(str(error))}", "`actions reference` lists hooks and arguments"
        ) from error
    answers = {name: getattr(manager.hook, name)() for name in hookspecs.DESCRIBE}
    if len(answers["action"]) != 1:
        raise DeclarationError(f"plugin {slug!r} has no action", "implement the hook action(): return ACTION")
    action = answers["action"][0]
    records, deadlines = tuple(_flat(answers["records"])), tuple(_flat(answers["deadlines"]))
    declared = Declared(
        action=action,
        records={record_key(action.slug, r): r for r in records},
        indicators=tuple(_flat(answers["indicators"])),
        deadlines=deadlines,
        settings=(
            *_flat(answers["settings"]),
            *closing.settings_of(action.slug, deadlines),
            *retention.settings_of(action.slug, records),
        ),
        sections=tuple(_flat(answers["report_sections"])),
        jobs=tuple(_flat(answers["jobs"])),
        offers=tuple(_flat(answers["offers"])),
        reactions=tuple(_flat(answers["reactions"])),
        papers=tuple(_flat(answers["papers"])),
        compilations=tuple(_flat(answers["compilations"])),
        notices=tuple(_flat(answers["notices"])),
        intakes=tuple(_flat(answers["intakes"])),
        hookspecs=answers["hookspecs"],
        answers=_answers(module),
        judges=getattr(module, "check_record", None),
        samples=getattr(module, "samples", None),
        panels=getattr(module, "complex_panels", None),
        remarks=getattr(module, "section_remarks", None),
        module=getattr(module, "__name__", slug).rpartition(".")[0],
        folder=str(Path(getattr(module, "__file__", None) or ".").parent),
    )
    if action.slug != slug:
        raise DeclarationError(
            f"plugin {slug!r} calls itself {action.slug!r}", "give ACTION.slug the name it is registered under"
        )
    for problem in rules.problems(declared):
        raise problem
    return declared


def _hook(said: str) -> str:
    """pluggy's refusal in one line, with the hook that was meant."""
    if found := re.search(r"unknown hook '(\w+)'", said):
        near = difflib.get_close_matches(found[1], vars(hookspecs), 1)
        return f"unknown hook {found[1]!r}" + (f", perhaps {near[0]!r}" if near else "")
    if found := re.search(r"hookimpl definition: (\w+)\(.*Argument\(s\) \{(.*?)\}", said, re.S):
        known = ", ".join(inspect.signature(getattr(hookspecs, found[1])).parameters) or "none"
        return f"hook {found[1]!r} has no argument {found[2]}; it has: {known}"
    return said


def _answers(module: Any) -> dict[str, Callable[..., Any]]:
    """Its implementations of hooks the core does not know: those another plugin defines."""
    own = {name for name in dir(hookspecs) if hasattr(getattr(hookspecs, name), f"{hookspecs.PROJECT}_spec")}
    found = {name: getattr(module, name) for name in dir(module) if name not in own}
    return {name: fn for name, fn in found.items() if hasattr(fn, f"{hookspecs.PROJECT}_impl")}


def _unfit(declared: Declared, others: Iterable[Declared]) -> DeclarationError | None:
    """Does ``declared`` implement a hook of another plugin with other arguments than that one defines?"""
    for other in others:
        if other.hookspecs is None or other is declared:
            continue
        manager = pluggy.PluginManager(hookspecs.PROJECT)
        manager.add_hookspecs(other.hookspecs)
        known = {n: fn for n, fn in declared.answers.items() if hasattr(other.hookspecs, n)}
        try:
            manager.register(SimpleNamespace(**known), declared.action.slug)
        except pluggy.PluginValidationError as error:
            return DeclarationError(
                f"hook of {other.action.slug}: {error}", f"use the arguments of {other.hookspecs.__name__}"
            )
    return None


def _flat(answers: Iterable[Iterable[Any] | None]) -> Iterator[Any]:
    for answer in answers:
        yield from answer or ()


def _meets_others(declared: Declared, others: Iterable[Declared]) -> None:
    for other in others:
        if other.action.number == declared.action.number:
            raise DeclarationError(
                f"number {declared.action.number} is taken by {other.action.slug}", "give the action its own number"
            )
        if shared := set(declared.records) & set(other.records):
            raise DeclarationError(
                f"records {sorted(shared)} are declared by {other.action.slug} too", "rename the tables"
            )
