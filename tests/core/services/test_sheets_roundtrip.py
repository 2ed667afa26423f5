"""What goes out comes back in: unchanged rows change nothing, changed cells change exactly themselves, nothing twice."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from core.base.errors import Invalid
from core.estate.units import Company, Complex
from core.services import sheets
from core.services.audit.journal import JournalEntry
from core.services.permission import filing
from core.services.permission.access import OFFICER, Actor
from core.services.platform import Platform
from core.services.writing import records, registry
from core.testing import at, small_platform

NOW = at(date(2024, 11, 20))
KEY = "environment.cleanup"


def rows_of(platform: Platform, n: int, note: str = "") -> None:
    with platform.work(now=NOW) as work:
        for i in range(n):
            raw = {
                "complex_id": f"示例小区{i % 10 + 1:02d}",
                "held_on": f"2024-11-{9 + i % 10:02d}",
                "spots": "出入口、地下室",
            }
            records.save(work, KEY, raw | {"people": 10 + i, "photos": ["demo"], "note": f"{note}{i}"})


def exported(platform: Platform, key: str = KEY) -> bytes:
    with platform.reading(now=NOW) as work:
        model = platform.catalog.records[key]
        return sheets.export(work, model, key, work.session.scalars(select(model).order_by(model.id)))


def planned(platform: Platform, data: bytes, name: str = "a.xlsx", key: str = KEY, **who: Any) -> sheets.Plan:
    with platform.reading(now=NOW, **who) as work:
        found = sheets.plan(work, platform.catalog.records[key], key, sheets.read(data, name))
        return sheets.Plan.from_json(found.to_json())


def applied(platform: Platform, plan: sheets.Plan, chosen: set[int] | None = None, key: str = KEY) -> sheets.Result:
    with platform.work(now=NOW, source="sheet") as work:
        return sheets.apply(work, platform.catalog.records[key], key, plan, chosen)


def edited(data: bytes, cells: dict[str, Any]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for place, value in cells.items():
        book.worksheets[0][place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_of(*lines: str, encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(lines).encode(encoding)


@pytest.fixture
def store(tmp_path: Path) -> Platform:
    return small_platform(tmp_path)


def test_unchanged_export_changes_nothing(store: Platform) -> None:
    rows_of(store, 12)
    plan = planned(store, exported(store))
    assert plan.counts == {"new": 0, "changed": 0, "unchanged": 12, "wrong": 0, "conflict": 0}
    assert applied(store, plan).changed == 0


def test_changed_cells_are_exactly_the_changes(store: Platform) -> None:
    rows_of(store, 12)
    plan = planned(store, edited(exported(store), {"E3": 99, "C5": date(2024, 11, 14), "D7": "卫生死角"}))
    assert plan.counts["wrong"] == 0, plan.of("wrong")
    changes = {(r.number, c.field): (c.before, c.after) for r in plan.of("changed") for c in r.changes}
    assert set(changes) == {(3, "people"), (5, "held_on"), (7, "spots")}
    assert changes[3, "people"] == ("11人", "99人")
    result = applied(store, plan)
    assert (result.created, result.changed, result.failed) == (0, 3, ())
    with store.reading(now=NOW) as work:
        edits = select(func.count()).select_from(JournalEntry).where(JournalEntry.verb == "edit")
        assert work.session.scalar(edits) == 3


def test_key_column_is_hidden_and_template_has_lists(store: Platform) -> None:
    with store.reading(now=NOW) as work:
        data = sheets.template(work, store.catalog.records[KEY], KEY)
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    assert sheet.column_dimensions["A"].hidden and sheet.freeze_panes == "A2"
    assert [c.value for c in sheet[1]][1:] == ["小区*", "清扫日期*", "重点部位*", "参加人数*", "清扫前后照片*", "备注"]
    kinds = {str(v.sqref): v.type for v in sheet.data_validations.dataValidation}
    assert kinds["B2:B20001"] == "list" and kinds["C2:C20001"] == "date"
    assert [s.sheet_state for s in book.worksheets] == ["visible", "visible", "hidden", "hidden"]


def test_every_declared_class_has_a_template_that_reads_back(store: Platform) -> None:
    with store.reading(now=NOW) as work:
        classes = dict(store.catalog.records) | {"complex": Complex, "company": Company}
        for key, model in classes.items():
            sheet = sheets.read(sheets.template(work, model, key), "t.xlsx")
            assert sheet.key == key
            plan = sheets.plan(work, model, key, sheet)
            assert plan.problems == () and plan.rows == (), key


def test_formula_text_survives(store: Platform) -> None:
    rows_of(store, 1, note="=cmd|'/c calc'!A")
    data = exported(store)
    cell = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]["G2"]
    assert cell.value == "=cmd|'/c calc'!A0" and cell.data_type in ("s", "f")
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert planned(store, data).counts["unchanged"] == 1


RARE = "王䶮、𠮷"  # in a Chinese name; GB 2312 has neither

LINES = (
    "备注,清扫日期*,小 区,参加人数（人）,重点部位,清扫前后照片",
    f"{RARE},2024-11-09,示例小区01,１２,出入口、地下室,demo",
    "=1+1,2024/11/10,示例小区02,5,出入口,demo",
)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_in_any_order_and_the_same_file_twice(store: Platform, encoding: str) -> None:
    data = csv_of(*LINES, encoding=encoding)
    plan = planned(store, data, "a.csv")
    assert plan.counts["new"] == 2, plan
    assert applied(store, plan).created == 2
    with store.reading(now=NOW) as work:
        assert RARE in {r.note for r in work.session.scalars(select(store.catalog.records[KEY]))}
    again = applied(store, plan)
    assert (again.created, again.repeated) == (0, 2)
    assert planned(store, data, "a.csv").counts == plan.counts | {"new": 0, "unchanged": 2}


def test_mended_file_brings_only_what_was_wrong(store: Platform) -> None:
    bad = "丙,2024-11-31,示例小区03,5,出入口,demo"
    plan = planned(store, csv_of(*LINES, bad), "a.csv")
    assert [(f.address, f.label) for r in plan.of("wrong") for f in r.flaws] == [("B4", "清扫日期")]
    applied(store, plan)
    mended = edited(sheets_mend(plan), {"B2": "2024-11-15"})
    after = planned(store, mended)
    assert after.counts["new"] == 1 and after.problems == ()
    whole = planned(store, csv_of(*LINES, bad.replace("31", "15")), "a.csv")
    assert (whole.counts["new"], whole.counts["unchanged"]) == (1, 2)


def sheets_mend(plan: sheets.Plan) -> bytes:
    data = sheets.to_mend(plan)
    row = [c.value for c in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0][2]]
    assert row[-1].startswith("B4 清扫日期：没有这一天")
    return data


def test_conflict_shows_both_and_waits_to_be_chosen(store: Platform) -> None:
    rows_of(store, 2)
    data = edited(exported(store), {"E2": 77})
    with store.work(now=NOW) as work:
        records.save(work, KEY, {"people": 55}, record_id=1)
    plan = planned(store, data)
    (row,) = plan.of("conflict")
    assert [(c.before, c.after) for c in row.changes] == [("55人", "77人")]
    assert applied(store, plan).changed == 0
    assert applied(store, plan, {2}).changed == 1
    assert applied(store, plan, {2}).failed[0].text.startswith("预览之后")


def test_all_or_nothing_undoes_the_good_rows_with_the_bad_one(store: Platform) -> None:
    rows_of(store, 3)
    plan = planned(store, edited(exported(store), {"E2": 77, "E3": 78}))
    with store.work(now=NOW) as work:
        records.save(work, KEY, {"people": 55}, record_id=2)
    with pytest.raises(Invalid, match="第 3 行"), store.work(now=NOW, source="sheet") as work:
        sheets.apply(work, store.catalog.records[KEY], KEY, plan, whole=True)
    with store.reading(now=NOW) as work:
        assert [records.get(work, KEY, i).people for i in (1, 2, 3)] == [10, 55, 12]


def test_thirty_seven_changed_cells_are_thirty_seven_changes(store: Platform) -> None:
    rows_of(store, 60)
    plan = planned(store, edited(exported(store), {f"{'EG'[n % 2]}{n + 2}": 1000 + n for n in range(37)}))
    assert sum(len(r.changes) for r in plan.rows) == 37 and plan.counts["unchanged"] == 23
    assert applied(store, plan).changed == 37


def test_rows_of_another_community_are_refused_and_named(store: Platform) -> None:
    with store.reading(now=NOW) as work:
        home = filing.community_of(work, store.catalog.records[KEY], 1)
    actor = Actor(login="x", label="x", role=OFFICER, community_id=home)
    plan = planned(store, csv_of(*LINES), "a.csv", actor=actor)
    assert [(f.address, f.text) for r in plan.of("wrong") for f in r.flaws] == [("C3", "您不能为“示例小区02”填报此项")]
    assert plan.counts["new"] == 1


def test_units_round_trip_masked_and_by_name(store: Platform) -> None:
    with store.work(now=NOW) as work:
        registry.save(work, Company, {"name": "示例物业B02", "person": "张三丰", "phone": "13800000000"})
    with store.reading(now=NOW) as work:
        data = sheets.export(work, Company, "company", work.session.scalars(select(Company).order_by(Company.id)))
        assert sheets.plan(work, Company, "company", sheets.read(data, "u.xlsx")).counts["unchanged"] == 2
        text = csv_of("名称,负责人", "示例物业B02,张**", "示例物业A01,李**", "示例物业C03,王五", "示例物业C03,赵六")
        plan = sheets.plan(work, Company, "company", sheets.read(text, "u.csv"))
    assert [r.kind for r in plan.rows] == ["unchanged", "wrong", "new", "wrong"]
    with store.work(now=NOW, source="sheet") as work:
        assert sheets.apply(work, Company, "company", plan).created == 1


def typed(store: Platform, label: str, value: Any) -> sheets.PlannedRow:
    """What becomes of an exported row in which somebody typed ``value`` under ``label``."""
    rows_of(store, 3)
    data = exported(store)
    (head,) = [c for c in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0][1] if label in str(c.value)]
    plan = planned(store, edited(data, {f"{head.column_letter}2": value}))
    (row,) = [r for r in plan.rows if r.kind != "unchanged"]
    return row


@pytest.mark.parametrize(
    ("label", "value", "shown"),
    [
        ("参加人数", "１２３", "123"),  # full-width digits
        ("参加人数", "1,234", "1,234"),
        ("参加人数", 12.0, "12"),
        ("清扫日期", "2024-11-14", "2024年11月14日"),  # dates typed as text
        ("清扫日期", "2024年11月14日", "2024年11月14日"),
        ("清扫日期", "2024/11/14", "2024年11月14日"),
        ("清扫日期", "２０２４．１１．１４", "2024年11月14日"),
        ("备注", "@SUM(1)", "@SUM(1)"),
        ("备注", "-1+2", "-1+2"),
    ],
)
def test_cells_as_people_type_them(store: Platform, label: str, value: Any, shown: str) -> None:
    row = typed(store, label, value)
    assert (row.kind, [c.after[: len(shown)] for c in row.changes]) == ("changed", [shown])


@pytest.mark.parametrize(
    ("label", "value", "said"),
    [
        ("参加人数", "十二", "请填写整数"),
        ("参加人数", "12人", "请填写整数"),
        ("清扫日期", "2024-13-45", "日期"),
        ("清扫日期", "上周三", "日期"),
        ("备注", "长" * 32_000, "个字"),
    ],
)
def test_what_cannot_be_read_names_its_cell(store: Platform, label: str, value: Any, said: str) -> None:
    row = typed(store, label, value)
    assert row.kind == "wrong"
    (flaw,) = row.flaws
    assert flaw.address.endswith("2") and flaw.label in label + "*" and said in flaw.text


def test_a_cell_of_65000_characters_is_named_and_the_other_rows_go_on(store: Platform) -> None:
    """Excel stops at 32,767; a .csv or another program's workbook may hold more."""
    head = "小区,清扫日期,参加人数,重点部位,清扫前后照片,备注"
    good = "示例小区02,2024-11-10,5,出入口,demo,好"
    plan = planned(store, csv_of(head, f"示例小区01,2024-11-10,5,出入口,demo,{'长' * 65_000}", good), "a.csv")
    assert [r.kind for r in plan.rows] == ["wrong", "new"]
    assert plan.rows[0].flaws[0].address == "F2"


def test_nor_does_another_programs_workbook_with_such_a_cell_escape(store: Platform) -> None:
    """openpyxl and Excel would cut it before we see it: put into the file behind their backs."""
    rows_of(store, 2)
    data, out = zipfile.ZipFile(io.BytesIO(edited(exported(store), {"G2": "@@"}))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in data.namelist():
            made.writestr(name, data.read(name).replace(b">@@<", f">{'长' * 65_000}<".encode()))
    plan = planned(store, out.getvalue())
    (flaw,) = plan.of("wrong")[0].flaws
    assert plan.counts["unchanged"] == 1 and flaw.address == "G2" and "65000" in str(flaw.text)


def test_merged_cells_are_refused_and_named(store: Platform) -> None:
    rows_of(store, 4)
    book = openpyxl.load_workbook(io.BytesIO(exported(store)))
    book.worksheets[0].merge_cells("D2:D4")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Invalid, match="合并单元格（D2:D4）"):
        planned(store, out.getvalue())


def test_the_sheet_of_another_kind_is_refused_by_name(store: Platform) -> None:
    rows_of(store, 2)
    plan = planned(store, exported(store), key="environment.shortboard")
    assert plan.rows == () and "不是“短板整改”的表" in plan.problems[0].text
