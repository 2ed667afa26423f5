"""What stands inside a public name, for the reference: the parts of a declaration with their defaults, the members of a choice,
the methods of what a plugin is given."""

from __future__ import annotations

import dataclasses
import enum
import inspect
from collections.abc import Iterator
from typing import Any

from core.base.kinds import Kind
from core.base.units import UNIT_KINDS, UnitKind

UNITS = {kind: ("STREET" if name == "area" else name.upper()) for name, kind in UNIT_KINDS.items()}


def members(thing: Any) -> Iterator[str]:
    """Lines of Markdown below the name; none for what has no inside."""
    if not inspect.isclass(thing) or not thing.__module__.startswith("core."):
        return
    if issubclass(thing, enum.Enum):
        yield "; ".join(f"`{one.name}` {one.value}" for one in thing)
        return
    if dataclasses.is_dataclass(thing) and dataclasses.fields(thing):
        yield "Parts: " + ", ".join(_part(f) for f in dataclasses.fields(thing))
    if not hasattr(thing, "__table__") and not issubclass(
        thing, Kind
    ):  # a table's fields are its page's, a kind's its own section
        found = {n: one for base in reversed(thing.__mro__) if base in _own(thing) for n, one in vars(base).items()}
        yield from (_method(name, one) for name, one in found.items() if _public(name, one))


def _own(thing: type) -> list[type]:
    """The class and what it is declared on: a record's ``check`` and ``derive`` are its base's."""
    return [base for base in thing.__mro__ if base.__module__.startswith("core.") and not issubclass(base, Exception)]


def _part(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"`{field.name}={_shown(field.default)}`"
    if field.default_factory is not dataclasses.MISSING:
        return f"`{field.name}=…`"
    return f"**`{field.name}`**"


def _shown(value: Any) -> str:
    if isinstance(value, UnitKind):
        return UNITS[value]
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    return getattr(value, "__name__", "") or repr(value)


def _public(name: str, one: Any) -> bool:
    inner = getattr(one, "__func__", one)
    return not name.startswith("_") and (inspect.isfunction(inner) or isinstance(one, property))


def _method(name: str, one: Any) -> str:
    said = " ".join((inspect.getdoc(one) or "").split("\n\n")[0].replace("``", "`").split())
    inner = getattr(one, "__func__", one)
    given = "" if isinstance(one, property) else _given(inner)
    return f"`.{name}{given}`" + (f" — {said}" if said else "")


def _given(function: Any) -> str:
    words = [p for p in inspect.signature(function).parameters.values() if p.name not in ("self", "cls")]
    return "(" + ", ".join(str(p.replace(annotation=inspect.Parameter.empty)) for p in words) + ")"
