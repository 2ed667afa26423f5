"""Characters that no file format can hold (controls from a pasted cell, halves of a surrogate pair) leave the document
before any renderer sees it; one of them would otherwise cost the whole report."""

from __future__ import annotations

import copy
import re
from dataclasses import fields, is_dataclass
from typing import TypeVar

T = TypeVar("T")
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # not Char in XML 1.0


def clean(node: T) -> T:
    """The same tree without them; parts that hold none are the same objects."""
    if isinstance(node, str):
        return ILLEGAL.sub("", node) if ILLEGAL.search(node) else node  # type: ignore[return-value]
    if isinstance(node, tuple):
        cleaned = tuple(clean(one) for one in node)
        return node if all(a is b for a, b in zip(node, cleaned, strict=True)) else cleaned  # type: ignore[return-value]
    if not is_dataclass(node):
        return node
    changed = {one.name: new for one in fields(node) if (new := clean(old := getattr(node, one.name))) is not old}
    if not changed:
        return node
    made = copy.copy(node)
    for name, value in changed.items():
        object.__setattr__(made, name, value)  # frozen, and Paragraph's __init__ takes its fields in its own way
    return made
