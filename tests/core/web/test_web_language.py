"""Chinese by default, English by a switch (look.md): declared words, messages and dates. What is stored stays as declared."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from core.checks.wording import HAN
from tests.core.web.test_web_records import KEY, opened, typed

People = Callable[[str], Any]
ROOT = Path(__file__).resolve().parents[3]
FOLDERS = [ROOT / "core", *sorted(p.parent for p in (ROOT / "plugins").glob("*/plugin.py"))]
HOLES = re.compile(r"%\(\w+\)s|(?<!\{)\{\w*\}")


def test_english_is_a_switch_that_the_browser_keeps(client: People) -> None:
    officer = client("a")
    assert '<html lang="zh-CN">' in officer.get("/").text and "今日" in officer.get("/").text
    answer = officer.get("/language/en?next=/r/environment.cleanup")
    assert answer.status_code == 302 and answer.headers["Location"] == "/r/environment.cleanup"
    page = officer.get("/").text
    assert '<html lang="en">' in page and ">Today<" in page and "2024年" not in page
    officer.get("/language/zh")
    assert '<html lang="zh-CN">' in officer.get("/").text


def test_a_switch_leads_nowhere_else(client: People) -> None:
    """A11."""
    for target in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert client("a").get(f"/language/en?next={target}").headers["Location"] == "/"
    assert client("a").get("/language/fr").status_code == 404


def test_a_form_in_english_stores_what_was_declared(client: People) -> None:
    officer = client("a")
    officer.get("/language/en")
    form = officer.get(f"/r/{KEY}/new").text
    assert 'value="出入口"' in form, "what is sent back is the declared word"
    sent = officer.post(f"/r/{KEY}/new", data=opened(officer, f"/r/{KEY}/new") | typed())
    assert sent.status_code == 302
    officer.get("/language/zh")
    assert "出入口" in officer.get(sent.headers["Location"]).text


def test_a_number_has_its_unit_in_the_reader_s_language(client: People) -> None:
    officer = client("a")
    assert '<span class="input-group-text">人</span>' in officer.get(f"/r/{KEY}/new").text
    sent = officer.post(f"/r/{KEY}/new", data=opened(officer, f"/r/{KEY}/new") | typed(f_people="12"))
    assert "12人" in officer.get(sent.headers["Location"]).text
    officer.get("/language/en")
    assert "12 people" in officer.get(sent.headers["Location"]).text and "12 people" in officer.get(f"/r/{KEY}").text


def test_what_is_wrong_is_said_in_english_too(client: People) -> None:
    officer = client("a")
    officer.get("/language/en")
    page = officer.post(
        f"/r/{KEY}/new", data=opened(officer, f"/r/{KEY}/new") | typed(f_people="", f_held_on="2031-01-01")
    )
    assert page.status_code == 422
    said = re.findall(r'<div class="invalid">([^<]*)</div>', page.text)
    assert len(said) >= 2 and not any(HAN.search(one) for one in said)


def catalogue(folder: Path) -> dict[str, str]:
    with (folder / "translations" / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="en") if m.id}


def wanted(folder: Path) -> set[str]:
    """Every message of the folder, found as ``make translations`` finds it."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    return {str(text) for _file, _line, text, _notes, _context in extract_from_dir(folder, methods, options)}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_word_has_its_english(folder: Path) -> None:
    told = catalogue(folder)
    assert wanted(folder) - set(told) == set(), "run make translations, then fill in what is empty"
    assert [text for text, said in told.items() if not said] == []
    assert [text for text, said in told.items() if set(HOLES.findall(text)) != set(HOLES.findall(said))] == []
    assert [said for text, said in told.items() if HAN.search(said) and said != text and "〔" not in said] == []


def test_what_a_form_sends_back_is_never_translated() -> None:
    for file in (ROOT / "core" / "web" / "templates").glob("*.html"):
        for printed in re.findall(r'value="(\{\{[^}]*\}\})|<textarea[^>]*>(\{\{[^}]*\}\})', file.read_text()):
            text = "".join(printed)
            assert "asis" in text or "csrf_token" in text, f"{file.name}: {text}"
