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


def literals(source: str) -> Iterator[tuple[int, str]]:
    """Every Chinese literal of a module with its line, docstrings and the parts of f-strings left out."""
    tree = ast.parse(source)
    skipped: set[int] = set()
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


def extract(
    fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str | None, str, list[str]]]:
    """An extraction method as Babel calls it: ``(line, function, message, comments)`` of each literal."""
    for line, text in literals(fileobj.read().decode()):
        yield line, None, text, []
