"""Real files, spoilt by chance: whatever comes in is read or refused in words, never a crash, a hang or a flood (G26), and
each attack of reliability.md A32-A40 by its number."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.base.errors import Invalid
from core.services import sheets
from core.services.foreign import guard
from core.services.photos import uploads
from core.services.platform import Platform
from core.services.work import Work
from core.testing import at
from tests.core.services.test_sheets_guard import RELS, body, good, with_part, zipped
from tests.pictures import saved, scene, taken

KEY = "environment.cleanup"
NOW = at(date(2024, 11, 20))
ROW = "示例小区02,2024-11-18,出入口,{n},demo"
HEAD = "小区,清扫日期,重点部位,参加人数,清扫前后照片"
NUMBERS = [b"-1", b"0", b"99999999999999999999", b"4294967296", b"2147483648", b"1e999", b"NaN", b"65536", b""]


def written() -> bytes:
    """As openpyxl writes: dates, a formula, a second sheet."""
    book = openpyxl.Workbook()
    for row in (["小区", "日期", "人数"], ["甲", date(2024, 11, 1), 1.5], ["乙", date(2024, 11, 2), "=1+1"]):
        book.active.append(row)
    book.create_sheet("其他").append([1, 2])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


BOOKS = [good(), written()]
PHOTOS = [saved(scene(1).resize((64, 48)), form) for form in ("JPEG", "PNG", "WEBP")] + [taken(1, NOW)]
TABLES = [f"{HEAD}\n{ROW.format(n=1)}".encode(code) for code in ("utf-8", "utf-8-sig", "gb18030", "utf-16")]


@st.composite
def spoilt(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """Bytes flipped, cut, doubled, or a few replaced."""
    data = bytearray(draw(st.sampled_from(seeds)))
    at_, to = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
    how = draw(st.sampled_from(("cut", "hole", "double", "flip")))
    if how == "cut":
        return bytes(data[:at_])
    if how == "hole":
        return bytes(data[:at_] + data[to:])
    if how == "double":
        return bytes(data[:to] + data[at_:])
    for place in draw(st.lists(st.integers(0, len(data) - 1), min_size=1, max_size=20)):
        data[place] = draw(st.integers(0, 255))
    return bytes(data)


@st.composite
def tampered(draw: st.DrawFn) -> bytes:
    """One member of a workbook spoilt, or one of its numbers made strange: the archive around it is in order."""
    data = draw(st.sampled_from(BOOKS))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = draw(st.sampled_from(archive.namelist()))
        content = archive.read(name)
    numbers = [m.span() for m in re.finditer(rb"[0-9]+", content)]
    if not numbers or draw(st.booleans()):
        return with_part(name, draw(spoilt([content])), data)
    begin, end = draw(st.sampled_from(numbers))
    return with_part(name, content[:begin] + draw(st.sampled_from(NUMBERS)) + content[end:], data)


def outcome(read: Callable[[], object]) -> None:
    """A result, or a refusal whose every word can be shown."""
    try:
        read()
    except Invalid as error:
        assert error.problems and all(str(p.text).encode() for p in error.problems)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=tampered() | spoilt(BOOKS))
def test_spoilt_workbooks(data: bytes) -> None:
    outcome(lambda: sheets.read(data, "a.xlsx"))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=tampered() | spoilt(BOOKS))
def test_spoilt_workbooks_before_any_parser_holds_them(data: bytes) -> None:
    outcome(lambda: guard.check_workbook(data))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=spoilt(TABLES) | st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.txt", "a.xlsx", "a"]))
def test_spoilt_tables_of_text(data: bytes, name: str) -> None:
    outcome(lambda: sheets.read(data, name))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=spoilt(PHOTOS) | st.sampled_from(BOOKS + TABLES))
def test_spoilt_photos(data: bytes) -> None:
    outcome(lambda: uploads.picture(data, "a.jpg"))


def claims_many_texts() -> bytes:
    """Found by chance: the parser takes room for what this number says, and aborts the whole process."""
    with zipfile.ZipFile(io.BytesIO(good())) as archive:
        content = archive.read("xl/sharedStrings.xml")
    return with_part("xl/sharedStrings.xml", re.sub(rb'uniqueCount="\d+"', b'uniqueCount="2147483648"', content))


def renamed(entry: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(good())) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    return zipped(parts | {entry: b"out of the box"})


EXTERNAL = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    b'Type="x/worksheet" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
)
XXE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst><si><t>&x;</t></si></sst>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>'
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "A32 zip bomb": (lambda: with_part("xl/media/a.png", b"\0" * 300_000_000), "100 MB"),
    "A32 a cell of 99 MB": (
        lambda: body(f'<row><c t="inlineStr"><is><t>{"x" * 99_000_000}</t></is></c></row>'),
        "过多",
    ),
    "A32 a million rows": (lambda: body("<row><c><v>1</v></c></row>" * 1_000_000), "A20002 超出范围"),
    "A32 far cell": (lambda: body('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "XFD1048576"),
    "A32 texts claimed": (claims_many_texts, "损坏"),
    "A33 file named in a DTD": (lambda: with_part("xl/sharedStrings.xml", XXE), "DTD"),
    "A33 a thousand laughs": (lambda: with_part("xl/sharedStrings.xml", LAUGHS), "DTD"),
    "A34 encrypted": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "加密"),
    "A34 xlsm": (lambda: with_part("xl/vbaProject.bin", b"x"), "宏"),
    "A34 a photo": (lambda: PHOTOS[0], "不是 Excel"),
    "A35 sheet from elsewhere": (lambda: with_part(RELS, EXTERNAL), "损坏|没有可读取"),
}


@pytest.mark.parametrize("attack", REFUSED)
def test_an_attack_is_refused_in_words_that_say_which(attack: str) -> None:
    make, words = REFUSED[attack]
    with pytest.raises(Invalid, match=words):
        sheets.read(make(), "a.xlsx")


def child_with(data: bytes, before: str = "") -> subprocess.CompletedProcess[bytes]:
    """The child as it is, with ``before`` done to it; it says its own peak of memory in kB at the end."""
    code = f"import sys;from core.services.foreign import child, parsing;{before or 'pass'};"
    code += "done=child.main();"
    code += "sys.stderr.write(next(x for x in open('/proc/self/status') if x.startswith('VmHWM')));sys.exit(done)"
    return subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=False)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell a process's peak")
@pytest.mark.parametrize("attack", [a for a in REFUSED if a.startswith("A32")])
def test_a32_the_child_that_reads_it_stays_small(attack: str) -> None:
    done = child_with(REFUSED[attack][0]())
    assert done.returncode == 0 and int(done.stderr.split()[-2]) < 300_000


def test_a32_without_the_guard_the_parser_aborts_and_takes_the_child_only() -> None:
    unguarded = "parsing.check_workbook=lambda data: parsing.Scan()"
    assert child_with(good(), unguarded).returncode == 0
    assert child_with(claims_many_texts(), unguarded).returncode < 0


def test_a35_a_formula_is_its_value_and_a_live_one_stays_outside() -> None:
    cells = '<c r="A1" t="str"><f>cmd|calc!A0</f><v>=cmd|calc!A0</v></c><c r="B1"><f>1+1</f><v>2</v></c>'
    assert sheets.read(body(f'<row r="1">{cells}</row>'), "a.xlsx").headings == ("=cmd|calc!A0", "2")


def planned(work: Work, text: str) -> sheets.Plan:
    return sheets.plan(work, work.catalog.records[KEY], KEY, sheets.read(text.encode(), "a.csv"))


HEADINGS = {
    "missing": ("小区,清扫日期,重点部位,清扫前后照片\n示例小区02,2024-11-18,出入口,demo", "参加人数"),
    "renamed": (f"{HEAD.replace('参加人数', '人头')}\n{ROW.format(n=5)}", "人头"),
    "twice": (f"{HEAD},参加人数\n{ROW.format(n=5)},6", "重复"),
    "none": (f"{HEAD.replace('参加人数', '')}\n{ROW.format(n=5)}", "没有标题"),
}


@pytest.mark.parametrize("how", HEADINGS)
def test_a36_a_heading_in_doubt_stops_the_sheet_and_is_named(platform: Platform, how: str) -> None:
    text, word = HEADINGS[how]
    with platform.reading(now=NOW) as work:
        plan = planned(work, text)
        assert not plan.rows and any(word in f"{f.label}{f.text}" for f in plan.problems)


def test_a36_headings_in_another_order_carry_their_columns_with_them(platform: Platform) -> None:
    order = [3, 0, 4, 1, 2]
    turned = "\n".join(",".join(line.split(",")[i] for i in order) for line in (HEAD, ROW.format(n=5)))
    with platform.reading(now=NOW) as work:
        (one,), (other,) = planned(work, f"{HEAD}\n{ROW.format(n=5)}").rows, planned(work, turned).rows
        assert one.raw == other.raw and one.raw is not None and one.raw["people"] == "5"


def test_a37_row_4999_of_5000_is_named_and_nothing_is_stored_before_a_choice(platform: Platform) -> None:
    lines = [ROW.format(n=n % 900 + 1) for n in range(5000)]
    lines[4997] = ROW.format(n="很多")
    with platform.work(now=NOW, settle=False) as work:
        plan = planned(work, "\n".join([HEAD, *lines]))
        (wrong,) = plan.of("wrong")
        assert wrong.flaws[0].address == "D4999" and len(plan.of("new")) == 4999
        assert not work.session.query(work.catalog.records[KEY]).count()
        assert openpyxl.load_workbook(io.BytesIO(sheets.to_mend(plan))).active.max_row == 2


def test_a40_a_member_named_out_of_the_box_is_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    for name in ("../escaped.xml", str(tmp_path / "absolute.xml"), "..\\escaped.xml", "xl/../../escaped.xml"):
        outcome(lambda name=name: sheets.read(renamed(name), "a.xlsx"))  # type: ignore[misc]
    assert [f for f in tmp_path.rglob("*") if f.is_file()] == []
