"""Each rule finds what it is there to find: a healthy plugin, spoilt in one place, is caught by that rule (a test without a
saboteur proves nothing)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, literal, select

from core.api import Complex, Deadline, Heading, Indicator, Job, ReportSection, Sample, Setting, Stated, YesNoKind
from core.base import keys
from core.checks import RULES, Subject, bench, examine
from core.checks.bench import Benches
from core.checks.surroundings import file_system
from core.kernel import plugins
from core.kernel.catalog import Catalog, Declared
from plugins.environment.records import Cleanup, Shortboard

RULE = {rule.key: rule for rule in RULES}
WELL = plugins.load(only=["environment"], strict=True).plugins["environment"]


@pytest.fixture(scope="module")
def benches() -> Iterator[Benches]:
    keys.use(b"only for these tests")
    with bench.opened(Catalog(plugins={"environment": WELL})) as made:
        yield made


def measured(measure: Callable[..., Any]) -> Declared:
    return replace(WELL, indicators=(Indicator(key="environment.x", label="x", measure=measure),))


def ranked(scope: Any) -> Any:
    """The first three complexes of all, whoever is asked: its part is not its row of the whole."""
    place = func.row_number().over(order_by=Complex.id)
    rows = scope.units(Complex.kind).add_columns(place.label("n")).subquery()
    return select(rows.c.unit_id, rows.c.n, literal(100).label("d"))


def restless(facts: Any, seen: list[int] = []) -> Iterator[Heading]:  # noqa: B006 - it remembers, that is the fault
    seen.append(1)
    yield Heading(f"{len(seen)}")


def due_on(word: str) -> Declared:
    one = Deadline(key="environment.x", label="x", due=Stated(), of=Shortboard, **{word: "mispelt"})  # type: ignore[arg-type]
    return replace(WELL, deadlines=(one,))


def at(when: dict[str, Any]) -> Declared:
    return replace(WELL, jobs=(Job(key="environment.x", label="x", when=when, run=lambda _context: ""),))


SPOILT: dict[str, tuple[str, Declared, str]] = {
    "two columns": ("columns", measured(lambda s: s.units(Complex.kind).add_columns(literal(1))), "2 列"),
    "a complex twice": (
        "columns",
        measured(lambda s: select(Cleanup.complex_id, literal(1), literal(1)).where(s.until(Cleanup))),
        "一个对象应只有一行",
    ),
    "more than all": (
        "columns",
        measured(lambda s: s.units(Complex.kind).add_columns(literal(2), literal(1))),
        "不是合理的比例",
    ),
    "nothing as a figure": (
        "columns",
        measured(lambda s: s.units(Complex.kind).add_columns(literal(None), literal(1))),
        "不是整数",
    ),
    "a unit nobody knows": ("columns", measured(lambda s: select(literal(999), literal(1), literal(1))), "不是登记的"),
    "a measure that raises": ("columns", measured(lambda s: 1 / 0), "ZeroDivisionError"),  # type: ignore[arg-type,return-value]
    "a ranking": ("parts", measured(ranked), "单算得"),
    "a misspelt field": ("duties", due_on("opened"), "mispelt"),
    "a section that differs each time": (
        "section",
        replace(WELL, sections=(ReportSection(key="environment.x", label="x", build=restless),)),
        "两次生成的内容不同",
    ),
    "a panel that exits": ("panels", replace(WELL, panels=lambda **_given: exit(3)), "SystemExit"),
    "samples by chance": (
        "samples",
        replace(WELL, samples=lambda world: [Sample(Cleanup, world.start, 1, {"x": object()})]),
        "两次给出的示例不同",
    ),
    "no samples": ("samples", replace(WELL, samples=None), "没有实现"),
    "a number for a week day": ("schedule", at({"day_of_week": 1}), "星期"),
    "never due": ("schedule", at({"month": 2, "day": 30}), "没有一次到点"),
    "a schedule that can't be read": ("schedule", at({"hours": 9}), "TypeError"),
    "a default of another type": (
        "settings",
        replace(WELL, settings=(Setting(key="environment.x", label="x", kind=YesNoKind(), default="是"),)),
        "在表单里变成 True",
    ),
    "no evidence": ("evidence", measured(lambda s: s.units(Complex.kind)), "evidence="),
    "no label": ("labels", replace(WELL, action=replace(WELL.action, label=" ")), "没有名称"),
    "nobody can look it up": ("readme", measured(lambda s: s.units(Complex.kind)), "environment.x"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_the_rule_catches_it(name: str, benches: Benches) -> None:
    rule, spoilt, words = SPOILT[name]
    assert RULE[rule].findings(Subject(slug="environment", declared=WELL, benches=benches)) == []
    found = RULE[rule].findings(Subject(slug="environment", declared=spoilt, benches=benches))
    assert any(words in one for one in found), found


def spoilt_folder(tmp_path: Path, name: str, text: str) -> Declared:
    for fixed in ("__init__.py", "plugin.py", "records.py"):
        (tmp_path / fixed).write_text("from core.api import Record\n")
    (tmp_path / name).write_text(text)
    return replace(WELL, folder=str(tmp_path), module="plugins.environment")


@pytest.mark.parametrize(
    "text",
    [
        "from core.services import records",
        "import core.base.kinds",
        "from core import kernel",
        "def late():\n    from plugins.safety import records",
        "from ..safety import records",
        "import flask",
    ],
)
def test_an_import_past_the_public_face_is_seen(text: str, tmp_path: Path, benches: Benches) -> None:
    found = Subject(slug="environment", declared=spoilt_folder(tmp_path, "views.py", text), benches=benches)
    assert any("views.py" in one for one in RULE["imports"].findings(found))


def test_stray_and_missing_files_are_named(tmp_path: Path, benches: Benches) -> None:
    found = Subject(slug="environment", declared=spoilt_folder(tmp_path, "utils.py", ""), benches=benches)
    assert RULE["names"].findings(found) == ["utils.py 不在约定的文件名之内"]
    assert "缺少 README.md" in RULE["files"].findings(found)
    assert RULE["begins"].findings(found) == []


def test_more_findings_than_are_shown_are_counted(tmp_path: Path, benches: Benches) -> None:
    found = Subject(slug="environment", declared=spoilt_folder(tmp_path, "README.md", "# nothing\n"), benches=benches)
    told = RULE["readme"].findings(found)
    assert len(told) == 6 and told[-1].startswith("还有 ") and told[-1].endswith(" 条")


@pytest.mark.parametrize(
    ("spoilt", "medal"), [(WELL, "金"), (SPOILT["no label"][1], "银"), (SPOILT["two columns"][1], "未达铜级")]
)
def test_the_medal_falls_with_the_lowest_rule_broken(spoilt: Declared, medal: str, benches: Benches) -> None:
    some = [RULE[key] for key in ("describes", "columns", "personal", "labels")]
    examined = examine(Subject(slug="environment", declared=spoilt, benches=benches), some)
    assert examined.medal.word == medal
    assert any(medal in line for line in examined.lines())


def test_the_file_system_of_a_folder_is_that_of_its_nearest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"2 1 0:5 / {tmp_path} rw,relatime shared:1 - nfs4 server:/share rw\n"
        f"3 1 0:6 / {tmp_path}-other rw - tmpfs tmpfs rw\n"
    )
    assert file_system(tmp_path / "data", mounts) == "nfs4"
    assert file_system(Path("/usr"), mounts) == "ext4"
    assert file_system(tmp_path, tmp_path / "none") == ""
