"""The help is true to the product: its links open, the names it quotes are on the pages; the tour shows once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.checks.wording import HAN
from core.services.identity import accounts
from core.services.permission.access import ROLES, SYSTEM_ACTOR
from core.testing import entered
from core.web.language import LANGUAGES
from core.web.pages.help import FOLDER, OWN, TOPICS
from tests.core.web.test_web_language import FOLDERS, catalogue

Client = Callable[[str], Any]
PEOPLE = {"a": "community", "office": "department", "group": "coordination", "admin": "administrator"}
FILES = {(key, code): FOLDER / f"{key}{'' if code == 'zh' else '.en'}.md" for key in TOPICS for code in LANGUAGES}
QUOTED = re.compile(r"[“【]([^”】]+)[”】]")
HOLE = re.compile(r"%\(\w+\)s|\{\w*\}|[，。：；？（）(),:;?]|\.(?=\s|$)")


def heading(key: str, code: str = "zh") -> str:
    return FILES[key, code].read_text().partition("\n")[0].removeprefix("# ")


@pytest.fixture(scope="module")
def names() -> dict[str, set[str]]:
    """What the pages say, whole and in parts between holes and stops, by language: all that the catalogues hold."""
    told = [pair for folder in FOLDERS for pair in catalogue(folder).items()]
    every = {"zh": {zh for zh, _en in told}, "en": {en for _zh, en in told}}
    return {code: texts | {part.strip() for t in texts for part in HOLE.split(t)} for code, texts in every.items()}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_topic_opens(client: Client, code: str) -> None:
    reader = client("a")
    reader.get(f"/language/{code}")
    for key in TOPICS:
        page, title = reader.get(f"/help/{key}"), heading(key, code)
        assert page.status_code == 200 and f"<h1>{title}</h1>" in page.text
        assert (code == "zh") == bool(HAN.search(title))


def test_every_file_is_a_topic() -> None:
    assert {file.name for file in FOLDER.glob("*.md")} == {file.name for file in FILES.values()}


def test_no_other_topic(client: Client) -> None:
    assert client("a").get("/help/none").status_code == 404 and client("a").get("/help/seen").status_code in (404, 405)


@pytest.mark.parametrize(("login", "role"), PEOPLE.items())
def test_the_own_role_comes_first_and_every_link_leads_somewhere(client: Client, login: str, role: str) -> None:
    reader = client(login)
    page = reader.get("/help").text
    assert f"<h1>{heading(OWN[role])}</h1>" in page
    assert page.index('aria-current="page"') < page.index('href="/help/words"')
    texts = (page, *(reader.get(f"/help/{key}").text for key in TOPICS))
    paths = {path for text in texts for path in re.findall(r'href="(/[^"#]*)', text.partition("<main")[2])}
    assert len(paths) > len(TOPICS)
    for path in paths:
        assert reader.get(path).status_code in (200, 302, 403), path


@pytest.mark.parametrize(("key", "code"), FILES)
def test_every_name_the_help_quotes_is_on_a_page(names: dict[str, set[str]], key: str, code: str) -> None:
    assert [n for n in QUOTED.findall(FILES[key, code].read_text()) if n not in names[code]] == []


@pytest.mark.parametrize("key", TOPICS)
def test_both_languages_link_to_the_same_product(key: str) -> None:
    """The English is shorter; it never links to what the Chinese does not."""
    chinese, english = (set(re.findall(r"\]\((/[^)]*)\)", FILES[key, code].read_text())) for code in ("zh", "en"))
    assert english <= chinese


@pytest.mark.parametrize("file", FILES.values(), ids=lambda file: file.name)
def test_a_topic_is_a_page(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 60


def put_away(browser: Any, target: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/").text)
    assert token
    return browser.post("/help/seen", data={"csrf_token": token.group(1), "next": target})


def test_the_tour_shows_until_it_is_put_away(client: Client) -> None:
    officer = client("a")
    first = officer.get("/").text
    assert 'class="tour"' in first and 'class="tour"' in officer.get("/overview").text
    assert 'class="tour"' not in officer.get("/wall").text
    answer = put_away(officer, "/overview")
    assert answer.status_code == 302 and answer.headers["Location"] == "/overview"
    assert 'class="tour"' not in officer.get("/").text and 'class="tour"' not in officer.get("/overview").text
    assert 'class="tour-steps"' in officer.get("/help").text, "it can be read again"


def test_another_role_in_the_same_browser_has_its_own_tour(client: Client) -> None:
    browser = client("a")
    put_away(browser, "/")
    with browser.platform.work(SYSTEM_ACTOR) as work:
        link = accounts.one_time_link(work, "group")
    entered(browser, link)
    assert 'class="tour"' in browser.get("/overview").text


def test_putting_it_away_leads_nowhere_else(client: Client) -> None:
    """A11."""
    assert put_away(client("a"), "//evil.example").headers["Location"] == "/"


def test_every_role_has_a_topic() -> None:
    assert set(OWN) == set(ROLES) - {"system"}


def test_an_empty_page_says_what_comes(client: Client) -> None:
    admin = client("admin")
    assert "请换一个词" in admin.get("/registry/complex?q=无此小区").text
    assert "请放宽条件" in admin.get("/journal?to=2024-11-01").text
