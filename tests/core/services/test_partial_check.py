"""Who typed several things wrong is told of all that can be known at once: ``check`` runs though other fields can't be read, as far
as it asks for those that can; and never for a unit one may not report for."""

from __future__ import annotations

from typing import Any

import pytest

from core.base.errors import Invalid
from core.services.permission.access import OFFICER, Actor
from core.services.platform import Platform
from core.services.work import Work
from core.services.writing import records
from core.testing import DAY, at

KEY, TEXT = "environment.inspection", "有一项不达标时，请写明发现的问题"
WELL = {"complex_id": 1, "inspected_on": DAY, "waste": "否", "roads": "是", "facilities": "是", "lights": "是"}


def told(work: Work, **spoilt: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        records.save(work, KEY, WELL | spoilt)
    return {field: list(map(str, texts)) for field, texts in refused.value.by_field().items()}


def test_what_check_can_say_is_said_beside_a_field_that_is_wrong(platform: Platform) -> None:
    with platform.work(now=at(DAY)) as work:
        assert told(work)["finding"] == [TEXT]
        found = told(work, inspected_on="2031-01-01")
        assert list(found) == ["inspected_on", "finding"] and found["finding"] == [TEXT]


def test_a_check_that_asks_for_what_cannot_be_read_says_nothing(platform: Platform) -> None:
    with platform.work(now=at(DAY)) as work:
        assert list(told(work, waste="maybe")) == ["waste"]
        assert list(told(work, finding="x" * 5000)) == ["finding"]
        assert list(told(work, complex_id="", inspected_on="2031-01-01")) == ["complex_id", "inspected_on"]


def test_nothing_is_said_of_a_unit_one_may_not_report_for(platform: Platform) -> None:
    stranger = Actor(login="b", label="b", role=OFFICER, community_id=99)
    with platform.work(stranger, now=at(DAY)) as work:
        assert list(told(work, inspected_on="2031-01-01")) == ["inspected_on"]
