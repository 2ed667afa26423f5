"""Which column of a sheet is which field: by heading, in any order, never by position (A36)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.base.fields import Field
from core.base.kinds import ReferenceKind
from core.base.say import Say
from core.services.sheets.layout import KEY_HEADING, Model, address, brought, only_shown, plain
from core.services.sheets.planned import Flaw
from core.services.sheets.reading import Sheet

ASIDE = re.compile(r"\([^()]*\)$")  # a unit or a remark behind a heading: 参加人数(人)


@dataclass(frozen=True)
class Columns:
    """``fields`` by column from 0; ``key``: the column of row ids and versions, -1 if there is none."""

    fields: Mapping[int, Field]
    key: int
    problems: tuple[Flaw, ...]

    def column_of(self, name: str) -> int | None:
        return next((c for c, f in self.fields.items() if f.name == name), None)


def mapped(model: Model, sheet: Sheet) -> Columns:
    known = _also(model) | {plain(f.label): f for f in brought(model)}
    ignored, key_name = {plain(h) for h in only_shown(model)} - set(known), plain(KEY_HEADING)
    fields: dict[int, Field] = {}
    problems: list[Flaw] = []
    key = -1
    for column, text in enumerate(sheet.headings):
        name = plain(text)
        field = known.get(name) or known.get(ASIDE.sub("", name))
        where = address(1, column)
        if name == key_name:
            if key >= 0:
                problems.append(Flaw(where, text, Say("标题“{t}”重复", t=text)))
            key = column
        elif field is not None:
            if field in fields.values():
                problems.append(Flaw(where, text, Say("标题“{t}”重复，请只保留一列", t=field.label)))
            fields[column] = field
        elif name and name not in ignored:
            problems.append(Flaw(where, text, Say("不认识的标题“{t}”，请使用模板中的标题，或删除这一列", t=text[:40])))
    problems.extend(_blank(sheet))
    missing = [f for f in brought(model) if f.required and f not in fields.values()]
    problems.extend(Flaw("第 1 行", f.label, Say("缺少必填的标题“{t}”", t=f.label)) for f in missing)
    if problems and fields:
        seen = "、".join(f.label for f in fields.values())
        problems.append(Flaw("第 1 行", "", Say("已认出的标题：{t}", t=seen)))
    return Columns(fields, key, tuple(problems))


def _also(model: Model) -> dict[str, Field]:
    """What a field's column is called elsewhere: as declared, and 小区名称 for 小区."""
    named = [(f, (*f.also, f"{f.label}名称") if isinstance(f.kind, ReferenceKind) else f.also) for f in brought(model)]
    return {plain(text): field for field, texts in named for text in texts}


def _blank(sheet: Sheet) -> list[Flaw]:
    """Columns with content but without a heading: whose values they are can't be known."""
    named = {c for c, text in enumerate(sheet.headings) if plain(text)}
    used = {c for line in sheet.rows for c, value in enumerate(line.cells) if value != ""}
    return [Flaw(address(1, c), "", Say("这一列有内容但没有标题")) for c in sorted(used - named)]
