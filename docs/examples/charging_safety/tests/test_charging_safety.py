"""The contract, and what this action's people rely on. Fixtures: core.testing."""

from datetime import date

import pytest

from core.api import Light
from core.base.errors import Invalid
from core.services import duties, records
from core.testing import at, figure, light

DAY = date(2024, 11, 20)


def test_contract(plugin_contract):
    plugin_contract("charging_safety")


# [test]
def check(platform, complex_id, **more):
    told = {"complex_id": complex_id, "checked_on": "2024-11-14", "found": 2, "place": "3号楼"}
    with platform.work(now=at(DAY)) as work:
        return records.save(work, "charging_safety.check", told | more).record.id


def test_a_round_counts_in_its_month_and_what_hangs_is_red(platform):
    check(platform, 1)
    with platform.reading(now=at(DAY)) as work:
        assert figure(work, "charging_safety.checked", DAY) == (1, 9)  # nine of the ten complexes are managed
        assert figure(work, "charging_safety.cleared", DAY) == (0, 2)
        assert light(work, "charging_safety.cleared", DAY) is Light.RED


# [/test]


def test_three_days_are_given_to_clear_it(platform):
    number = check(platform, 1)
    with platform.reading(now=at(DAY)) as work:
        (owed,) = duties.deadlines(work, DAY, [work.catalog.deadlines["charging_safety.removal"]])
        assert (owed.owed, owed.overdue) == (1, 1)
    with platform.work(now=at(DAY)) as work:
        records.move(work, "charging_safety.check", number, "clear", {"after_photos": ["demo"]})
    with platform.reading(now=at(DAY)) as work:
        (owed,) = duties.deadlines(work, DAY, [work.catalog.deadlines["charging_safety.removal"]])
        assert owed.overdue == 0
        assert figure(work, "charging_safety.cleared", DAY) == (2, 2)


def test_a_finding_without_its_place_is_refused(platform):
    with pytest.raises(Invalid, match="请写明位置"):
        check(platform, 1, place="")


def test_what_hangs_costs_points_in_the_monthly_assessment(platform):
    number = check(platform, 1)
    with platform.work(now=at(DAY)) as work:
        records.save(work, "market_order.assessment", {"complex_id": 1, "held_on": DAY})
    with platform.reading(now=at(DAY)) as work:
        model = work.catalog.records["market_order.deduction"]
        sources = [row.source for row in work.session.query(model)]
    assert f"charging_safety.check/{number}" in sources


def test_a_community_reports_on_a_page_and_sees_what_it_owes(client):
    browser = client("a")
    assert "示例小区02" in browser.get("/d/charging_safety.monthly").text
    assert "发现飞线" in browser.get("/r/charging_safety.check/new").text
