"""Two streets under one county: every street has its own report, and what they count adds up to the county's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from core import cli
from core.app import create_app
from core.base import blocks as b
from core.base.facts import Facts
from core.base.units import COMMUNITY
from core.estate.units import Area, Community
from core.services.identity import accounts
from core.services.measuring import places
from core.services.platform import Platform
from core.services.reporting import reports
from core.services.writing import records, registry
from core.testing import at, entered, small_platform
from plugins.environment.records import SPOTS

DAY = date(2024, 11, 20)


@pytest.fixture
def county(tmp_path: Path) -> Iterator[Platform]:
    """示例社区A in 测试街道, 示例社区B in 第二街道, both streets in 测试市; half of the complexes are cleaned."""
    found = small_platform(tmp_path, complexes=10)
    with found.work(now=at(DAY, 8)) as work:
        (above,) = registry.save_many(work, Area, [{"name": "测试市", "level": "县"}])
        (second,) = registry.save_many(work, Area, [{"name": "第二街道", "level": "街道", "parent_id": above}])
        work.forget()
        registry.save(work, Area, {"parent_id": above}, unit_id=1)
        registry.save(work, Community, {"area_id": second}, unit_id=work.look.unit_id(COMMUNITY, "示例社区B") or 0)
    with found.work(now=at(DAY)) as work:
        for complex_id in (1, 2, 3, 5):
            told = {"complex_id": complex_id, "held_on": DAY, "spots": list(SPOTS), "people": 9, "photos": ["demo"]}
            records.save(work, "environment.cleanup", told)
    yield found
    found.db.close()


def figures(sections: tuple[Facts, ...]) -> dict[str, tuple[int, int]]:
    return {i.indicator.key: (i.n, i.d) for s in sections for i in s.indicators}


def owed(sections: tuple[Facts, ...]) -> dict[str, tuple[int, int]]:
    return {d.deadline.key: (d.owed, d.overdue) for s in sections for d in s.deadlines}


def test_streets_add_up_to_their_county(county: Platform) -> None:
    with county.reading(now=at(DAY)) as work:
        whole = places.named(work, "测试市")
        assert whole is not None and len(whole.communities) == 2
        streets = places.within(work, whole)
        assert [s.name for s in streets] == ["测试街道", "第二街道"]
        parts = [reports.gather(work, DAY, place=street) for street in streets]
        together = reports.gather(work, DAY, place=whole)
        everything = figures(reports.gather(work, DAY))
    for read in (figures, owed):
        sums: dict[str, tuple[int, int]] = {}
        for part in map(read, parts):
            for key, (n, d) in part.items():
                was = sums.get(key, (0, 0))
                sums[key] = (was[0] + n, was[1] + d)
        assert sums == read(together)
    cleaned = figures(together)["environment.cleaned_monthly"]
    assert (
        cleaned[0] == 4
        and figures(parts[0])["environment.cleaned_monthly"] != figures(parts[1])["environment.cleaned_monthly"]
    )
    assert figures(together).items() <= everything.items()


def test_the_county_s_report_has_a_row_a_street_and_opens_its_rows(county: Platform) -> None:
    with county.reading(now=at(DAY)) as work:
        report = reports.combined(work, DAY)
        one = reports.combined(work, DAY, place=places.named(work, "第二街道"))
    (annex,) = [a for a in report.attachments if a.title == "各街道情况"]
    by_street, by_figure = annex.blocks
    assert isinstance(by_street, b.Table) and isinstance(by_figure, b.Table)
    assert [b.plain(row[0]) for row in by_street.rows] == ["测试街道", "第二街道"]
    second = [row for row in by_figure.rows if b.plain(row[2]) == "第二街道"]
    assert second and all(row[3].ref.query == (("area", "3"),) for row in second)  # type: ignore[union-attr]
    assert one.title.startswith("第二街道") and "各街道情况" not in [a.title for a in one.attachments]


def test_a_street_s_own_campaign_is_told_as_before(tmp_path: Path) -> None:
    found = small_platform(tmp_path)
    with found.reading(now=at(DAY)) as work:
        assert places.within(work, None) == [] and places.choices(work) == {}
    found.db.close()


def test_a_circle_of_areas_ends(county: Platform) -> None:
    with county.work(now=at(DAY)) as work:
        work.session.get_one(Area, 2).parent_id = 1
    with county.reading(now=at(DAY)) as work:
        assert {p.name for p in places.areas(work).values()} == {"测试街道", "测试市", "第二街道"}


def test_a_figure_of_a_street_opens_the_rows_of_that_street(county: Platform) -> None:
    app = create_app(platform=county)
    app.config["TESTING"] = True
    with county.work() as work:
        work.campaign.today = DAY
        token = accounts.one_time_link(work, "group")
    browser = app.test_client()
    entered(browser, token)
    whole = browser.get("/report").text
    assert '<option value="3">第二街道</option>' in whole and "各街道情况" in whole
    page = browser.get("/report?area=3").text
    assert "第二街道" in re.search(r'report-title">([^<]+)', page)[1]  # type: ignore[index]
    figure = browser.get("/i/environment.cleaned_monthly?area=3").text
    assert "示例小区01" in figure and "示例小区02" not in figure and "第二街道" in figure
    duty = browser.get("/d/environment.monthly_cleanup?area=3").text
    assert "示例小区01" in duty and "示例小区02" not in duty and "第二街道" in duty
    assert browser.get("/i/environment.cleaned_monthly?area=99").status_code == 200


def test_the_command_writes_a_street_s_report(county: Platform, tmp_path: Path) -> None:
    env = {
        "ACTIONS_DATA": str(tmp_path),
        "ACTIONS_DATABASE_URL": county.db.url,
        "ACTIONS_SECRET_KEY": "only for these tests",
    }
    words = ["report", "--as-of", "2024-11-20", "--format", "html", "--out", str(tmp_path / "r.html"), "--area"]
    assert CliRunner().invoke(cli.main, [*words, "第二街道"], env=env).exit_code == 0
    assert "第二街道" in (tmp_path / "r.html").read_text("utf-8")
    refused = CliRunner().invoke(cli.main, [*words, "第三街道"], env=env)
    assert refused.exit_code == 2 and "测试街道、第二街道、测试市" in refused.output
