"""Photos that come with what another system reports: kept once, opened by who sees the complaint, hostile ones refused by number
and nothing of the call kept."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from core.services.exchange import openapi
from core.services.permission.access import SYSTEM_ACTOR
from core.services.photos import uploads
from core.services.photos.uploads import Upload
from core.services.platform import Platform
from tests.core.web.test_web_intake import COMPLAINT, RECORD, Call, caller
from tests.pictures import photo, taken

BOMB = (
    b"\x89PNG\r\n\x1a\n"
    + b"\x00\x00\x00\rIHDR"
    + (60_000).to_bytes(4, "big") * 2
    + b"\x08\x02\x00\x00\x00"
    + b"\0" * 40
)


@pytest.fixture
def program(store: Platform) -> Call:
    return caller(store, "program")


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def kept(platform: Platform) -> list[tuple[Any, ...]]:
    """(records, photos' rows, photos' files)"""
    with platform.reading(SYSTEM_ACTOR) as work:
        model = work.catalog.records[RECORD]
        rows = work.session.scalars(select(model)).all()
        tokens = work.session.scalars(select(Upload.token).where(Upload.created_by == "program")).all()
        files = [t for t in tokens if uploads.path_of(platform.config.uploads, t).is_file()]
        return [(row.pictures, sorted(tokens), sorted(files)) for row in rows]  # type: ignore[attr-defined]


def test_photos_come_with_it_and_a_resend_keeps_none_twice(program: Call, store: Platform) -> None:
    when = datetime(2024, 11, 20, 8, 30, tzinfo=UTC)
    body = COMPLAINT | {"pictures": [text(taken(1, when)), text(photo(2))]}
    made = program(body, key="k1")
    assert made.status_code == 201, made.text
    ((tokens, rows, files),) = kept(store)
    assert len(tokens) == 2 and sorted(tokens) == rows == files
    again = program(body, key="k1")
    assert (again.status_code, again.json) == (200, made.json) and kept(store) == [(tokens, rows, files)]
    assert program(COMPLAINT | {"pictures": [text(photo(3))]}, key="k1").status_code == 422, "another body"
    assert kept(store) == [(tokens, rows, files)]
    with store.reading(SYSTEM_ACTOR) as work:
        first = uploads.by_token(work.session, tokens[0])
        assert first is not None and first.latitude == pytest.approx(24.8123) and first.used
    clean = uploads.path_of(store.config.uploads, tokens[0]).read_bytes()
    assert b"SERIAL-4711" not in clean and Image.open(io.BytesIO(clean)).format == "JPEG"
    assert "pictures" not in made.json


@pytest.mark.parametrize(
    ("pictures", "named"),
    [
        (["<script>alert(1)</script>"], "第 1 张不是 base64"),
        ([text(photo(1)), text(b"<svg onload=alert(1)>")], "#2"),
        ([text(BOMB)], "#1"),
        ([text(b"PK\x03\x04" + b"\0" * 100)], "#1"),
        ([7], "第 1 张不是 base64"),
        ("demo", "最多 9 张"),
        ([text(photo(1))] * 10, "最多 9 张"),
        (["../../secret.key"], "第 1 张不是 base64"),
    ],
)
def test_what_is_no_photo_is_named_and_nothing_is_kept(
    program: Call, store: Platform, pictures: Any, named: str
) -> None:
    answer = program(COMPLAINT | {"pictures": pictures})
    assert answer.status_code == 422 and kept(store) == []
    (problem,) = answer.json["problems"]
    assert problem["field"] == "pictures" and named in problem["text"]
    assert not list(store.config.uploads.rglob("*.part")) and uploads_of(store) == 0


def uploads_of(platform: Platform) -> int:
    with platform.reading(SYSTEM_ACTOR) as work:
        return len(work.session.scalars(select(Upload.id).where(Upload.created_by == "program")).all())


def test_a_photo_of_another_complaint_is_refused_until_it_says_why(program: Call, store: Platform) -> None:
    assert program(COMPLAINT | {"pictures": [text(photo(5))]}).status_code == 201
    other = COMPLAINT | {"order_no": "WG-2", "pictures": [text(photo(5))], "complex_id": "示例小区02"}
    refused = program(other)
    assert refused.status_code == 422 and "pictures" in {p["field"] for p in refused.json["problems"]}
    assert program(other, "/api/v1/intake/disputes.complaints?reason=同一处的照片").status_code == 201


def test_a_day_and_a_call_have_their_limits(store: Platform) -> None:
    few = replace(store, config=replace(store.config, uploads_a_day=1))
    program = caller(few, "program")
    answer = program(COMPLAINT | {"pictures": [text(photo(1)), text(photo(2))]})
    assert answer.status_code == 413 and kept(store) == [] and uploads_of(store) == 0
    assert program(COMPLAINT | {"pictures": ["A" * 17_000_000]}).status_code == 413


def test_the_document_says_how_they_are_sent(store: Platform) -> None:
    said = openapi.document(store.catalog)["components"]["schemas"]["intake_disputes_complaints_input"]
    pictures = said["properties"]["pictures"]
    assert pictures["maxItems"] == 9 and pictures["items"] == {"type": "string", "contentEncoding": "base64"}
    assert "pictures" not in said["required"]
