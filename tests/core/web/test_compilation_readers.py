"""A document compiled of many records is opened by whom it is declared for and is nothing to others; whoever opens it finds no
personal or secret value in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.base.blocks import Block, Document, Paragraph
from core.base.describe import Compilation, Readers
from core.base.facts import Facts
from core.base.window import Period, Window
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services.permission.access import SYSTEM_ACTOR
from core.services.personal import masked_read
from core.services.platform import Platform
from core.services.writing import records
from core.testing import small_platform
from plugins.disputes.records_complaint import Complaint
from tests.core.web.canaries import COMPLAINT, PEOPLE, leaked, raws

Client = Callable[[str], Any]
ONE = PEOPLE[0]


def told(facts: Facts, campaign: Sequence[Facts], window: Window) -> Document:
    rows = facts.read(
        select(Complaint.summary, Complaint.petitioner.label("who"), Complaint.phone, Complaint.content, Complaint.id)
    )
    said: tuple[Block, ...] = tuple(
        Paragraph(f"{row.summary} / {row.who} / {row.phone} / {row.content}") for row in rows
    )
    return Document(title="汇编", blocks=said)


def compilation(name: str, readers: Readers = Readers.LEADING) -> Compilation:
    return Compilation(key=f"disputes.{name}", label=f"诉求汇编{name}", every=Period.MONTH, build=told, readers=readers)


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    found = plugins.load(strict=True)
    own = tuple(compilation(r.value, r) for r in Readers)
    catalog = Catalog(plugins={**found.plugins, "disputes": replace(found.plugins["disputes"], compilations=own)})
    made = small_platform(tmp_path, catalog=catalog)
    with made.work(SYSTEM_ACTOR) as work:
        records.save(work, COMPLAINT, raws(0, ONE)[COMPLAINT], reason="确属实情")
    return made


@pytest.mark.parametrize(
    ("login", "opens"),
    [
        ("b", {"everybody"}),
        ("a", {"everybody"}),
        ("office", {"everybody", "departments", "leading"}),
        ("group", {"everybody", "departments", "leading"}),
    ],
)
def test_who_opens_it_is_declared_and_nobody_finds_a_person_in_it(client: Client, login: str, opens: set[str]) -> None:
    browser = client(login)
    listed = browser.get("/report").text
    for readers in Readers:
        for shape in ("", "?format=docx", "?format=json"):
            answer = browser.get(f"/report/documents/disputes.{readers}{shape}")
            assert answer.status_code == (200 if readers in opens else 404), (readers, shape)
            assert leaked(answer.get_data()) == []
        assert (f"/report/documents/disputes.{readers}?" in listed) == (readers in opens)
    page = browser.get("/report/documents/disputes.everybody").text
    assert "第0件 / 谌*** / 199****0000 / （保密）" in page


def test_unless_it_says_otherwise_it_is_for_who_leads() -> None:
    assert Compilation(key="a.b", label="", every=Period.WEEK, build=told).readers is Readers.LEADING


def test_saboteur_without_masking_the_test_would_find_the_person(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masked_read, "read", lambda session, rows: session.execute(rows).all())
    page = client("b").get("/report/documents/disputes.everybody").get_data()
    assert {ONE.name, ONE.phone, ONE.number} <= set(leaked(page))


def test_whole_records_with_personal_fields_are_refused(platform: Platform) -> None:
    with platform.reading() as work, pytest.raises(TypeError, match="name the columns"):
        masked_read.read(work.session, select(Complaint))
