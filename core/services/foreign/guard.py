"""What an uploaded workbook may cost, found out before any parser holds it (reliability.md, finding 9; A32-A34, A40).

Members are inflated piece by piece and counted as they really are, whatever their headers claim; every XML part goes through
expat, which refuses what is not well formed, and a few counters. Nothing is written to disk and nothing large is kept.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from core.base.say import Say
from core.services.foreign.bounds import (
    DAMAGED,
    FOREIGN,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_UNPACKED,
    TOO_MUCH,
    address,
    letters,
    refuse,
)

MOST_MEMBERS = 2000
MOST_TAGS = 5_000_000
MOST_TEXT = 50_000_000  # characters of all cells together: one long shared string can be named by a million cells
MOST_MERGED = 10_000
PIECE = 256 * 1024
LONGEST_MARKUP = 4 * PIECE  # one tag or comment: expat and every parser after it would hold the whole of it
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COLUMNS = {letters(n): n + 1 for n in range(MOST_COLUMNS)}
CELL = re.compile(r"([A-Za-z]{1,6})([0-9]{1,9})")


def check_workbook(data: bytes) -> Scan:
    """Raise ``Invalid`` unless ``data`` is an .xlsx that can be read at small cost; what was seen on the way."""
    members, scan = members_of(data), Scan()
    try:
        for member in members:
            parser = scan.parser(folded(member))
            given = 0
            for piece in _pieces(data, member):
                if parser is not None:
                    parser.Parse(piece, False)
                    given += len(piece)
                    if given - parser.CurrentByteIndex > LONGEST_MARKUP:
                        raise refuse(DAMAGED)
            if parser is not None:
                parser.Parse(b"", True)
    except (expat.ExpatError, zlib.error, LookupError):
        raise refuse(DAMAGED) from None
    scan.finish()
    return scan


def members_of(data: bytes) -> list[zipfile.ZipInfo]:
    """The list of a workbook's members, itself in order: a look that costs next to nothing. ``Invalid`` if it is not."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members, comment = archive.infolist(), archive.comment
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise refuse(DAMAGED) from None
    _check_members(members, comment)
    return members


def folded(member: zipfile.ZipInfo) -> str:
    """A member's name as readers look it up: they mind neither case nor the kind of slash."""
    return member.filename.replace("\\", "/").lstrip("/").lower()


def _check_members(members: list[zipfile.ZipInfo], comment: bytes) -> None:
    names = [folded(m) for m in members]
    if len(names) > MOST_MEMBERS or len(set(names)) != len(names) or comment:
        raise refuse(DAMAGED)
    if any(m.flag_bits & 0x1 for m in members):
        raise refuse(Say("文件有密码保护，请取消密码后上传"))
    if any("vbaproject" in n for n in names):
        raise refuse(Say("文件含有宏，请另存为不含宏的 .xlsx 后上传"))
    if "xl/workbook.xml" not in names or "xl/workbook.bin" in names:
        raise refuse(FOREIGN)
    if any(m.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for m in members):
        raise refuse(DAMAGED)
    if sum(m.file_size for m in members) > MOST_UNPACKED:
        raise refuse(Say("文件解压后超过 {n} MB，请拆分后上传", n=MOST_UNPACKED // 1_000_000))


def _pieces(data: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member's real content: inflated here, since a header may claim less than a parser would later unpack."""
    at = member.header_offset
    if data[at : at + 4] != b"PK\x03\x04":
        raise refuse(DAMAGED)
    begin = (
        at + 30 + int.from_bytes(data[at + 26 : at + 28], "little") + int.from_bytes(data[at + 28 : at + 30], "little")
    )
    body = memoryview(data)[begin : begin + member.compress_size]
    total = 0
    for piece in _inflated(body) if member.compress_type == zipfile.ZIP_DEFLATED else (bytes(body),):
        total += len(piece)
        if total > member.file_size:
            raise refuse(DAMAGED)
        yield piece
    if total != member.file_size or len(body) != member.compress_size:
        raise refuse(DAMAGED)


def _inflated(body: memoryview) -> Iterator[bytes]:
    unpack = zlib.decompressobj(-15)
    for start in range(0, len(body), PIECE):
        rest: bytes = bytes(body[start : start + PIECE])
        while rest:
            piece = unpack.decompress(rest, PIECE)
            if piece:
                yield piece
            rest = unpack.unconsumed_tail
            if not piece and not rest:
                break
    while not unpack.eof:
        piece = unpack.decompress(b"", PIECE)
        if not piece:
            raise refuse(DAMAGED)
        yield piece


class Scan:
    """Counts what a reader of the workbook would have to hold: the rectangle of cells and the text in them."""

    def __init__(self) -> None:
        self.tags = self.text = self.row = self.column = 0
        self.used: Counter[int] = Counter()  # shared string -> how many cells name it
        self.lengths: list[int] = []
        self._hidden: dict[str, list[int]] = {}  # part -> numbers of its hidden rows
        self._merged = 0
        self._spoilt: dict[str, str] = {}  # part -> its first cell whose formula has no usable result
        self._targets: dict[str, str] = {}
        self._sheets: dict[str, str] = {}
        self._part = self._shared = self._number = self._formula = ""
        self._inside = self._in_shared = False

    def parser(self, name: str) -> expat.XMLParserType | None:
        """A parser that feeds the counters, for parts that are XML by name; other parts are never read as XML."""
        if not name.endswith((".xml", ".rels")):
            return None
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._rels if name == "xl/_rels/workbook.xml.rels" else self._start
        parser.CharacterDataHandler = self._characters
        parser.EndElementHandler = self._end
        self.row = self.column = 0
        self._part, self._formula = name, ""
        self._inside = self._in_shared = False
        self._shared = ""
        return parser

    def finish(self) -> None:
        longest = max(self.lengths, default=0)
        known = len(self.lengths)
        total = sum(n * (self.lengths[i] if i < known else longest) for i, n in self.used.items())
        if total + self.text > MOST_TEXT:
            raise refuse(Say("文件的文字内容过多，请拆分后上传"))

    def spoilt(self, sheet: str) -> str | None:
        """A cell of that sheet which shows an error, or whose formula nobody has computed: it would be read as blank."""
        return self._spoilt.get(self._part_of(sheet))

    def hidden_rows(self, sheet: str) -> list[int]:
        return self._hidden.get(self._part_of(sheet), [])

    def _part_of(self, sheet: str) -> str:
        target = self._targets.get(self._sheets.get(sheet, ""), "").lstrip("/")
        return (target if target.startswith("xl/") else f"xl/{target}").lower()

    def _doctype(self, *_: Any) -> None:
        raise refuse(Say("文件含有不允许的内容（DTD），请用 Excel 或 WPS 重新保存后上传"))

    def _rels(self, _name: str, attributes: dict[str, str]) -> None:
        target, mode = attributes.get("Target", ""), attributes.get("TargetMode", "")
        if target and mode != "External" and not target.lower().endswith(".xml"):
            raise refuse(DAMAGED)
        self._targets[attributes.get("Id", "")] = target

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.tags += 1
        if self.tags > MOST_TAGS:
            raise refuse(TOO_MUCH)
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag == "c":
            self._cell(attributes)
        elif tag == "v" or tag == "is":
            self._value()
        elif tag == "row":
            self.row = _whole(attributes["r"]) if "r" in attributes else self.row + 1
            self.column = 0
            if attributes.get("hidden") in ("1", "true") and self.row <= MOST_ROWS + 1:
                self._hidden.setdefault(self._part, []).append(self.row)
        elif tag == "mergeCell":
            self._merged += 1
            if self._merged > MOST_MERGED:
                raise refuse(TOO_MUCH)
        elif tag == "si":
            self.lengths.append(0)
            self._in_shared = True
        elif tag == "sst":  # the parser takes room for as many as it says, and aborts where there is none
            if _whole(attributes.get("uniqueCount", "0")) > MOST_TAGS:
                raise refuse(DAMAGED)
        elif tag == "f":
            self._formula = address(self.row, self.column - 1)
        elif tag == "sheet" and self._part == "xl/workbook.xml":
            self._sheets[attributes.get("name", "")] = next((v for k, v in attributes.items() if k.endswith(":id")), "")

    def _cell(self, attributes: dict[str, str]) -> None:
        stated = attributes.get("r")
        if stated is None:
            self.column += 1
        else:
            column = COLUMNS.get(stated.rstrip("0123456789"))
            number = stated.lstrip(LETTERS)
            if column is not None and 0 < len(number) < 10:
                self.row, self.column = int(number), column
            else:
                self._far(stated)
        self._shared, self._formula = attributes.get("t", ""), ""
        if self._shared == "e":
            self._spoilt.setdefault(self._part, address(self.row, self.column - 1))

    def _far(self, stated: str) -> None:
        """A column we do not take, named by its number all the same: only a cell with content there is refused."""
        place = CELL.fullmatch(stated)
        if place is None:
            raise refuse(DAMAGED)
        self.row, self.column = int(place[2]), 0
        for letter in place[1].upper():
            self.column = self.column * 26 + ord(letter) - 64

    def _value(self) -> None:
        """A cell with content: an empty but coloured one far away costs nothing and is common."""
        if self.row > MOST_ROWS + 1 or self.column > MOST_COLUMNS:
            where = address(self.row, self.column - 1)
            raise refuse(
                Say("单元格 {a} 超出范围：最多 {n} 行、{m} 列，请删除多余内容", a=where, n=MOST_ROWS, m=MOST_COLUMNS)
            )
        self._inside, self._number, self._formula = True, "", ""

    def _characters(self, text: str) -> None:
        if self._inside and self._shared == "s":
            self._number = (self._number + text)[:12]
        elif self._in_shared:
            self.lengths[-1] += len(text)
        self.text += len(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag == "c":
            if self._formula:
                self._spoilt.setdefault(self._part, self._formula)
        elif tag == "si":
            self._in_shared = False
        elif self._inside and (tag == "v" or tag == "is"):
            self._inside = False
            if self._shared == "s":
                number = self._number.strip()
                self.used[int(number) if number.isdecimal() else -1] += 1


def _whole(number: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", number):
        raise refuse(DAMAGED)
    return int(number)
