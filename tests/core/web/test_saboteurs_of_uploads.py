"""Rule 0: each guard of uploads and texts is weakened on purpose, and the very check that guards it must notice."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import false

from core import render as rendering
from core.base import typed_text
from core.render import xlsx_cells
from core.services.foreign import parsing, photo, photo_apart
from core.services.photos import alike, upload_use, uploads
from core.services.sheets import reading
from core.services.store import whole_file
from core.testing import small_platform
from tests.core.render import test_any_text as texts
from tests.core.services import test_hostile_files as hostile
from tests.core.services import test_photos as photos
from tests.core.web import test_web_photos as pages
from tests.pictures import photo as jpeg

Patch = pytest.MonkeyPatch
CAUGHT = (AssertionError, pytest.fail.Exception, ExceptionGroup, SyntaxError, ValueError)


def in_process(patch: Patch) -> None:
    """Without the look at a workbook before its parser holds it."""
    patch.setattr(reading, "parse_apart", parsing.parse)
    patch.setattr(parsing, "check_workbook", lambda data: parsing.Scan())


def kept_whole(patch: Patch) -> None:
    """The picture is taken as it is, not drawn anew."""
    patch.setattr(photo_apart, "read", lambda data, name: replace(photo.read(data, name), clean=data))


def formulas(sheet: Any, row: int, column: int, value: str, look: Any) -> None:
    sheet.write_formula(row, column, value, look) if value.startswith("=") else sheet.write_string(
        row, column, value, look
    )


CHECKS: dict[str, tuple[Callable[[Patch], None], Callable[[], None]]] = {
    "any number of pixels": (
        lambda p: p.setattr(photo, "MOST_PIXELS", 10**9),
        lambda: photos.test_a_few_kilobytes_that_unpack_to_hundreds_of_millions_of_pixels_are_refused_unread(12_000),
    ),
    "any kind of picture": (
        lambda p: p.setattr(photo, "ACCEPTED", ("GIF", *photo.ACCEPTED)),
        lambda: photos.test_what_is_no_photo_is_refused_whatever_it_is_called("real gif"),
    ),
    "the camera's number goes out": (
        kept_whole,
        photos.test_when_and_where_are_kept_and_nothing_else_leaves_with_the_picture,
    ),
    "the script stays behind the picture": (
        kept_whole,
        lambda: photos.test_a_photo_with_a_script_in_it_comes_out_without("JPEG"),
    ),
    "a likeness that sees no likeness": (
        lambda p: p.setattr(photo, "likeness", lambda image: hash(image.tobytes()) & 2**64 - 1),
        lambda: photos.test_the_same_photo_is_known_again("smaller"),
    ),
    "a DTD is let in": (
        in_process,
        lambda: hostile.test_an_attack_is_refused_in_words_that_say_which("A33 a thousand laughs"),
    ),
    "no character is refused": (
        lambda p: p.setattr(typed_text, "CONTROL", re.compile("$^")),
        lambda: texts.test_a_text_read_can_be_kept_anywhere_and_read_again.hypothesis.inner_test("a\0b"),
    ),
    "a document is not cleaned": (
        lambda p: p.setattr(rendering, "clean", lambda document: document),
        lambda: texts.test_a_document_of_any_text_is_whole_in_each_form.hypothesis.inner_test("\0"),
    ),
    "text comes alive in a workbook": (
        lambda p: p.setattr(xlsx_cells, "text", formulas),
        texts.test_no_text_of_a_workbook_is_computed,
    ),
}


@pytest.mark.parametrize("guard", CHECKS)
def test_a_weakened_guard_is_noticed(guard: str, monkeypatch: Patch) -> None:
    weaken, check = CHECKS[guard]
    check()
    weaken(monkeypatch)
    with pytest.raises(CAUGHT):
        check()


IN_A_STORE: dict[str, tuple[Callable[[Patch], None], Callable[..., None]]] = {
    "no sync": (
        lambda p: p.setattr(whole_file, "sync_folder", lambda folder: None),
        photos.test_a_file_is_whole_and_lasting_before_its_row_is,
    ),
    "no measure of the day": (
        lambda p: p.setattr(uploads, "within", lambda *_, **__: None),
        lambda platform, _patch: photos.test_a_day_has_its_measure(platform),
    ),
    "the name is kept raw": (
        lambda p: p.setattr(uploads, "shown_name", lambda name: name),
        lambda platform, _patch: photos.test_a_name_is_kept_as_text_and_never_becomes_a_path(platform, "a\0.png"),
    ),
    "near means equal": (
        lambda p: p.setattr(alike, "_around", lambda part: [part]),
        lambda platform, _patch: photos.test_what_is_near_is_found_by_an_index_and_nothing_near_is_missed(platform),
    ),
}


@pytest.mark.parametrize("guard", IN_A_STORE)
def test_a_weakened_guard_of_what_is_kept_is_noticed(guard: str, tmp_path: Path, monkeypatch: Patch) -> None:
    weaken, check = IN_A_STORE[guard]
    weaken(monkeypatch)
    platform = small_platform(tmp_path)
    with monkeypatch.context() as own, pytest.raises(CAUGHT):
        check(platform, own)
    platform.db.close()


ON_PAGES: dict[str, tuple[Callable[[Patch], None], Callable[..., None]]] = {
    "a token is enough": (
        lambda p: p.setattr(upload_use, "openable", lambda work, found: {one.id for one in found}),
        pages.test_a_photo_is_opened_by_who_may_see_its_record_and_by_nobody_else,
    ),
    "whoever has a token may use it": (
        lambda p: p.setattr(upload_use, "attachable", lambda work, found: {one.id for one in found}),
        pages.test_a_photo_is_opened_by_who_may_see_its_record_and_by_nobody_else,
    ),
    "the uses are not followed": (
        lambda p: p.setattr(upload_use, "follow", lambda *_: None),
        pages.test_uses_kept_by_the_door_are_those_of_the_records,
    ),
    "nothing is alike": (
        lambda p: p.setattr(alike, "near", lambda one: false()),
        lambda client: pages.test_the_same_photo_in_another_record_asks_for_a_reason_and_is_marked(client, jpeg(1)),
    ),
}


@pytest.mark.parametrize("guard", ON_PAGES)
def test_a_weakened_guard_of_the_pages_is_noticed(guard: str, client: Callable[[str], Any], monkeypatch: Patch) -> None:
    weaken, check = ON_PAGES[guard]
    weaken(monkeypatch)
    with pytest.raises(CAUGHT):
        check(client)
