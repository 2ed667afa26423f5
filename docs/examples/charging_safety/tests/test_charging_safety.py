"""The contract, and what this action's people rely on. Fixtures: core.testing."""

import pytest
from sqlalchemy import text

from core.api import Light
from core.testing import DAY, Invalid, figure, light, move, owed, report


def test_contract(plugin_contract):
    plugin_contract("charging_safety")


# [test]
def check(platform, complex_id, **more):
    told = {"complex_id": complex_id, "checked_on": "2024-11-14", "found": 2, "place": "3号楼"}
    return report(platform, "charging_safety.check", told | more)


def test_a_round_counts_in_its_month_and_what_hangs_is_red(platform):
    check(platform, 1)
    with platform.reading() as work:
        assert figure(work, "charging_safety.checked", DAY) == (1, 9)  # nine of the ten complexes are managed
        assert figure(work, "charging_safety.cleared", DAY) == (0, 2)
        assert light(work, "charging_safety.cleared", DAY) is Light.RED


# [/test]


# [system]
def test_a_round_that_finds_nothing_is_closed_at_once_and_by_nobody(client, session):
    browser = client("group")  # leads the action here, and would be offered every step there is for people
    number = check(browser.platform, 1, found=0, place="")
    state = session.execute(text("SELECT state FROM charging_safety_check WHERE id = :n"), {"n": number}).scalar()
    assert state == "nothing"
    assert "自动办结" not in browser.get("/r/charging_safety.check").text


# [/system]


def test_three_days_are_given_to_clear_it(platform):
    number = check(platform, 1)
    with platform.reading() as work:
        found = owed(work, "charging_safety.removal", DAY)
        assert (found.owed, found.overdue) == (1, 1)
    move(platform, "charging_safety.check", number, "clear", {"after_photos": ["demo"]})
    with platform.reading() as work:
        assert owed(work, "charging_safety.removal", DAY).overdue == 0
        assert figure(work, "charging_safety.cleared", DAY) == (2, 2)


def test_a_finding_without_its_place_is_refused(platform):
    with pytest.raises(Invalid, match="请写明位置"):
        check(platform, 1, place="")


def test_what_hangs_costs_points_in_the_monthly_assessment(platform, session):
    number = check(platform, 1)
    report(platform, "market_order.assessment", {"complex_id": 1, "held_on": DAY})
    sources = session.scalars(text("SELECT source FROM market_order_deduction")).all()
    assert f"charging_safety.check/{number}" in sources


def test_a_community_reports_on_a_page_and_sees_what_it_owes(client):
    browser = client("a")
    assert "示例小区02" in browser.get("/d/charging_safety.monthly").text
    assert "发现飞线" in browser.get("/r/charging_safety.check/new").text
