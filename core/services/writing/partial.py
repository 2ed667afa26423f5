"""What ``check`` says of a record of which some fields can't be read yet, so that one round shows as much as can be known: it is
run until it asks for one of them."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from functools import partial
from types import FunctionType
from typing import Any, cast

from core.base.declared import Declared
from core.base.errors import Problem
from core.base.kinds import Look
from core.base.record import Record


class Unread(Exception):
    """A field was asked for that could not be read."""


class Partly:
    """A record as its own ``check`` sees it, without the fields in ``unread``."""

    def __init__(self, record: Record, unread: Collection[str]) -> None:
        self._record, self._unread = record, unread

    def __getattr__(self, name: str) -> Any:
        if name in self._unread:
            raise Unread(name)
        found = inspect.getattr_static(type(self._record), name, None)
        if isinstance(found, FunctionType):  # its methods, too, meet what is missing
            return partial(found, self)
        if isinstance(found, property) and found.fget is not None:
            return found.fget(self)
        return getattr(self._record, name)


def problems(
    model: type[Record],
    values: Mapping[str, Any],
    unread: Collection[str],
    look: Look,
    record: Record | None,
    state: str,
) -> list[Problem]:
    """What is wrong with ``values`` across fields, as far as ``check`` gets. ``unread``: fields whose value is not known."""
    if model.check is Declared.check:
        return []
    hidden = {*unread, *(f.name for f in model.fields() if f.derived)}  # derived of who knows what
    known = {name: value for name, value in values.items() if name not in hidden}
    probe = model(**known, id=None if record is None else record.id, state=state)
    found: list[Problem] = []
    try:
        for problem in model.check(cast(Any, Partly(probe, hidden)), look):
            found.append(problem)  # one by one: what was said before it asked is kept
    except (Unread, AttributeError, TypeError):  # as far as it got; a slip of the check is met when all can be read
        pass
    return found
