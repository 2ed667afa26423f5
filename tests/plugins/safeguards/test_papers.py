"""Story 22 of plan section 5: the notice as .docx keeps to GB/T 9704-2012 and its number is left blank."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from core.app import create_app
from core.kernel import plugins
from core.services.identity import accounts
from core.services.measuring import days
from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import records
from core.testing import entered, small_platform

DAY = date(2024, 12, 3)


@pytest.fixture
def served(tmp_path: Path) -> Any:
    platform = small_platform(tmp_path, catalog=plugins.load(only=["safeguards"], strict=True), today=DAY)
    told = {"company_id": 1, "drafted_on": DAY, "matter": "公示不全", "facts": "检查发现", "demand": "三日内整改"}
    with platform.work(SYSTEM_ACTOR) as work:
        days.begin(work)
        records.save(work, "safeguards.rectification", told | {"limit_on": "2024-12-10"})
    app = create_app(platform=platform)

    def signed_in(login: str) -> Any:
        with platform.work(SYSTEM_ACTOR) as work:
            token = accounts.one_time_link(work, login)
        browser = app.test_client()
        entered(browser, token)
        return browser

    yield signed_in
    platform.db.close()


def looks(paragraph: Any) -> tuple[float | None, str | None]:
    """Size in points and East Asian font, from the run or the styles it leans on."""
    size = paragraph.runs[0].font.size
    properties = [paragraph.runs[0]._element.rPr]
    style = paragraph.style
    while style is not None:
        size = size or style.font.size
        properties.append(style.element.rPr)
        style = style.base_style
    fonts = [p.rFonts for p in properties if p is not None and p.rFonts is not None]
    names = [f.get(qn("w:eastAsia")) for f in fonts]
    return (size.pt if size else None), next(filter(None, names), None)


def test_story_22_the_notice_keeps_to_the_standard(served: Callable[[str], Any]) -> None:
    browser = served("group")
    assert "下载文书：整改通知书" in browser.get("/r/safeguards.rectification/1").text
    answer = browser.get("/r/safeguards.rectification/1/paper.docx")
    assert answer.status_code == 200
    paper = docx.Document(io.BytesIO(answer.data))
    section = paper.sections[0]
    millimetres = [
        round(x.mm) for x in (section.page_width, section.page_height, section.top_margin, section.left_margin)
    ]
    assert millimetres == [210, 297, 37, 28]
    by_text = {p.text.strip(): p for p in paper.paragraphs if p.text.strip()}
    assert any("〔" in text and "〕" in text and "2024" not in text for text in by_text), "the number is left blank"
    assert looks(by_text["整改通知书"])[0] == 22
    body = next(p for text, p in by_text.items() if text.startswith("检查发现"))
    assert looks(body) == (16, "仿宋_GB2312")
    assert "2024年12月3日" in by_text, "the date is not padded"
    footer = "".join(p.text for p in section.footer.paragraphs)
    assert "—" in footer
    assert "示例物业A01：" in by_text


def test_whoever_may_not_see_the_paper_may_not_download_it(served: Callable[[str], Any]) -> None:
    assert served("a").get("/r/safeguards.rectification/1/paper.docx").status_code == 404
    assert served("group").get("/r/safeguards.liaison/1/paper.docx").status_code == 404
