"""红黑榜 opens what it counts: the number is the rows', on any day and for every reader; the file holds the same table."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

Client = Callable[[str], Any]
ROW = re.compile(r'href="(/obligations\?community=\d+&amp;on=[-\d]+)">(\d+)<')


@pytest.mark.parametrize("login", ["group", "office"])
@pytest.mark.parametrize("day", ["2024-11-20", "2024-11-17"])
def test_the_late_ones_are_the_rows_behind_them(client: Client, login: str, day: str) -> None:
    browser = client(login)
    found = ROW.findall(browser.get(f"/league?as_of={day}").text)
    assert any(int(many) for _, many in found)
    for link, many in found:
        page = browser.get(link.replace("&amp;", "&")).text
        assert f"共 {many} 件" in page
        rows = page.count("lamp-red")
        assert rows == min(int(many), 50), "each of them late, on that day"


def test_the_file_has_the_places_of_the_page(client: Client) -> None:
    browser = client("group")
    names = re.findall(r'href="/community/\d+\?as_of=[-\d]+">([^<]+)<', browser.get("/league?back=7").text)
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/league?back=7&format=xlsx").data))
    cells = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value}
    assert names and set(names) <= cells and "与7天前比" in cells
