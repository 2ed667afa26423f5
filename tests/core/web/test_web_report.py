"""The combined report as people ask for it: an area, a period, other documents; what a community's part counts is its rows'."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import docx

Client = Callable[[str], Any]


def figures(text: str) -> list[str]:
    """Where the figures of a page's report lead."""
    article = text[text.index('<article class="report">') :]
    return re.findall(r'href="(/[id]/[^"]+)"', article)


def test_a_community_s_report_counts_its_own_complexes_and_opens_their_rows(client: Client) -> None:
    browser = client("group")
    whole = browser.get("/report").text
    names = re.findall(r'<option value="(\d+)"[^>]*>([^<]+)</option>', whole)
    number, name = names[0]
    page = browser.get(f"/report?community={number}").text
    assert f"{name}" in re.search(r'report-title">([^<]+)', page)[1]  # type: ignore[index]
    assert "各社区情况" not in page and "各社区情况" in whole
    owed = {}
    for shown, kind in ((whole, "whole"), (page, "part")):
        data = browser.get("/report?format=json" + (f"&community={number}" if kind == "part" else "")).get_json()
        tables = [b for b in data["blocks"] if b.get("title") == "时限要求"]
        owed[kind] = sum(row[2]["value"] for t in tables for row in t["rows"])
        assert figures(shown)
    assert 0 < owed["part"] < owed["whole"]
    links = [link for link in figures(page) if link.startswith("/d/")]
    assert links and all(f"community={number}" in link for link in links)
    opened = browser.get(links[0].replace("&amp;", "&")).text
    assert f'<span class="tag">{name}</span>' in opened


def test_the_parts_add_up_to_the_whole(client: Client) -> None:
    browser = client("group")
    whole = browser.get("/report").text
    numbers = [n for n, _ in re.findall(r'<option value="(\d+)"[^>]*>([^<]+)</option>', whole)]

    def owed(query: str) -> dict[str, int]:
        data = browser.get("/report?format=json" + query).get_json()
        rows = [row for b in data["blocks"] if b.get("title") == "时限要求" for row in b["rows"]]
        return {row[0]["value"]: row[2]["value"] for row in rows}

    parts = [owed(f"&community={n}") for n in numbers]
    added = {key: sum(part.get(key, 0) for part in parts) for key in set().union(*parts)}
    assert added and added == {key: owed("")[key] for key in added}


def test_the_same_words_go_into_the_file(client: Client) -> None:
    browser = client("group")
    answer = browser.get("/report?period=week&format=docx")
    paper = docx.Document(io.BytesIO(answer.data))
    assert any("工作周报" in p.text for p in paper.paragraphs)
    assert browser.get("/report?format=exe").status_code == 404
    assert browser.get("/report?community=999&period=nonsense").status_code == 200


def test_an_unknown_document_is_not_found(client: Client) -> None:
    assert client("group").get("/report/documents/nobody.nothing").status_code == 404
