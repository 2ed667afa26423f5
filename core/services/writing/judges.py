"""What other plugins say to a write before it is made (hook ``check_record``). One that fails stops nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from core.base.errors import Problem
from core.services.operations import faults, pauses
from core.services.work import Work

MOST = 100  # problems a page shows; a plugin that says them without end is not heard to the end


def problems(work: Work, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Problem]:
    """Everything anybody but the owner of ``key`` has against ``after``. ``before`` is empty for a new one."""
    out: list[Problem] = []
    owner = key.partition(".")[0]
    for slug, judge in work.catalog.judges:
        if slug == owner:
            continue
        place = f"check:{slug}"
        if pauses.paused(work, place):
            continue
        said: list[Problem] = []
        with faults.border(work, place, slug) as failed:
            said = _problems(judge(key=key, before=before, after=after, look=work.look))
        if failed:
            faults.record(work, place, failed[0])
        else:
            faults.mended(work, place)
        out += said
    return out


def _problems(found: Iterable[Any] | None) -> list[Problem]:
    """Found here, or the page that shows them would fail."""
    said = list(islice(found or (), MOST))
    for one in said:
        if not isinstance(one, Problem):
            raise TypeError(f"check_record yields problems, not {type(one).__name__}")
    return said
