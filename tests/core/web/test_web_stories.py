"""Stories 23 to 25 of plan section 5: one truth in page and report, an action from outside, who sees what."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl
from sqlalchemy import select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    Action,
    Heading,
    Indicator,
    Record,
    ReportSection,
    Scope,
    at_least,
    coverage,
    day,
    hookimpl,
)
from core.app import create_app
from core.kernel.plugins import found, load
from core.services.audit.journal import JournalEntry
from core.services.identity import accounts
from core.services.measuring import days
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.writing import records
from core.testing import at, entered, small_platform
from plugins.disputes.records_complaint import CATEGORIES

DAY = date(2024, 11, 20)
People = Callable[[str], Any]


class Lift(Record):
    """What a developer of another office declares in an afternoon."""

    __tablename__ = "lifts_lift"
    unit, label = COMPLEX, "电梯检验记录"
    checked_on: Mapped[date] = day("检验日期", happened=True)


def checked(scope: Scope) -> Any:
    return coverage(of=scope.complexes(), by=select(Lift.complex_id).where(scope.until(Lift)))


def section(facts: Any) -> Iterator[Any]:
    yield Heading("电梯检验")
    yield from ()


def lifts(build: Callable[[Any], Iterator[Any]] = section) -> ModuleType:
    """A plugin made of nothing but declarations."""
    module = ModuleType("lifts.plugin")
    one = Indicator(
        key="lifts.checked",
        label="电梯检验率",
        measure=checked,
        numerator="已检验的小区",
        denominator="全部小区",
        target=at_least(1),
        evidence=(Lift,),
    )
    said = {
        "action": lambda: Action(slug="lifts", number=12, label="电梯专项行动", english="Lifts"),
        "records": lambda: (Lift,),
        "indicators": lambda: (one,),
        "report_sections": lambda: (ReportSection(key="lifts.section", label="电梯专项行动", build=build),),
    }
    for name, hook in said.items():
        setattr(module, name, hookimpl(hook))
    return module


def opened(folder: Path, loader: Callable[[], Any]) -> tuple[Platform, Any]:
    """A platform with two bundled plugins and the given one, and the lead department's browser."""
    bundled = {slug: found()[slug] for slug in ("environment", "micro_projects")}
    catalog = load(bundled | {"lifts": loader})
    platform = small_platform(folder, catalog=catalog, today=DAY, strict=False)
    with platform.work() as work:
        days.begin(work)
    with platform.work(SYSTEM_ACTOR) as work:
        link = accounts.one_time_link(work, "office")
    browser = create_app(platform=platform).test_client()
    entered(browser, link)
    return platform, browser


def shown(page: str) -> str:
    return re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_story_23_report_page_and_figures_say_the_same_and_say_it_again(client: People) -> None:
    group = client("group")
    with group.platform.work(SYSTEM_ACTOR, now=at(date(2024, 11, 18))) as work:
        values = {"complex_id": 1, "held_on": "2024-11-18", "spots": "出入口", "people": 3, "photos": ["demo"]}
        records.save(work, "environment.cleanup", values)
    report = shown(group.get("/report?as_of=2024-11-19").text)
    parts = ["一、总体情况", "二、主要成效", "三、存在问题", "四、下一步打算"]
    at_places = [report.index(part) for part in parts]
    assert at_places == sorted(at_places)
    for key in ("environment.cleaned_monthly", "environment.serviced"):
        page = shown(group.get(f"/i/{key}?as_of=2024-11-19").text)
        said = re.search(r"[\d.]+%（\d+/\d+）", page)
        assert said and said[0] in report, key
    with group.platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:  # the next day one more comes in
        values = {"complex_id": 2, "held_on": "2024-11-20", "spots": "出入口", "people": 3, "photos": ["demo"]}
        records.save(work, "environment.cleanup", values)
    again = shown(group.get("/report?as_of=2024-11-19").text)
    assert re.findall(r"[\d.]+%（\d+/\d+）", again) == re.findall(r"[\d.]+%（\d+/\d+）", report)
    assert "22.2%（2/9）" in shown(group.get("/i/environment.cleaned_monthly").text)


def test_story_24_an_action_from_outside_is_in_menu_list_form_and_report(tmp_path: Path) -> None:
    platform, browser = opened(tmp_path, lifts)
    assert "电梯专项行动" in browser.get("/").text
    assert "电梯检验率" in browser.get("/a/lifts/").text and "检验日期" in browser.get("/r/lifts.lift/new").text
    with platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        records.save(work, "lifts.lift", {"complex_id": 1, "checked_on": "2024-11-20"})
    assert "10.0%（1/10）" in shown(browser.get("/report").text)
    platform.db.close()


def test_story_24_one_that_throws_leaves_the_rest_alone(tmp_path: Path) -> None:
    def torn(facts: Any) -> Iterator[Any]:
        raise RuntimeError("the cat sat on the keyboard")

    platform, browser = opened(tmp_path, lambda: lifts(torn))
    report = browser.get("/report")
    assert report.status_code == 200 and "本节数据不可用" in report.text and "每月集中大扫除达标率" in report.text
    platform.db.close()


def test_story_24_taken_out_and_put_back_its_data_are_still_there(tmp_path: Path) -> None:
    platform, _browser = opened(tmp_path, lifts)
    with platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        records.save(work, "lifts.lift", {"complex_id": 1, "checked_on": "2024-11-20"})
    without = load({slug: found()[slug] for slug in ("environment", "micro_projects")})
    less = Platform(platform.config, platform.db, without)
    with less.reading(now=at(DAY)) as work:
        assert "lifts.lift" not in work.catalog.records
    again = Platform(platform.config, platform.db, platform.catalog)
    with again.reading(now=at(DAY)) as work:
        assert len(work.session.scalars(select(Lift)).all()) == 1
    platform.db.close()


def test_story_25_a_petition_is_masked_by_role_and_every_export_is_marked_and_logged(client: People) -> None:
    desk, a, group = client("office"), client("a"), client("group")
    told = {"petitioner": "示例来访人", "phone": "13900000000", "content": "楼上漏水，已反映三次"}
    with desk.platform.work(SYSTEM_ACTOR, now=at(DAY)) as work:
        rest = {"channel": "来访", "category": CATEGORIES[0], "complexity": "简单", "summary": "漏水"}
        rest |= {"is_property": "是", "statutory": "否"}
        values = {"complex_id": 1, "received_at": "2024-11-20T09:00"} | told | rest
        number = records.save(work, "disputes.complaint", values).record.id
    for browser in (desk, a, group):
        page = browser.get(f"/r/disputes.complaint/{number}")
        assert "楼上漏水" not in page.text and "13900000000" not in page.text and "示例来访人" not in page.text
    sheet = openpyxl.load_workbook(io.BytesIO(desk.get("/sheet/disputes.complaint/export.xlsx").data)).worksheets[0]
    cells = " ".join(str(c) for row in sheet.iter_rows(values_only=True) for c in row)
    assert "楼上漏水" not in cells and "13900000000" not in cells
    assert "城管办" in sheet.oddFooter.left.text and "演示数据" in sheet.oddHeader.center.text
    with desk.platform.reading() as work:
        last = work.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
        assert last and (last.verb, last.subject, last.login) == ("export", "disputes.complaint", "office")
        assert last.changes["count"] == [None, 1]
    assert "导出" in group.get("/journal").text
