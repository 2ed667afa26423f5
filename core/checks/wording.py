"""What is there to translate: the extraction method ``pybabel extract -F babel.cfg`` uses for declarations.

A declaration is plain data, so its words stand in no ``_()``: every Chinese literal of a module counts, except docstrings, f-strings
(texts made of data, which stay in the language they are filed in) and reports (official documents are Chinese).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import IO, Any

HAN = re.compile(r"[一-鿿]")


NAMING = (
    "departments",
    "listed",
)  # what looks something up in the campaign by its name: scope.departments(("城管办",))


def literals(source: str, *, shown: bool = False) -> Iterator[tuple[int, str]]:
    """Every Chinese literal of a module with its line, docstrings and the parts of f-strings left out. ``shown``: only what a
    page may show, not the names something is looked up by nor the other headings of a column (``also=``)."""
    tree = ast.parse(source)
    skipped: set[int] = _unshown(tree) if shown else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in node.values)
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            skipped.add(id(body[0].value))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
            and HAN.search(node.value)
        ):
            yield node.lineno, node.value


def _unshown(tree: ast.Module) -> set[int]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = [k.value for call in calls for k in call.keywords if k.arg == "also"]
    found += [arg for call in calls if getattr(call.func, "attr", "") in NAMING for arg in call.args]
    constants = {arg.id for arg in found if isinstance(arg, ast.Name)}
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "") in constants for t in node.targets):
            found.append(node.value)
    return {id(part) for one in found for part in ast.walk(one)}


def extract(
    fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str | None, str, list[str]]]:
    """An extraction method as Babel calls it: ``(line, function, message, comments)`` of each literal."""
    for line, text in literals(fileobj.read().decode()):
        yield line, None, text, []
