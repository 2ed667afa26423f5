"""What other plugins say to a write before it is made (hook ``check_record``). One that fails stops nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.base.errors import Problem
from core.services.operations import faults
from core.services.work import Work


def problems(work: Work, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Problem]:
    """Everything anybody but the owner of ``key`` has against ``after``. ``before`` is empty for a new one."""
    out: list[Problem] = []
    owner = key.partition(".")[0]
    for slug, judge in work.catalog.judges:
        if slug == owner:
            continue
        place = f"check:{slug}"
        with faults.border(work, place, slug) as failed:
            out.extend(judge(key=key, before=before, after=after, look=work.look) or ())
        if failed:
            faults.record(work.session, place, failed[0], work.now)
        else:
            faults.mended(work, place)
    return out
