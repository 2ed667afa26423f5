"""How large a table may be, and what its cells and hidden parts are called."""

from __future__ import annotations

from core.base.errors import Invalid, Problem
from core.base.say import Say

MOST_ROWS, MOST_COLUMNS = 20_000, 200
MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 100_000_000
SMALL = 3_000_000  # bytes of text up to which parsing costs less than starting a child for it could save
NOTES, LISTS, ABOUT = "填写说明", "_lists", "_about"
SIGNATURE = "special-actions"
DAMAGED = Say("文件已损坏或不完整，请重新保存为 .xlsx 后上传")
FOREIGN = Say("这不是 Excel 工作簿，请上传 .xlsx 或 .csv 文件")
TOO_MUCH = Say("文件内容过多，请拆分后上传（最多 {n} 行、{m} 列）", n=MOST_ROWS, m=MOST_COLUMNS)


def refuse(text: Say) -> Invalid:
    return Invalid([Problem("", text)])


def letters(column: int) -> str:
    """0 -> A, 26 -> AA."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def address(row: int, column: int) -> str:
    """The cell as a spreadsheet names it: row from 1, column from 0."""
    return f"{letters(column)}{row}"
