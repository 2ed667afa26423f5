"""Sheets on the pages: download, upload, look, confirm; what can't be taken is said and nothing is kept."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, update

from core.base.window import TZ
from core.services.permission.access import SYSTEM_ACTOR
from core.services.sheets.kept import SheetUpload
from core.services.writing import records

KEY = "environment.cleanup"
GOOD = "小区,清扫日期,重点部位,参加人数,清扫前后照片\n示例小区02,2024-11-18,出入口,5,demo\n示例小区04,2024-11-18,出入口,6,demo"
People = Callable[[str], Any]


@pytest.fixture
def a(client: People) -> Any:
    """A community officer of 示例社区A (示例小区02, 04, ...)."""
    return client("a")


def token(browser: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(f"/r/{KEY}/sheet").text)
    assert found is not None
    return found[1]


def upload(browser: Any, data: bytes | str, name: str = "上报.csv") -> Any:
    content = data.encode() if isinstance(data, str) else data
    head = f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token(browser)}\r\n--b\r\n'
    head += f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--b--\r\n"
    return browser.post(f"/sheet/{KEY}/upload", data=body, content_type="multipart/form-data; boundary=b")


def confirm(browser: Any, where: str, **more: Any) -> Any:
    return browser.post(f"{where}/apply", data={"csrf_token": token(browser)} | more)


def count(browser: Any, what: Any = None) -> int:
    with browser.platform.reading() as work:
        table = what or work.catalog.records[KEY]
        return int(work.session.scalar(select(func.count()).select_from(table)))


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 150_000_000)
    return out.getvalue()


def test_upload_look_confirm_and_nothing_twice(a: Any) -> None:
    where = upload(a, GOOD).location
    page = a.get(where).text
    assert "新增 2" in page and "确认导入 2 行" in page and count(a) == 0
    assert confirm(a, where).status_code == 302 and count(a) == 2
    assert confirm(a, where).status_code == 302 and count(a) == 2
    assert "新增 2 条" in a.get(where).text
    assert "没有可导入的行" in a.get(upload(a, GOOD).location).text


def test_wrong_rows_wait_for_a_decision_and_come_back_as_a_sheet(a: Any) -> None:
    where = upload(a, GOOD + "\n示例小区01,2024-11-18,出入口,6,demo\n示例小区06,2024-11-31,出入口,6,demo").location
    page = a.get(where).text
    assert "A4 小区" in page and "B5 清扫日期" in page and "只导入其余正确的 2 行" in page
    mend = openpyxl.load_workbook(io.BytesIO(a.get(f"{where}/mend.xlsx").data)).worksheets[0]
    assert [r[1].value for r in mend.iter_rows(min_row=2)] == ["2024-11-18", "2024-11-31"]
    confirm(a, where, part="1")
    assert count(a) == 2


def changed_offline(a: Any) -> tuple[int, str]:
    """A record exported, changed in the sheet and uploaded; its id and the preview."""
    confirm(a, upload(a, GOOD).location)
    book = openpyxl.load_workbook(io.BytesIO(a.get(f"/sheet/{KEY}/export.xlsx").data))
    book.worksheets[0]["E2"] = 77
    out = io.BytesIO()
    book.save(out)
    return int(book.worksheets[0]["A2"].value.split(":")[0]), upload(a, out.getvalue(), "改.xlsx").location


def correct(a: Any, record_id: int, people: int) -> None:
    with a.platform.work(SYSTEM_ACTOR) as work:
        records.save(work, KEY, {"people": people}, record_id=record_id)


def test_a_row_changed_after_the_preview_stops_the_whole_import(a: Any) -> None:
    record_id, where = changed_offline(a)
    correct(a, record_id, 55)
    answer = confirm(a, where)
    assert answer.status_code == 409 and "没有导入任何一行" in answer.text and "第 2 行" in answer.text


def test_a_conflict_is_decided_row_by_row(a: Any) -> None:
    record_id, _where = changed_offline(a)
    book = openpyxl.load_workbook(io.BytesIO(a.get(f"/sheet/{KEY}/export.xlsx").data))
    correct(a, record_id, 55)
    book.worksheets[0]["E2"] = 78
    out = io.BytesIO()
    book.save(out)
    where = upload(a, out.getvalue(), "改.xlsx").location
    page = a.get(where).text
    assert "55人 → 78人" in page and 'name="row" value="2"' in page
    confirm(a, where, row="2")
    with a.platform.reading() as work:
        assert records.get(work, KEY, record_id).people == 78


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.xlsx", "空的"),
        (b"MZ" + b"\x00" * 900, "a.xlsx", "不是 Excel"),
        (bomb, "a.xlsx", "100 MB"),
        (b"x" * 10_000_000, "a.csv", "读不出来"),
        (b"x" * 21_000_000, "a.csv", "20 MB"),
    ],
)
def test_a_bad_file_is_a_message_and_nothing_is_kept(a: Any, data: Any, name: str, words: str) -> None:
    answer = upload(a, data() if callable(data) else data, name)
    assert answer.status_code == 422 and words in answer.text
    assert count(a, SheetUpload) == 0 and count(a) == 0


def test_an_upload_is_its_owners_and_does_not_last(client: People) -> None:
    a = client("a")
    where = upload(a, GOOD).location
    other = client("b")
    assert other.get(where).status_code == 404 and other.post(f"{where}/apply").status_code in (400, 404)
    with a.platform.db.writing() as session:
        session.execute(update(SheetUpload).values(created_at=datetime.now(TZ) - timedelta(days=2)))
    assert a.get(where).status_code == 404
    upload(a, GOOD)
    assert count(a, SheetUpload) == 1


def test_what_must_have_a_photo_is_not_promised_by_an_empty_template(a: Any) -> None:
    """A row of a sheet has no photo: the page says where such a record is reported, and so does the cell."""
    page = a.get(f"/r/{KEY}/sheet").get_data(as_text=True)
    assert "template.xlsx" not in page
    assert f'href="/r/{KEY}/grid"' in page
    seen = upload(a, "小区,清扫日期,重点部位,参加人数\n示例小区02,2024-11-18,出入口,5", "上报.csv")
    answer = a.get(seen.location).get_data(as_text=True) if seen.status_code == 302 else seen.get_data(as_text=True)
    assert "清扫前后照片" in answer
    seen = upload(a, "小区,清扫日期,重点部位,参加人数,清扫前后照片\n示例小区02,2024-11-18,出入口,5,", "上报.csv")
    answer = a.get(seen.location).get_data(as_text=True) if seen.status_code == 302 else seen.get_data(as_text=True)
    assert "表格里附不了" in answer
    assert "template.xlsx" in a.get("/r/environment.standard/sheet").get_data(as_text=True)
