"""What is wrong with the documentation of one public thing: a hook, a name of ``core.api``, a kind of field, a command; "" if it is
told and used. The tests ask it of everything there is, and of one thing of each that is spoilt."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import click

from core.base.kinds import Kind
from core.cli import reference
from core.kernel import plugins
from tests.docs.snippets import DOCS

ROOT = DOCS.parent
CATALOG = plugins.load(strict=True)
GUIDES = "\n".join(
    f.read_text(encoding="utf-8") for f in (ROOT / "README.md", *DOCS.glob("*.md")) if f.name != "reference.md"
)
CODE = [
    f
    for folder in ("plugins", "docs/examples", "core")
    for f in sorted((ROOT / folder).rglob("*.py"))
    if f.name not in ("api.py", "reference.py")
]


def said(thing: Any) -> bool:
    """It says of itself what it is, in more words than a dataclass makes up or a base class has."""
    words = thing.__doc__ or ""
    return bool(words) and not words.startswith(f"{getattr(thing, '__name__', '')}(")


def hook(name: str) -> str:
    if not reference.when(name):
        return f"{name}: say in reference.py when it is called and in which transaction"
    if not said(reference.hooks()[name]):
        return f"{name} has no docstring"
    return "" if reference.users(name) else f"no bundled plugin implements {name}"


def public(name: str, thing: Any) -> str:
    told = reference.told(name, thing).rpartition("— ")[2]
    if len(told) < 4 or " at 0x" in told or told.startswith(f"{name}("):
        return f"{name} is not told: {told!r}"
    return "" if name == "VERSION" or name in imported() else f"nobody uses {name}"


@cache
def imported() -> frozenset[str]:
    """Every name a plugin, an example or a module of the core takes from another."""
    trees = (ast.parse(f.read_text(encoding="utf-8")) for f in CODE)
    found = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return frozenset(alias.name for node in found for alias in node.names)


def kind(one: type[Kind], used_by: Iterable[Kind]) -> str:
    if not said(one):
        return f"{one.__name__} has no docstring"
    return "" if any(type(k) is one for k in used_by) else f"no record uses {one.__name__}"


def command(name: str, one: click.Command) -> str:
    if not one.help:
        return f"actions {name} has no help"
    first, last = name.split()[0], name.split()[-1]
    there = re.search(rf"actions {first}\b[^\n]*\b{re.escape(last)}\b", GUIDES)
    return "" if there or f"actions {name}" in GUIDES else f"no guide tells of actions {name}"


def kinds_in_use() -> list[Kind]:
    fields = [f.kind for model in CATALOG.records.values() for f in model.fields()]
    return [*fields, *(s.kind for s in CATALOG.settings.values())]


def refusals() -> int:
    """How many refusals of a declaration the kernel writes."""
    kernel = (ROOT / "core" / "kernel").glob("*.py")
    return sum(f.read_text(encoding="utf-8").count("DeclarationError(") for f in kernel)
