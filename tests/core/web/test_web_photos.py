"""Photos through the pages: who may open one, the same one used twice, and what who checks is told (A54-A57)."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from core.base.window import TZ
from core.services.photos import upload_use, uploads
from core.services.photos.uploads import Upload, UploadUse
from tests.core.web.test_web_records import KEY, count, defect, hidden, move, opened, report, typed, unit
from tests.pictures import photo, saved, scene, taken

People = Callable[[str], Any]
TWICE = "照片相同，请确认"


def pick(data: bytes, name: str = "现场.jpg") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def token_of(browser: Any, name: str = "现场.jpg") -> str:
    with browser.platform.reading() as work:
        found = work.session.scalars(select(Upload.token).where(Upload.name == name).order_by(Upload.id.desc()))
        return str(found.first())


def elsewhere(browser: Any, **more: Any) -> Any:
    """A report of the other community."""
    form = opened(browser, f"/r/{KEY}/new") | typed(f_complex_id=unit(browser, "示例小区01"), **more)
    return browser.post(f"/r/{KEY}/new", data=form)


def status(browser: Any, token: str) -> int:
    with browser.get(f"/files/{token}") as answer:
        return int(answer.status_code)


def test_a_photo_is_opened_by_who_may_see_its_record_and_by_nobody_else(client: People) -> None:
    a, b, office, group = (client(login) for login in ("a", "b", "office", "group"))
    assert report(a, f_people="", f_photos="", f_photos_new=pick(photo(1))).status_code == 422
    token = token_of(a)
    assert [status(one, token) for one in (a, b, office, group)] == [200, 404, 404, 404], "only just uploaded"
    assert a.application.test_client().get(f"/files/{token}").status_code == 302
    assert elsewhere(b, f_photos=token).status_code == 422, "not theirs to attach"
    where = report(a, f_photos=token).location
    assert [status(one, token) for one in (a, b, office, group)] == [200, 404, 200, 200]
    assert elsewhere(b, f_photos=token).status_code == 422
    form = {"csrf_token": hidden(a.get(where).text, "csrf_token"), "version": "1"}
    assert a.post(f"{where}/remove", data=form).status_code == 302
    assert [status(one, token) for one in (a, b, office, group)] == [404, 404, 404, 404], "an old link"


def test_a_photo_taken_out_of_its_record_is_no_longer_served(client: People) -> None:
    a, office = client("a"), client("office")
    where = report(a, f_photos="demo", f_photos_new=pick(photo(1))).location
    token = token_of(a)
    assert status(office, token) == 200
    again = opened(a, f"{where}/edit") | typed(f_complex_id=unit(a, "示例小区02"), f_photos=["demo"])
    assert a.post(f"{where}/edit", data=again).status_code == 302
    assert status(office, token) == status(a, token) == 404


def test_no_cache_on_the_way_keeps_a_photo_for_others(client: People) -> None:
    a = client("a")
    report(a, f_photos="", f_photos_new=pick(photo(1)))
    with a.get(f"/files/{token_of(a)}") as served:
        assert served.headers["Cache-Control"] == "no-cache, private"
        assert served.headers["X-Content-Type-Options"] == "nosniff" and served.mimetype == "image/jpeg"


@pytest.mark.parametrize("copy", [photo(1), saved(scene(1).resize((320, 240)), quality=60)], ids=["same", "sent on"])
def test_the_same_photo_in_another_record_asks_for_a_reason_and_is_marked(client: People, copy: bytes) -> None:
    a, office = client("a"), client("office")
    report(a, f_photos="", f_photos_new=pick(photo(1)))
    asked = report(a, f_people="20", f_photos="", f_photos_new=pick(copy))
    assert asked.status_code == 422 and TWICE in asked.text and "2024年11月20日" in asked.text and count(a) == 1
    token = hidden(asked.text, "f_photos")
    other = report(a, f_people="20", f_photos=token, reason="两处同时清扫")
    assert other.status_code == 302
    page = office.get(other.location).text
    assert "照片重复" in page and f"/r/{KEY}/1" in page and "两处同时清扫" in page


def test_a_photo_of_a_record_one_may_not_see_is_not_named(client: People) -> None:
    a, b = client("a"), client("b")
    report(a, f_photos="", f_photos_new=pick(photo(1)))
    asked = elsewhere(b, f_photos="", f_photos_new=pick(photo(1)))
    assert asked.status_code == 422 and "另一条记录的照片相同" in asked.text and "示例小区02" not in asked.text


def test_other_photos_and_the_demos_own_one_are_saved_without_a_word(client: People) -> None:
    a = client("a")
    for seed in (1, 2):
        assert report(a, f_people=str(seed), f_photos="demo", f_photos_new=pick(photo(seed))).status_code == 302


def test_a_picture_of_before_is_none_of_after(client: People) -> None:
    a, office = client("a"), client("office")
    where = defect(a)
    edit = opened(a, f"{where}/edit") | {
        "f_complex_id": unit(a, "示例小区02"),
        "f_found_on": "2024-11-19",
        "f_defect": "道路破损",
        "f_place": "3号楼",
        "f_before_photos_new": pick(photo(1)),
    }
    assert a.post(f"{where}/edit", data=edit).status_code == 302
    same = move(a, where, "mend", f_after_photos_new=pick(photo(1)))
    assert same.status_code == 422 and "与本记录的另一张相同" in same.text
    assert move(a, where, "mend", f_after_photos_new=pick(photo(2))).status_code == 302
    assert "另一张照片相同" not in office.get(where).text


def test_when_and_where_it_was_taken_stand_on_the_page(client: People) -> None:
    a = client("a")
    fresh = taken(1, datetime(2024, 11, 19, 8, 30, tzinfo=TZ))
    page = a.get(report(a, f_photos="", f_photos_new=pick(fresh)).location).text
    assert "拍摄于 2024-11-19 08:30" in page and "24.81230, 118.57650" in page and "请核对" not in page
    old = taken(2, datetime(2024, 11, 3, 8, 30, tzinfo=TZ))
    page = a.get(report(a, f_people="9", f_photos="", f_photos_new=pick(old)).location).text
    assert "早 16 天" in page
    with a.get(f"/files/{token_of(a)}") as served:
        assert b"Exif" not in served.data and b"SERIAL" not in served.data


def test_a_missing_file_is_said_and_costs_no_page(client: People) -> None:
    a = client("a")
    where = report(a, f_photos="", f_photos_new=pick(photo(1))).location
    token = token_of(a)
    uploads.path_of(a.platform.config.uploads, token).unlink()
    assert "照片缺失" in a.get(where).text and status(a, token) == 404


def test_beyond_the_days_measure_the_form_comes_back_with_413(client: People) -> None:
    a = client("a")
    a.application.extensions["platform"] = replace(a.platform, config=replace(a.platform.config, uploads_a_day=1))
    assert report(a, f_photos="demo", f_photos_new=pick(photo(1))).status_code == 302
    refused = report(a, f_people="9", f_note="雨后", f_photos="demo", f_photos_new=pick(photo(2)))
    assert refused.status_code == 413 and "达到每日上限" in refused.text and "雨后" in refused.text and count(a) == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\0.png", "甲" * 300 + ".jpg", "\u202egpj.exe", "<b>.jpg"])
def test_whatever_a_file_is_called_the_form_answers(client: People, name: str) -> None:
    a = client("a")
    assert report(a, f_photos="", f_photos_new=pick(photo(1), name)).status_code == 302
    refused = report(a, f_photos="", f_photos_new=pick(b"MZ", name))
    assert refused.status_code == 422 and "<b>.jpg" not in refused.text
    assert [
        f.parent.parent
        for f in Path(a.platform.config.data).rglob("*")
        if f.name == token_of(a, uploads.shown_name(name))
    ]


def test_a_store_from_before_learns_whose_its_photos_are(client: People) -> None:
    a = client("a")
    report(a, f_photos="", f_photos_new=pick(photo(1)))
    report(a, f_people="9", f_photos="demo", f_photos_new=pick(photo(2)))
    step = importlib.import_module("core.services.migrations.versions.0014_uploads_followed")
    with a.platform.work() as work:
        uses = select(UploadUse.upload_id, UploadUse.record_key, UploadUse.record_id).join(Upload).where(~Upload.sample)
        kept = set(work.session.execute(uses))
        work.session.execute(delete(UploadUse))
        work.session.execute(update(Upload).values(used=False))
        step._fill(work.session.connection())
        assert set(work.session.execute(uses)) == kept and len(kept) == 2
        assert work.session.scalar(select(func.count()).where(Upload.used, ~Upload.sample)) == 2


def test_uses_kept_by_the_door_are_those_of_the_records(client: People) -> None:
    a = client("a")
    where = report(a, f_photos="", f_photos_new=pick(photo(1))).location
    report(a, f_people="9", f_photos="demo", f_photos_new=pick(photo(2)))
    rows = select(UploadUse.upload_id, UploadUse.record_key, UploadUse.record_id).order_by(UploadUse.upload_id)
    with a.platform.work() as work:
        kept = work.session.execute(rows).all()
        work.session.execute(delete(UploadUse))
        assert upload_use.rebuild(work) == 2 and work.session.execute(rows).all() == kept
        assert (KEY, int(where.rpartition("/")[2])) in {(key, number) for _, key, number in kept}
