"""A workbook made from the fields of any declared class: headings, drop-downs, rules for typing, and notes on every field.

Also what export.py and mending share: ``Book``, the layout with an open XlsxWriter workbook.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from itertools import zip_longest
from typing import Any

from core.base.fields import Field
from core.base.kinds import Kind
from core.base.kinds_of_time import EARLIEST, LATEST
from core.base.say import Say
from core.services.permission import filing
from core.services.sheets.layout import (
    ABOUT,
    KEY_HEADING,
    LISTS,
    MOST_ROWS,
    NOTES,
    SIGNATURE,
    Model,
    brought,
    heading,
    is_record,
    letters,
)
from core.services.work import Work

FORMATS = {"day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", "integer": "0", "decimal": "0.00##"}
TEXT_FORMAT = "@"  # what is typed stays as typed: no scientific numbers, no formulas
LONGEST_LIST = 255  # characters of a list Excel takes in the rule itself
Rule = dict[str, Any]


def template(work: Work, model: Model, key: str) -> bytes:
    """An empty workbook to fill in."""
    book = Book(work, model, key)
    return book.close()


def _number(kind: Any) -> Rule:
    low = kind.at_least if kind.at_least is not None else -(10**12)
    high = kind.at_most if kind.at_most is not None else 10**12
    return {"validate": kind.name, "criteria": "between", "minimum": float(low), "maximum": float(high)}


def _day(_kind: Any) -> Rule:
    return {"validate": "date", "criteria": "between", "minimum": EARLIEST, "maximum": date(LATEST.year - 1, 12, 31)}


def _length(kind: Any) -> Rule:
    return {"validate": "length", "criteria": "<=", "value": kind.longest}


RULES: Mapping[str, Callable[[Any], Rule]] = {
    "integer": _number,
    "decimal": _number,
    "day": _day,
    "text": _length,
    "long_text": _length,
    "personal": _length,
}


class Book:
    """One workbook in the layout of ``model``; closed once, it gives its bytes."""

    def __init__(self, work: Work, model: Model, key: str) -> None:
        import xlsxwriter  # noqa: PLC0415 - only who downloads a sheet needs it

        self.work, self.model, self.fields = work, model, brought(model)
        self._bytes = io.BytesIO()
        options = {"constant_memory": True, "strings_to_formulas": False}  # rows go to the disk as they come, in order
        self._book = xlsxwriter.Workbook(self._bytes, options)
        self.sheet = self._book.add_worksheet(_title(model.label))
        self._notes = self._book.add_worksheet(NOTES)
        self._lists = self._book.add_worksheet(LISTS)
        about = self._book.add_worksheet(ABOUT)
        self._lists.hide()
        about.hide()
        about.write_row(0, 0, [SIGNATURE, key, work.today.isoformat()])
        self._listed: list[list[str]] = []
        self.formats: dict[str, Any] = {}
        self._head = self.format(bold=True, bg_color="#DDEBF7", border=1, text_wrap=True, valign="vcenter")
        self.locked = self.format(font_color="#7F7F7F")
        self._columns()
        self._explain()

    def format(self, **properties: Any) -> Any:
        return self._book.add_format(properties)

    def heading(self, column: int, text: str, *, width: int = 16) -> None:
        self.sheet.write_string(0, column, text, self._head)
        self.sheet.set_column(column, column, width, None)

    def mark(self, text: str) -> None:
        """Who took the sheet out and when, on every printed page; and that it is a demo, if it is one."""
        demo = "演示数据，内容均为虚构" if self.work.campaign.demo else ""
        self.sheet.set_header(f"&C&B{demo}" if demo else "")
        self.sheet.set_footer(f"&L{text.replace('&', '&&')}&R— &P / &N —")

    def close(self) -> bytes:
        for row, options in enumerate(zip_longest(*self._listed)):
            for column, option in enumerate(options):
                if option is not None:
                    self._lists.write_string(row, column, option)
        self._book.close()
        return self._bytes.getvalue()

    def _columns(self) -> None:
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.set_row(0, 30)
        self.heading(0, KEY_HEADING)
        self.sheet.set_column(0, 0, None, None, {"hidden": True})
        for column, field in enumerate(self.fields, 1):
            name = field.kind.name
            self.formats[field.name] = self.format(num_format=FORMATS.get(name, TEXT_FORMAT))
            self.heading(column, heading(field))
            wide = max(12, min(40, 2 * len(field.label) + 6))
            self.sheet.set_column(column, column, wide, self.formats[field.name])
            if rule := self._rule(field):
                self.sheet.data_validation(1, column, MOST_ROWS, column, rule)

    def _rule(self, field: Field) -> Rule | None:
        options = self._options(field)
        if options:
            rule: Rule = {"validate": "list", "source": self._source(options)}
        elif field.kind.name in RULES:
            rule = RULES[field.kind.name](field.kind)
        else:
            return None
        rule["error_title"], rule["error_message"] = (
            "请检查",
            f"{field.label}：{hint(field.kind) or '请按填写说明填写'}"[:250],
        )
        return rule

    def _options(self, field: Field) -> list[str]:
        """What may be picked, for kinds of which one is picked."""
        name = field.kind.name
        if name == "yes_no":
            return ["是", "否"]
        if name == "choice":
            return list(getattr(field.kind, "options", ()))
        return self._units(field) if name == "reference" else []

    def _units(self, field: Field) -> list[str]:
        """Names of units: for the record's own unit those the actor may report for, if there are any."""
        to = getattr(field.kind, "to")  # noqa: B009 - a ReferenceKind
        names = self.work.look.names(to)
        if is_record(self.model) and to == self.model.unit:
            mine = [n for i, n in names.items() if self._mine(i)]
            return sorted(mine) or sorted(names.values())
        return sorted(names.values())

    def _mine(self, unit_id: int) -> bool:
        slug = self.work.catalog.key_of(self.model).partition(".")[0]
        return filing.may_file(self.work, slug, self.model, unit_id)

    def _source(self, options: list[str]) -> list[str] | str:
        if len(",".join(options)) <= LONGEST_LIST and not any("," in o for o in options):
            return options
        column = len(self._listed)
        self._listed.append(options)
        name = f"list_{column + 1}"
        letter = letters(column)
        self._book.define_name(name, f"={LISTS}!${letter}$1:${letter}${len(options)}")
        return f"={name}"

    def _explain(self) -> None:
        wrap = self.format(text_wrap=True, valign="top")
        self._notes.set_column(0, 0, 24, wrap)
        self._notes.set_column(1, 3, 40, wrap)
        for column, text in enumerate(("栏目", "是否必填", "怎样填", "说明")):
            self._notes.write_string(0, column, text, self._head)
        for row, field in enumerate(self.fields, 1):
            for column, text in enumerate(
                (field.label, "必填" if field.required else "选填", hint(field.kind), field.help)
            ):
                self._notes.write_string(row, column, text)
        general = (
            getattr(self.model, "help", ""),
            "带 * 的栏目必填；栏目可以调换顺序，请勿改名。",
            "新增请填在空白行；修改导出的行时请保留隐藏的 A 列。",
            "打星号的个人信息保持不动即不修改；要修改请填写完整内容。",
        )
        for row, text in enumerate((t for t in general if t), len(self.fields) + 2):
            self._notes.write_string(row, 0, text, self.format(text_wrap=False))
        self._notes.freeze_panes(1, 0)


def hint(kind: Kind) -> str:
    """How to fill in a cell of this kind, from its own limits and words."""
    words = [kind.cell_hint] if kind.cell_hint else []
    if options := getattr(kind, "options", ()):
        words.append(Say("可选：{o}", o="、".join(options)))
    if to := getattr(kind, "to", None):
        words.append(Say("从列表选择{k}，或填写名称、编码", k=to.label))
    low, high = getattr(kind, "at_least", None), getattr(kind, "at_most", None)
    if kind.name in RULES and low is not None and high is not None:
        words.append(
            Say(
                "{a} 至 {b}{u}，只填数字",
                a=f"{low:f}" if not isinstance(low, int) else low,
                b=f"{high:.0f}",
                u=getattr(kind, "unit", ""),
            )
        )
    if longest := getattr(kind, "longest", 0):
        words.append(Say("最多 {n} 个字", n=longest))
    return "；".join(str(w) for w in words)


def _title(label: str) -> str:
    """A sheet's name: at most 31 characters, none of those Excel forbids."""
    return "".join(ch for ch in label if ch not in "[]:*?/\\'")[:31] or "数据"
