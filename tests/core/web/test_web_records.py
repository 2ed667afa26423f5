"""Reporting, correcting and moving a record through the pages, as a person does it: with a browser's form posts."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import event, func, select

from core.base.units import COMPLEX
from core.services.writing import offered, records

KEY = "environment.cleanup"
DEFECT = "environment.shortboard"
SPOTS = ["出入口", "地下室", "入户大堂", "卫生死角", "垃圾收集点"]
People = Callable[[str], Any]


def photo(shade: int = 90, form: str = "JPEG") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 120, 60)).save(out, form)
    return io.BytesIO(out.getvalue())


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no hidden {name}"
    return html.unescape(found.group(1))


def opened(browser: Any, path: str) -> dict[str, Any]:
    """The hidden values of the form at ``path``."""
    answer = browser.get(path)
    assert answer.status_code == 200
    return {n: hidden(answer.text, n) for n in ("csrf_token", "version", "idempotency", "back")}


def typed(**more: Any) -> dict[str, Any]:
    values = {
        "f_complex_id": "#2",
        "f_held_on": "2024-11-19",
        "f_spots": SPOTS,
        "f_people": "12",
        "f_note": "",
        "f_photos": "demo",
    }
    return values | more


def unit(browser: Any, name: str) -> str:
    with browser.platform.reading() as work:
        return f"#{work.look.unit_id(COMPLEX, name)}"


def count(browser: Any, key: str = KEY) -> int:
    with browser.platform.reading() as work:
        return int(work.session.scalar(select(func.count()).select_from(work.catalog.records[key])))


@pytest.fixture
def a(client: People) -> Any:
    """A community officer of 示例社区A (示例小区02, 04, ...)."""
    return client("a")


def report(browser: Any, **more: Any) -> Any:
    form = opened(browser, f"/r/{KEY}/new") | typed(f_complex_id=unit(browser, "示例小区02"), **more)
    return browser.post(f"/r/{KEY}/new", data=form)


def defect(browser: Any) -> str:
    """A reported defect; its address."""
    values = {
        "f_found_on": "2024-11-19",
        "f_defect": "道路破损",
        "f_place": "3号楼",
        "f_limit_on": "",
        "f_before_photos": "demo",
    }
    form = opened(browser, f"/r/{DEFECT}/new") | values | {"f_complex_id": unit(browser, "示例小区02")}
    answer = browser.post(f"/r/{DEFECT}/new", data=form)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def move(browser: Any, where: str, step: str, **more: Any) -> Any:
    page = browser.get(where).text
    form = {"csrf_token": hidden(page, "csrf_token"), "version": "", "remark": ""} | more
    return browser.post(f"{where}/move/{step}", data=form)


def test_today_leads_to_a_prefilled_form_and_the_duty_goes_when_reported(a: Any) -> None:
    today = a.get("/").text
    unit_id = unit(a, "示例小区02")[1:]
    way = f"/r/{KEY}/new?complex={unit_id}&amp;back=today"  # as it stands in the page
    assert way in today
    form_page = a.get(html.unescape(way)).text
    assert 'value="2024-11-20"' in form_page and f'value="#{unit_id}" selected' in form_page
    assert " checked" not in form_page, "no spot comes ticked: what was not swept is not reported"
    form = {n: hidden(form_page, n) for n in ("csrf_token", "version", "idempotency", "back")}
    answer = a.post(html.unescape(way), data=form | typed(f_complex_id=f"#{unit_id}"), follow_redirects=True)
    assert answer.request.path == "/" and "已保存" in answer.text
    assert way not in answer.text


def test_an_error_keeps_what_was_typed_beside_its_message(a: Any) -> None:
    answer = report(a, f_people="很多", f_note="从早上八点开始", f_spots=["地下室"])
    assert answer.status_code == 422 and count(a) == 0
    assert 'value="很多"' in answer.text and "从早上八点开始" in answer.text
    assert re.search(r'value="地下室" checked', answer.text) and not re.search(r'value="出入口" checked', answer.text)
    assert re.search(r'id="f_people"[^>]*aria-describedby="f_people-hint"[^>]*aria-invalid="true"', answer.text)
    assert 'id="f_people-hint"' in answer.text


def test_an_uploaded_photo_survives_another_error(a: Any) -> None:
    answer = report(a, f_people="", f_photos="", f_photos_new=(photo(), "前.jpg"))
    assert answer.status_code == 422
    token = hidden(answer.text, "f_photos")
    with a.get(f"/files/{token}") as served:
        assert served.mimetype == "image/jpeg" and "sandbox" in served.headers["Content-Security-Policy"]
    assert report(a, f_photos=token).status_code == 302


def test_an_exe_as_photo_is_refused_by_name_and_the_text_kept(a: Any) -> None:
    answer = report(a, f_photos="", f_note="见照片", f_photos_new=(io.BytesIO(b"MZ\x90\x00" * 50), "清扫.exe"))
    assert answer.status_code == 422 and count(a) == 0
    assert "清扫.exe" in answer.text and "不是可用的照片" in answer.text and "见照片" in answer.text
    both = report(a, f_people="", f_photos="", f_photos_new=(io.BytesIO(b"MZ\x90\x00" * 50), "清扫.exe"))
    assert "清扫.exe" in both.text and "必填" in both.text, "everything wrong is said at once"


def test_a_double_click_saves_once_even_with_a_new_photo(a: Any) -> None:
    form = opened(a, f"/r/{KEY}/new") | typed(f_complex_id=unit(a, "示例小区02"), f_photos="")
    first, again = (a.post(f"/r/{KEY}/new", data=form | {"f_photos_new": (photo(), "前.jpg")}) for _ in range(2))
    assert (first.status_code, again.status_code) == (302, 302) and first.location == again.location
    assert count(a) == 1


def test_going_back_and_changing_a_sent_form_keeps_it_and_asks(a: Any) -> None:
    form = opened(a, f"/r/{KEY}/new") | typed(f_complex_id=unit(a, "示例小区02"))
    assert a.post(f"/r/{KEY}/new", data=form).status_code == 302
    changed = a.post(f"/r/{KEY}/new", data=form | {"f_people": "31"})
    assert changed.status_code == 409 and 'value="31"' in changed.text and count(a) == 1
    fresh = form | {"f_people": "31", "idempotency": hidden(changed.text, "idempotency")}
    assert a.post(f"/r/{KEY}/new", data=fresh).status_code == 302 and count(a) == 2


def test_a_form_whose_token_is_gone_comes_back_filled_in(a: Any) -> None:
    form = opened(a, f"/r/{KEY}/new") | typed(f_complex_id=unit(a, "示例小区02"), f_note="雨后补扫", csrf_token="旧")
    answer = a.post(f"/r/{KEY}/new", data=form)
    assert answer.status_code == 400 and count(a) == 0
    assert "雨后补扫" in answer.text and "没有保存" in answer.text
    assert a.post(f"/r/{KEY}/new", data=form | {"csrf_token": hidden(answer.text, "csrf_token")}).status_code == 302


def test_a_post_without_token_changes_nothing(a: Any) -> None:
    where = report(a).location
    assert a.post(f"{where}/remove", data={"version": "1"}).status_code == 400
    assert a.get(where).status_code == 200


def test_another_communitys_complex_is_refused_with_the_text_kept(a: Any) -> None:
    form = opened(a, f"/r/{KEY}/new") | typed(f_complex_id=unit(a, "示例小区01"), f_note="代报")
    answer = a.post(f"/r/{KEY}/new", data=form)
    assert answer.status_code == 403 and "示例小区01" in answer.text and "代报" in answer.text and count(a) == 0


def test_a_community_is_offered_its_own_complexes_only(a: Any) -> None:
    page = a.get(f"/r/{KEY}/new").text
    assert "示例小区02</option>" in page and "示例小区01</option>" not in page


def test_nobody_else_sees_or_changes_the_record(client: People) -> None:
    a, b = client("a"), client("b")
    browser = b
    where = report(a).location
    assert browser.get(where).status_code == 404 and browser.get(f"{where}/edit").status_code == 404
    assert "示例小区02" not in browser.get(f"/r/{KEY}").text


def test_two_people_correcting_get_both_versions_and_nothing_is_lost(a: Any) -> None:
    where = report(a).location
    mine, theirs = opened(a, f"{where}/edit"), opened(a, f"{where}/edit")
    base = typed(f_complex_id=unit(a, "示例小区02"))
    assert a.post(f"{where}/edit", data=theirs | base | {"f_people": "40"}).status_code == 302
    stale = a.post(f"{where}/edit", data=mine | base | {"f_people": "25", "f_note": "后来的"})
    assert stale.status_code == 409
    assert "40" in stale.text and 'value="25"' in stale.text and "后来的" in stale.text
    assert stale.text.count("≠ 不同") == 2, "number and note differ, the rest is the same"
    settled = mine | base | {"f_people": "25", "version": hidden(stale.text, "version")}
    assert a.post(f"{where}/edit", data=settled).status_code == 302
    assert "25" in a.get(where).text


def test_a_defect_goes_from_found_to_closed_by_two_people(client: People) -> None:
    a, office = client("a"), client("office")
    where = defect(a)
    assert "复核销号" not in a.get(where).text
    missing = move(a, where, "mend")
    assert missing.status_code == 422 and "整改后照片" in missing.text
    done = move(a, where, "mend", f_after_photos_new=(photo(200), "后.jpg"))
    assert done.status_code == 302
    assert move(a, where, "close").status_code == 403
    sent_back = move(office, where, "reject")
    assert sent_back.status_code == 422 and "原因" in sent_back.text
    assert move(office, where, "close", remark="现场看过").status_code == 302
    page = office.get(where).text
    assert "已销号" in page and "现场看过" in page and "复核销号" in page


def test_what_was_sent_back_waits_on_the_reporters_today(client: People) -> None:
    a, office = client("a"), client("office")
    where = report(a).location
    assert "大扫除记录：待核验通过" in office.get("/").text
    assert move(office, where, "send_back", remark="照片不清楚").status_code == 302
    today = a.get("/").text
    assert "退回</span> · 大扫除记录" in today and "照片不清楚" in today
    assert "照片不清楚" in a.get(where).text


def test_a_removed_record_is_gone_from_the_list_and_in_the_journal(client: People) -> None:
    a, admin = client("a"), client("admin")
    where = report(a).location
    page = a.get(where).text
    form = {"csrf_token": hidden(page, "csrf_token"), "version": "1"}
    assert a.post(f"{where}/remove", data=form).status_code == 302 and count(a) == 0
    assert "大扫除记录" in admin.get("/journal").text


def test_the_list_finds_by_name_and_pinyin_and_filters_by_state(a: Any) -> None:
    report(a)
    for query, there in (
        ("q=小区02", True),
        ("q=slxq02", True),
        ("q=小区04", False),
        ("state=checked", False),
        ("state=submitted", True),
    ):
        assert ("示例社区A</td>" in a.get(f"/r/{KEY}?{query}").text) == there, query


def test_a_list_takes_the_same_number_of_queries_for_one_row_and_for_twenty(a: Any) -> None:
    def queries() -> int:
        seen: list[str] = []
        engine = a.platform.db.engine
        event.listen(engine, "before_cursor_execute", watch := lambda *args: seen.append(args[2]))
        assert a.get(f"/r/{KEY}").status_code == 200
        event.remove(engine, "before_cursor_execute", watch)
        return len(seen)

    report(a)
    queries()
    one = queries()
    for people in range(20, 39):
        assert report(a, f_people=str(people)).status_code == 302
    assert queries() == one


def test_hostile_text_is_shown_as_text(a: Any) -> None:
    where = report(a, f_note="<script>alert(1)</script>").location
    page = a.get(where).text
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def test_too_much_at_once_says_how_much_is_allowed(a: Any) -> None:
    def none() -> tuple[io.BytesIO, str]:
        return io.BytesIO(b""), ""  # a browser sends the empty file box too, so the form is multipart

    answer = report(a, f_note="长" * 6_000_000, f_photos_new=none())
    assert answer.status_code == 413 and "16 MB" in answer.text
    long = report(a, f_note="长" * 3_400_000, f_photos_new=none())
    assert long.status_code == 422 and "最多 500" in long.text and "长" * 600 in long.text and count(a) == 0


@pytest.mark.parametrize(
    "path", ["/r/environment.nothing", "/r/environment.cleanup/999", "/r/environment.cleanup/999/edit"]
)
def test_what_is_not_there_says_so(a: Any, path: str) -> None:
    answer = a.get(path)
    assert answer.status_code == 404 and "没有找到" in answer.text


def test_the_door_saw_the_browsers_words(a: Any) -> None:
    """Full-width digits typed on a phone count."""
    where = report(a, f_people="１２").location
    with a.platform.reading() as work:
        assert records.get(work, KEY, int(where.rsplit("/", 1)[1])).values()["people"] == 12


def test_the_same_numbers_typed_by_name_reach_the_same_complex(a: Any) -> None:
    """Where there are too many complexes for a list, a name is typed; suggestions are one's own."""
    assert a.get("/units/complex?q=slxq0&own=1").json == [f"示例小区{n:02d}" for n in (2, 4, 6, 8)]
    assert a.get("/units/complex?q=%25").json == [] and a.get("/units/nothing").status_code == 404
    form = opened(a, f"/r/{KEY}/new") | typed(f_complex_id="示例小区04")
    assert a.post(f"/r/{KEY}/new", data=form).status_code == 302


def test_many_units_are_typed_and_shown_by_name(a: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offered, "MANY", 2)
    page = a.get(f"/r/{KEY}/new?complex={unit(a, '示例小区02')[1:]}").text
    assert 'value="示例小区02"' in page and 'data-units="/units/complex?own=1"' in page


def test_a_record_names_who_reported_it_and_leads_back_to_its_list(a: Any) -> None:
    page = a.get(report(a).location).text
    assert f'href="/r/{KEY}"' in page and "回到列表" in page
    made = re.search(r"<dt>填报</dt><dd>(.*?) ·", page)
    assert made is not None and made[1] != "a", "a person's name, not a login"


def test_who_checks_a_record_reads_what_an_edit_changed(a: Any) -> None:
    where = report(a, f_people="120").location
    if KEY not in where:
        where = f"/r/{KEY}/1"
    form = opened(a, f"{where}/edit") | typed(f_complex_id=unit(a, "示例小区02"), f_people="12")
    assert a.post(f"{where}/edit", data=form).status_code == 302
    assert "120人 → 12人" in a.get(where).text


def test_where_a_fact_came_from_is_picked_by_kind_and_number(client: People) -> None:
    """The two boxes are stored as one; neither the form nor the record shows the key."""
    browser = client("group")
    with browser.platform.work() as work:
        assert work.catalog.records["safeguards.reminder"].field("basis").kind.name == "origin"
        cleaned = {"complex_id": 1, "held_on": "2024-11-19", "spots": ["出入口"], "people": 3, "photos": ["demo"]}
        number = records.save(work, KEY, cleaned).record.id
    form = opened(browser, "/r/safeguards.reminder/new")
    page = browser.get("/r/safeguards.reminder/new").text
    assert f'<option value="{KEY}">' in page and "safeguards.inspection/3" not in page
    wanted = {"f_company_id": "#1", "f_drafted_on": "2024-11-20", "f_matter": "保洁不到位", "f_facts": "见记录"}
    wanted |= {"f_demand": "请整改", "f_limit_on": "2024-11-30", "f_basis": [KEY, f"第{number}号"]}
    answer = browser.post("/r/safeguards.reminder/new", data=form | wanted)
    assert answer.status_code == 302, re.findall(r'class="invalid">([^<]*)', answer.text)
    shown = browser.get(answer.headers["Location"]).text
    assert f"第{number}号" in shown and f">{KEY}/{number}<" not in shown
    lost = browser.post(
        "/r/safeguards.reminder/new",
        data=opened(browser, "/r/safeguards.reminder/new") | wanted | {"f_basis": [KEY, "9999"]},
    )
    assert lost.status_code == 422 and "没有来源记录" in lost.text and 'value="9999"' in lost.text
