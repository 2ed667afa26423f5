"""A document as JSON with its types kept, and back: ``load(render(document)) == document``. So an issued edition
is kept, and any format can be made of it years later.

Every block and cell is ``{"type": ..., its fields in the order of the class}``. Figures also carry ``text`` (a share
``share`` too) for programs that only want to show them, headings ``label``; these are ignored when read back."""

from __future__ import annotations

import enum
import json
import types
import typing
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from core.base import blocks as b

SCHEMA = "special-actions/document/1"
KINDS: dict[str, type[Any]] = {
    one.__name__.lower(): one
    for one in (
        *typing.get_args(b.Block),
        *typing.get_args(b.Cell),
        b.Ref,
        b.Column,
        b.Series,
        b.Attachment,
        b.Document,
    )
}


def render(document: b.Document) -> bytes:
    """UTF-8, keys in a fixed order: the same document always gives the same bytes, fit for a digest."""
    content = {"schema": SCHEMA, **_dump(document)}
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1).encode()


def load(content: bytes | str) -> b.Document:
    """What ``render`` wrote."""
    told = json.loads(content)
    if told.get("schema") != SCHEMA:
        raise ValueError(f"not a document of {SCHEMA}: {told.get('schema')!r}")
    found = _load(told)
    if not isinstance(found, b.Document):
        raise ValueError(f"not a document: {told.get('type')!r}")
    return found


def _dump(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, tuple | list):
        return _dump_all(value)
    if is_dataclass(value) and type(value) in KINDS.values():
        own = {one.name: _dump(getattr(value, one.name)) for one in fields(value)}
        return {"type": type(value).__name__.lower(), **own, **_derived(value)}
    raise TypeError(f"no JSON for {type(value).__name__}")


def _dump_all(values: tuple[Any, ...] | list[Any]) -> list[Any]:
    """A list; where it holds blocks, headings get the number they carry in print."""
    if not any(isinstance(one, b.Heading) for one in values):
        return [_dump(one) for one in values]
    return [_dump(one) | ({"label": number} if number else {}) for one, number in b.numbered(values)]


def _derived(value: Any) -> dict[str, Any]:
    if isinstance(value, b.Ratio):
        return {"share": None if value.value is None else float(value.value), "text": b.plain(value)}
    if isinstance(value, b.Number | b.Day | b.Lamp):
        return {"text": b.plain(value)}
    return {}


def _load(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_load(one) for one in value)
    if not isinstance(value, dict):
        return value
    if value.get("type") not in KINDS:
        raise ValueError(f"unknown part of a document: {value.get('type')!r}")
    kind = KINDS[value["type"]]
    told = {name: _typed(_load(value[name]), hint) for name, hint in _hints(value["type"]).items() if name in value}
    if kind is b.Paragraph:
        return b.Paragraph(*told["runs"], tone=told["tone"])
    return kind(**told)


@cache
def _hints(name: str) -> dict[str, Any]:
    kind = KINDS[name]
    known = typing.get_type_hints(kind)
    return {one.name: known[one.name] for one in fields(kind)}


def _typed(value: Any, hint: Any) -> Any:
    """A string back as the day, the fraction or the light its field asks for."""
    options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if isinstance(value, str):
        if date in options:
            return date.fromisoformat(value)
        if Fraction in options:
            return Fraction(value)
        if b.Light in options:
            return b.Light(value)
    return value
