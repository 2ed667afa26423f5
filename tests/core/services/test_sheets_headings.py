"""A sheet of another office is read by the names that office gives its columns, where the field knows them; a field's own label
always goes first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.services.sheets.headings import Columns, mapped
from core.services.sheets.reading import Sheet
from plugins.environment.records import Cleanup


def read(*headings: str) -> Columns:
    return mapped(Cleanup, Sheet("报表.xlsx", "0" * 64, headings, (), "", ()))


def known(columns: Columns) -> list[str]:
    return [field.name for _, field in sorted(columns.fields.items())]


def test_a_unit_is_known_by_its_label_or_as_the_name_of_it() -> None:
    assert known(read("小区名称", "清扫日期"))[:2] == ["complex_id", "held_on"]
    twice = read("小区名称", "小区")
    assert any("重复" in str(flaw.text) for flaw in twice.problems)


def test_other_headings_a_field_declares_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert any("不认识的标题“出动人数”" in str(flaw.text) for flaw in read("小区", "出动人数").problems)
    fields = tuple(replace(f, also=("出动人数", "清扫日期")) if f.name == "people" else f for f in Cleanup.fields())
    monkeypatch.setattr(Cleanup, "fields", lambda: fields)
    found = read("小区", "出动人数（人）", "清扫日期")
    assert known(found) == ["complex_id", "people", "held_on"], "a label is never taken by another field"


def test_a_heading_that_is_missing_is_told_with_those_that_were_recognised() -> None:
    told = [str(flaw.text) for flaw in read("小区", "参加人数（人）").problems]
    assert any("缺少必填的标题“清扫日期”" in text for text in told)
    assert told[-1] == "已认出的标题：小区、参加人数"
