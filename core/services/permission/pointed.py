"""What a record newly points at (a link, an origin) must be something the person may see: what they may not see is answered like
what is not there. What stood in the record before stays: it may be of another's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.base.errors import Problem
from core.base.fields import Field
from core.base.kinds_of_link import LinkKind, OriginKind
from core.services.work import Work


def problems(
    work: Work, fields: Iterable[Field], raw: Mapping[str, Any], before: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[Problem]:
    """``raw``: as typed, read into ``values``; ``before``: what stood there."""
    if work.actor.reads_all:
        return
    for field in fields:
        kind, value = field.kind, values.get(field.name)
        if not isinstance(kind, LinkKind | OriginKind) or value in (None, "", before.get(field.name)):
            continue
        if _hidden(work, kind, value):
            yield Problem(field.name, kind.unknown(raw.get(field.name, value)))


def _hidden(work: Work, kind: LinkKind | OriginKind, value: Any) -> bool:
    if isinstance(kind, LinkKind):
        return work.look.hides(kind.to, value)
    key, _, number = value.partition("/")
    model = work.catalog.records.get(key)
    return model is not None and work.look.hides(model, int(number))
