"""Any text at all, read by the kinds and drawn by the renderers: refused, or the same everywhere and alive nowhere (G25, A41)."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.base import blocks as b
from core.base.kinds import LongTextKind, Look, PersonalKind, TextKind
from core.base.typed_text import CONTROL
from core.render import render, xlsx_cells

ALIVE = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "　＝1+1",
    "＝1+1",
    '=HYPERLINK("http://zz")',
    "{=1+1}",
]
MARKUP = [
    "<b onclick=zz()>",
    "<script>zz</script>",
    "]]>",
    "&#0;",
    "&zz;",
    "<!--",
    "{{zz}}",
    "${zz}",
    "%0d%0a",
    "\\",
    "'\"`",
]
ANY = (
    st.text(max_size=60)
    | st.sampled_from(ALIVE + MARKUP)
    | st.builds("".join, st.lists(st.sampled_from(ALIVE + MARKUP)))
)
LAX = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


class Nothing(Look):
    def unit_id(self, unit: object, text: str) -> None: ...
    def unit_name(self, unit: object, unit_id: int) -> str:
        return ""

    def has_file(self, token: str) -> bool:
        return False


@settings(max_examples=500, deadline=None)
@given(raw=ANY | st.characters(categories=["Cs", "Cc", "Cf"]).map(lambda c: f"a{c}b"))
def test_a_text_read_can_be_kept_anywhere_and_read_again(raw: str) -> None:
    for kind in (TextKind(longest=5000), LongTextKind(), PersonalKind(longest=5000)):
        try:
            found = kind.read(raw, Nothing())
        except ValueError as error:
            assert str(error.args[0]).encode()
            continue
        assert found.encode() is not None and not CONTROL.search(found) and kind.read(found, Nothing()) == found


def drawn(text: str) -> b.Document:
    table = b.Table(
        title=text, columns=(b.Column(label=text),), rows=((b.Text(text),), (b.Lamp(b.Light.RED, text),)), note=text
    )
    chart = b.Chart(title=text, labels=(text,), series=(b.Series(label=text, values=(1.0,)),), unit=text)
    some = (
        b.Heading(text),
        b.Paragraph(text, b.Number(1, text)),
        table,
        chart,
        b.Bullets(items=((text,),)),
        b.Notice(text=text),
    )
    return b.Document(title=text, blocks=some, issuer=text, number=text, addressees=text, signature=(text,))


@LAX
@given(text=ANY | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Co"]), max_size=9))
def test_a_document_of_any_text_is_whole_in_each_form(text: str) -> None:
    document = drawn(text)
    page = render(document, "html").decode()
    assert "<b onclick" not in page and "<script>zz" not in page
    assert json.loads(render(document, "json"))
    for form in ("docx", "xlsx"):
        with zipfile.ZipFile(io.BytesIO(render(document, form))) as archive:
            for name in archive.namelist():
                if name.endswith((".xml", ".rels")):
                    ElementTree.fromstring(archive.read(name))


def test_no_text_of_a_workbook_is_computed() -> None:
    for text in ALIVE:
        book = openpyxl.load_workbook(io.BytesIO(render(drawn(text), "xlsx")))
        assert not [c for s in book for row in s for c in row if c.data_type == "f" and text.strip() in str(c.value)]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.browser
def test_no_text_comes_alive_when_an_office_saves_the_workbook_again(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
        sheet, look = book.add_worksheet(), xlsx_cells.Formats(book)
        for row, text in enumerate(ALIVE):
            xlsx_cells.text(sheet, row, 0, text, look.title)
    out = tmp_path / "again"
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=110)
    again = openpyxl.load_workbook(out / "a.xlsx").active
    assert [c.data_type for (c,) in again] == ["s"] * len(ALIVE)
    assert [str(c.value).strip() for (c,) in again] == [t.strip() for t in ALIVE]
