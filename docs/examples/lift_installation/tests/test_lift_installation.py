"""The contract, and what this action's people rely on. Fixtures: core.testing."""

import io
from datetime import date

import pytest
from sqlalchemy import text

from core.api import Light
from core.testing import DAY, Invalid, figure, light, move, owed, report, run_job

APPLICATION = "lift_installation.application"


def test_contract(plugin_contract):
    plugin_contract("lift_installation")


def apply(platform, complex_id=1, on=DAY, **more):
    told = {"complex_id": complex_id, "applied_on": on, "staircase": "3号楼2梯", "contact": "示例业主"}
    return report(platform, APPLICATION, told | more, on=on)


# [clock]
def test_thirty_days_run_from_the_posting_until_it_is_built(platform, clock):
    number = apply(platform)
    with platform.reading() as work:
        assert owed(work, "lift_installation.posting", DAY).owed == 0  # not posted yet: no clock runs
    move(platform, APPLICATION, number, "post", {"posting_photos": ["demo"]})
    clock.to(date(2024, 12, 20))  # the thirtieth day
    with platform.reading() as work:
        assert owed(work, "lift_installation.posting", date(2024, 12, 20)).overdue == 0
    clock.to(date(2024, 12, 21))
    with platform.reading() as work:
        assert owed(work, "lift_installation.posting", date(2024, 12, 21)).overdue == 1
    move(platform, APPLICATION, number, "build", {"objections": 0}, on=date(2024, 12, 21))
    with platform.reading() as work:
        assert owed(work, "lift_installation.posting", date(2024, 12, 21)).overdue == 0


# [/clock]


# [told]
def test_who_has_a_posting_that_ends_is_told_in_the_inbox(client, clock):
    browser = client("b")
    number = apply(browser.platform, complex_id=1)
    move(browser.platform, APPLICATION, number, "post", {"posting_photos": ["demo"]})
    clock.to(date(2024, 12, 16))
    done = run_job(browser.platform, "lift_installation.ending")
    assert done.result == "一周内公示期满或已期满的申请1份。"
    assert "本社区一周内公示期满或已期满的申请1份" in browser.get("/inbox").text
    assert "本社区一周内公示" not in client("a").get("/inbox").text  # the other community has none


# [/told]


def test_a_lift_that_runs_brings_the_staircases_down_from_the_baseline(platform):
    report(platform, "lift_installation.census", {"community_id": 1, "counted_on": DAY, "staircases": 20})
    number = apply(platform, complex_id=2)
    with platform.reading() as work:
        assert figure(work, "lift_installation.without", DAY) == (20, 20)
    with platform.work() as work:
        home = work.session.scalar(text("SELECT community_id FROM complex WHERE id = 2"))
        assert home == 1
    for step, values in (("post", {"posting_photos": ["demo"]}), ("build", {"objections": 0})):
        move(platform, APPLICATION, number, step, values)
    with platform.work() as work:
        model = work.catalog.records[APPLICATION]
        work.session.get_one(model, number).moved_by = "somebody else"
    move(platform, APPLICATION, number, "accept")
    with platform.reading() as work:
        assert figure(work, "lift_installation.without", DAY) == (19, 20)
        assert figure(work, "lift_installation.accepted", DAY) == (1, 1)


def test_the_days_until_it_is_posted_are_an_average_over_applications(platform):
    for complex_id, on in ((1, date(2024, 11, 18)), (2, date(2024, 11, 10))):
        number = apply(platform, complex_id, on)
        move(platform, APPLICATION, number, "post", {"posting_photos": ["demo"]})
    with platform.reading() as work:
        assert figure(work, "lift_installation.waited", DAY) == (12, 2)
        assert light(work, "lift_installation.waited", DAY) is Light.GREEN  # six days, seven are allowed


def test_each_department_owes_a_visit_a_week(platform):
    with platform.reading() as work:
        assert owed(work, "lift_installation.weekly", DAY).owed >= 1
        office = work.session.scalar(text("SELECT id FROM department WHERE name = '城管办'"))
        before = owed(work, "lift_installation.weekly", DAY).met
    report(platform, "lift_installation.visit", {"department_id": office, "visited_on": DAY, "sites": 2})
    with platform.reading() as work:
        assert owed(work, "lift_installation.weekly", DAY).met == before + 1


# [page]
def test_the_contact_is_sealed_and_masked(client, session):
    browser = client("a")
    number = apply(browser.platform, complex_id=2, contact="王小明", phone="13800000000")
    stored = session.execute(text("SELECT contact, phone FROM lift_installation_application")).one()
    assert "王小明" not in str(stored) and "13800000000" not in str(stored)
    assert "王小明" not in browser.get(f"/r/{APPLICATION}").text
    assert "13800000000" not in browser.get(f"/r/{APPLICATION}/{number}").text


# [/page]


def test_an_office_s_own_sheet_is_read_by_its_own_headings(client):
    browser = client("a")
    sheet = "联系人,楼号,小区名称,申请日期\n示例业主,3号楼1梯,示例小区02,2024年11月18日\n".encode()
    page = browser.get(f"/r/{APPLICATION}/sheet").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = {"file": (io.BytesIO(sheet), "街道报表.csv"), "csrf_token": token}
    answer = browser.post(f"/sheet/{APPLICATION}/upload", data=sent, follow_redirects=True).text
    assert "确认导入 1 行" in answer and "不认识的标题" not in answer


def test_a_community_that_is_late_is_proposed_a_reminder(client, clock):
    group = client("group")
    with group.platform.work(settle=False) as work:  # the campaign gives the day of what is owed once
        work.session.execute(
            text("INSERT INTO setting (key, value, since) VALUES ('lift_installation.census.due', :v, '2024-11-08')"),
            {"v": '"2024-11-22"'},
        )
        work.campaign.revision += 1
    clock.to(date(2024, 11, 27))
    page = group.get("/notices").text
    assert "加装电梯催办函" in page


def test_a_staircase_asks_once(platform):
    apply(platform)
    with pytest.raises(Invalid):
        apply(platform)
