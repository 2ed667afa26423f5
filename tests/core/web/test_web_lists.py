"""Many records at once: a list sorted, saved, exported as shown; steps for several; the board; the grid for many units."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from sqlalchemy import event, select

from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import records
from tests.core.web.test_web_records import KEY, SPOTS, count, hidden, photo, report, unit

People = Callable[[str], Any]
TYPED = {"held_on": "2024-11-19", "spots": SPOTS, "note": "扫" * 60, "photos": ["demo"]}


@pytest.fixture
def a(client: People) -> Any:
    return client("a")


@pytest.fixture
def lead(a: Any, client: People) -> Any:
    """The lead department of the action, in whose list two clean-ups of community A wait."""
    for people in ("11", "25"):
        assert report(a, f_people=people).status_code == 302
    return client("office")


def ticks(page: str) -> list[str]:
    return re.findall(r'form="bulk" name="row" value="([^"]+)"', page)


def states(browser: Any) -> list[str]:
    with browser.platform.reading() as work:
        model = work.catalog.records[KEY]
        return list(work.session.scalars(select(model.state).order_by(model.id)))


def send(browser: Any, path: str, form: dict[str, Any], at: str = f"/r/{KEY}") -> Any:
    return browser.post(path, data={"csrf_token": hidden(browser.get(at).text, "csrf_token")} | form)


def test_several_records_are_checked_with_one_press(lead: Any) -> None:
    rows = ticks(lead.get(f"/r/{KEY}").text)
    assert len(rows) == 2
    answer = send(lead, f"/r/{KEY}/bulk", {"row": rows, "step": "check", "state": "submitted"})
    assert answer.status_code == 302 and answer.location == f"/r/{KEY}?state=submitted"
    assert states(lead) == ["checked", "checked"]
    assert "共 2 条" in lead.get(answer.location).text


def test_sending_back_wants_a_reason_and_keeps_the_ticks(lead: Any) -> None:
    rows = ticks(lead.get(f"/r/{KEY}").text)
    answer = send(lead, f"/r/{KEY}/bulk", {"row": rows[:1], "step": "send_back"})
    assert answer.status_code == 422 and "请写明原因" in answer.text
    assert len(re.findall(r'form="bulk"[^>]* checked', answer.text)) == 1 and states(lead) == ["submitted"] * 2
    assert (
        send(lead, f"/r/{KEY}/bulk", {"row": rows[:1], "step": "send_back", "remark": "照片看不清"}).status_code == 302
    )
    assert sorted(states(lead)) == ["returned", "submitted"]


def test_what_was_changed_meanwhile_is_named_and_the_rest_is_done(lead: Any, a: Any) -> None:
    rows = ticks(lead.get(f"/r/{KEY}").text)
    first = sorted(rows)[0]
    edit = a.get(f"/r/{KEY}/{first.partition('.')[0]}/edit").text
    form = {n: hidden(edit, n) for n in ("csrf_token", "version")} | {"f_people": "30", "f_spots": SPOTS}
    form |= {"f_complex_id": unit(a, "示例小区02"), "f_held_on": "2024-11-19", "f_photos": "demo"}
    assert a.post(f"/r/{KEY}/{first.partition('.')[0]}/edit", data=form).status_code == 302
    answer = send(lead, f"/r/{KEY}/bulk", {"row": rows, "step": "check"})
    assert answer.status_code == 422 and "共 1 条" in answer.text and "刚刚被他人修改" in answer.text
    assert sorted(states(lead)) == ["checked", "submitted"]


def test_a_community_can_not_check_its_own_reports(lead: Any, a: Any) -> None:
    rows = ticks(lead.get(f"/r/{KEY}").text)
    assert ticks(a.get(f"/r/{KEY}").text) == [], "nothing to tick where nothing may be done"
    answer = send(a, f"/r/{KEY}/bulk", {"row": rows, "step": "check"})
    assert answer.status_code == 422 and "权限" in answer.text and states(lead) == ["submitted"] * 2


def test_nothing_ticked_is_said(lead: Any) -> None:
    answer = send(lead, f"/r/{KEY}/bulk", {"step": "check"})
    assert answer.status_code == 422 and "请先勾选" in answer.text


@pytest.mark.parametrize(("sort", "first"), [("people", "11"), ("-people", "25")])
def test_a_column_sorts_the_list_and_what_is_exported(lead: Any, sort: str, first: str) -> None:
    page = lead.get(f"/r/{KEY}?sort={sort}").text
    assert re.search(rf'aria-sort="{"descending" if sort[0] == "-" else "ascending"}"', page)
    sheet = openpyxl.load_workbook(io.BytesIO(lead.get(f"/sheet/{KEY}/export.xlsx?sort={sort}").data)).worksheets[0]
    column = next(c.column for c in sheet[1] if str(c.value).startswith("参加人数"))
    assert str(sheet.cell(2, column).value) == first


def test_the_export_holds_what_the_list_shows_and_no_more(lead: Any) -> None:
    one = ticks(lead.get(f"/r/{KEY}").text)[:1]
    send(lead, f"/r/{KEY}/bulk", {"row": one, "step": "check"})
    page = lead.get(f"/r/{KEY}?state=checked").text
    assert f"/sheet/{KEY}/export.xlsx?state=checked" in page
    sheet = openpyxl.load_workbook(io.BytesIO(lead.get(f"/sheet/{KEY}/export.xlsx?state=checked").data)).worksheets[0]
    assert sum(1 for row in sheet.iter_rows(min_row=2, max_col=1, values_only=True) if row[0]) == 1


@pytest.mark.parametrize("sort", ["'; drop table", "photos", "-note", "id", "__class__"])
def test_an_unknown_order_is_the_usual_one(lead: Any, sort: str) -> None:
    assert lead.get(f"/r/{KEY}", query_string={"sort": sort}).status_code == 200


def test_a_view_is_kept_for_its_owner_alone(lead: Any, a: Any) -> None:
    answer = send(lead, f"/r/{KEY}/views", {"label": "待核验", "state": "submitted", "sort": "people"})
    assert answer.status_code == 302
    page = lead.get(f"/r/{KEY}").text
    assert 'href="?state=submitted&amp;sort=people">待核验' in page
    assert "待核验" not in a.get(f"/r/{KEY}").text
    way = re.search(rf"/r/{KEY}/views/\d+/remove", page)
    assert way
    send(a, way[0], {})
    assert "待核验" in lead.get(f"/r/{KEY}").text, "another's view is not for me to drop"
    send(lead, way[0], {})
    assert "待核验" not in lead.get(f"/r/{KEY}").text


@pytest.mark.parametrize(
    ("form", "said"), [({"label": "", "state": "checked"}, "起个名字"), ({"label": "全部"}, "还没有筛选条件")]
)
def test_a_view_without_name_or_content_is_refused(lead: Any, form: dict[str, str], said: str) -> None:
    answer = send(lead, f"/r/{KEY}/views", form)
    assert answer.status_code == 422 and said in answer.text


def test_the_board_shows_each_state_with_its_count(lead: Any, a: Any) -> None:
    page = lead.get(f"/r/{KEY}/board").text
    labels = re.findall(r'aria-label="(\S+) (\d+)"', page)
    assert labels == [("已报", "2"), ("已核", "0"), ("退回", "0")]
    assert page.count('class="card-slip"') == 2
    assert 'class="card-slip"' not in lead.get(f"/r/{KEY}/board?community=2").text, "the other community has none"


def test_board_and_list_ask_the_store_as_often_for_many_as_for_one(lead: Any, a: Any) -> None:
    seen: list[str] = []
    engine = a.platform.db.engine

    def queries(path: str) -> int:
        seen.clear()
        event.listen(engine, "before_cursor_execute", watch := lambda *args: seen.append(args[2]))
        assert lead.get(path).status_code == 200
        event.remove(engine, "before_cursor_execute", watch)
        return len(seen)

    paths = (f"/r/{KEY}", f"/r/{KEY}/board")
    before = [queries(p) for p in (*paths, *paths)][2:]
    for people in range(30, 45):
        report(a, f_people=str(people))
    assert [queries(p) for p in paths] == before


def grid_form(browser: Any, **more: Any) -> dict[str, Any]:
    page = browser.get(f"/r/{KEY}/grid").text
    shared = {"all-f_held_on": "2024-11-19", "all-f_spots": SPOTS, "all-f_people": "12"}
    return {"csrf_token": hidden(page, "csrf_token"), "token": hidden(page, "token")} | shared | more


def complexes(browser: Any) -> list[str]:
    """The complexes the grid offers, by number."""
    return re.findall(r'type="checkbox" name="unit" value="(\d+)"', browser.get(f"/r/{KEY}/grid").text)


def test_one_grid_reports_for_many_what_is_the_same_and_what_differs(a: Any) -> None:
    units = complexes(a)
    assert len(units) > 3
    own = {f"u{u}-f_photos_new": (photo(40 + n), "现场.jpg") for n, u in enumerate(units[:3])}
    answer = a.post(f"/r/{KEY}/grid", data=grid_form(a, **own, **{f"u{units[1]}-f_people": "40"}))
    assert answer.status_code == 302, answer.text
    with a.platform.reading() as work:
        model = work.catalog.records[KEY]
        rows = work.session.execute(select(model.complex_id, model.people).order_by(model.id)).all()
    assert {(str(i), p) for i, p in rows} == {(units[0], 12), (units[1], 40), (units[2], 12)}


def test_a_wrong_row_stays_and_the_right_ones_are_saved_once(a: Any) -> None:
    units = complexes(a)
    form = grid_form(a, unit=units[:2], **{f"u{units[0]}-f_photos": "demo", f"u{units[1]}-f_people": "很多"})
    answer = a.post(f"/r/{KEY}/grid", data=form)
    assert answer.status_code == 422 and count(a) == 1
    assert 'value="很多"' in answer.text and "共 1 条" in answer.text and "还有 1 个没有保存" in answer.text
    assert f'name="unit" value="{units[0]}"' not in answer.text, "what is saved is gone from the grid"
    assert a.post(f"/r/{KEY}/grid", data=form).status_code == 422 and count(a) == 1, "sent again, saved once"


def test_an_empty_grid_saves_nothing_and_says_how(a: Any) -> None:
    answer = a.post(f"/r/{KEY}/grid", data=grid_form(a))
    assert answer.status_code == 422 and "请勾选" in answer.text and count(a) == 0


def test_the_grid_offers_no_foreign_complex(a: Any, client: People) -> None:
    foreign = set(complexes(client("b"))) - set(complexes(a))
    assert foreign
    assert a.post(f"/r/{KEY}/grid", data=grid_form(a, unit=sorted(foreign))).status_code == 422 and count(a) == 0


def test_a_page_of_fifty_rows_and_the_first_load_are_light(a: Any) -> None:
    """Under 150 KB of HTML without photos; under 600 KB of styles and scripts, counted as they are sent."""
    with a.platform.work(SYSTEM_ACTOR) as work:
        one = unit(a, "示例小区02")
        for people in range(1, 56):
            records.save(work, KEY, TYPED | {"complex_id": one, "people": str(people)})
    page = a.get(f"/r/{KEY}")
    assert page.text.count("人</td>") == 50 and len(page.data) < 150_000
    assets = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
    weight = 0
    for asset in assets:
        with a.get(asset) as served:
            weight += len(served.data)
    assert len(assets) > 2 and 0 < weight < 600_000
