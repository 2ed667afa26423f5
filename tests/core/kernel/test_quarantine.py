"""A sick plugin is quarantined, not fatal: whatever one does, the other actions and the combined report go on, and the fault
is named where its result would have stood, in what the platform keeps, and by the doctor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import literal, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMPLEX,
    Action,
    Base,
    Complex,
    Deadline,
    Every,
    Heading,
    Indicator,
    Job,
    Once,
    Period,
    Record,
    ReportSection,
    Setting,
    YesNoKind,
    day,
    hookimpl,
)
from core.base.blocks import Column, Document, Notice, Paragraph, Table, plain
from core.checks import doctor
from core.checks.bench import Benches
from core.checks.doctor import examine, subjects
from core.checks.surroundings import look_around
from core.jobs.tick import tick
from core.kernel.catalog import Catalog
from core.kernel.plugins import found, load
from core.render import FORMATS, render
from core.services.measuring import days, figures
from core.services.operations import faults
from core.services.platform import Platform
from core.services.reporting import reports
from core.services.writing import records
from core.testing import at, small_platform
from core.web.pages import complexes

DAY = date(2024, 11, 20)
SPOTS = ["出入口", "地下室", "入户大堂", "卫生死角", "垃圾收集点"]


class Sighting(Record):
    """What the sick plugin keeps."""

    __tablename__ = "sick_sighting"
    unit, label = COMPLEX, "目击"
    seen_on: Mapped[date] = day("日期", happened=True)


class Foreign(Record):
    """A table under another plugin's name."""

    __tablename__ = "environment_foreign"
    unit, label = COMPLEX, "越界"
    seen_on: Mapped[date] = day("日期", happened=True)


Base.metadata.remove(Foreign.__table__)  # other tests of this process compare environment's tables with its steps


def boom(*_given: Any, **_named: Any) -> Any:
    raise RuntimeError("the cat sat on the keyboard")


def leave(*_given: Any, **_named: Any) -> Any:
    raise SystemExit(3)


def plugin(slug: str = "sick", needs: str = "1", number: int = 99, **hooks: Callable[..., Any]) -> ModuleType:
    """A plugin in memory, registered as ``sick``; ``hooks`` by name."""
    module = ModuleType("sick.plugin")
    action = Action(slug=slug, number=number, label="生病的行动", english="Sick", needs_core=needs)
    hooks = {"action": lambda: action, "records": lambda: [Sighting]} | hooks
    for name, implementation in hooks.items():
        setattr(module, name, hookimpl(implementation))
    return module


def indicator(key: str = "sick.seen", measure: Callable[..., Any] = boom) -> Indicator:
    return Indicator(key=key, label="目击率", measure=measure, numerator="n", denominator="d", evidence=(Sighting,))


def healthy(scope: Any) -> Any:
    return scope.units(COMPLEX).add_columns(literal(1), literal(1))


def with_sick(loader: Callable[[], Any]) -> Catalog:
    return load({**found(), "sick": loader})


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[Catalog], Platform]]:
    made: list[Platform] = []

    def open_(catalog: Catalog) -> Platform:
        """A world with the sick plugin in it, in which a clean-up has been reported on ``DAY``."""
        platform = small_platform(tmp_path, catalog=catalog, strict=False)
        made.append(platform)
        with platform.work(now=at(DAY)) as work:
            days.begin(work)
            one = work.session.scalars(select(Complex.id).order_by(Complex.id)).first()
            values = {"complex_id": one, "held_on": DAY, "spots": SPOTS, "people": 5, "photos": ["demo"]}
            records.save(work, "environment.cleanup", values)
        return platform

    yield open_
    for platform in made:
        platform.db.close()


def words(document: Document) -> list[str]:
    """Every heading, sentence, notice and cell of a report, in order."""
    out: list[str] = []
    for block in document.blocks:
        match block:
            case Heading(text=text) | Notice(text=text):
                out.append(text)
            case Paragraph(runs=runs):
                out.append("".join(plain(run) for run in runs))
            case Table(rows=rows):
                out += ["|".join(plain(cell) for cell in row) for row in rows]
    return out


def goes_on(platform: Platform) -> list[str]:
    """The other actions still count and the report still comes out in every format; its words."""
    with platform.reading(now=at(DAY, 12)) as work:
        cleaned = figures.indicators(work, DAY, [work.catalog.indicators["environment.cleaned_monthly"]])[0]
        assert (cleaned.n, cleaned.d, cleaned.fault) == (1, 9, "")
        document = reports.combined(work, DAY)
    for name in FORMATS:
        assert render(document, name)
    said = words(document)
    assert any("11月以来开展集中大扫除" in one for one in said)
    others = [plugin.action for slug, plugin in platform.catalog.plugins.items() if slug != "sick"]
    assert len(others) >= 11
    absent = [one.slug for one in others if not any(one.label in text for text in said)]
    assert not absent, "the other actions stand in their places too"
    return said


def doctors_lines(platform: Platform, tmp_path: Path) -> str:
    around = [found.text for found in look_around(platform)]
    own = [s for s in subjects(platform.catalog, Benches(platform.catalog, tmp_path)) if s.slug == "sick"]
    return "\n".join(around + [line for one in own if one.fault for line in examine(one).lines()])


def import_error() -> Any:
    raise ModuleNotFoundError("No module named 'numpyy'")


TWICE = [indicator(measure=healthy), indicator(measure=healthy)]
KEPT_OUT: dict[str, tuple[Callable[[], Any], str, str]] = {
    "raises at import": (import_error, "import", "numpyy"),
    "exits at import": (leave, "import", "SystemExit"),
    "raises at declaration": (lambda: plugin(indicators=boom), "describe", "the cat sat on the keyboard"),
    "exits at declaration": (lambda: plugin(records=leave), "describe", "SystemExit"),
    "declares nonsense": (lambda: plugin(indicators=lambda: ["cleaned"]), "describe", "AttributeError"),
    "declares a key twice": (lambda: plugin(indicators=lambda: TWICE), "describe", "'sick.seen' is declared twice"),
    "declares a foreign key": (
        lambda: plugin(indicators=lambda: [indicator("environment.cleaned_monthly", healthy)]),
        "describe",
        "environment.cleaned_monthly",
    ),
    "declares a foreign table": (lambda: plugin(records=lambda: [Foreign]), "describe", "environment_foreign"),
    "misspells a hook": (lambda: plugin(indicatorz=lambda: []), "describe", "indicatorz"),
    "gives a hook other arguments": (lambda: plugin(samples=lambda world, seed: []), "describe", "seed"),
    "has no action": (lambda: ModuleType("sick.plugin"), "describe", "no action"),
    "calls itself something else": (lambda: plugin("sicker"), "describe", "sicker"),
    "takes another's name": (lambda: plugin("environment"), "describe", "environment"),
    "takes another's number": (lambda: plugin(number=7), "describe", "number 7"),
    "needs another core": (lambda: plugin(needs=">=2"), "describe", "needs contract >=2"),
}


@pytest.mark.parametrize("name", KEPT_OUT)
def test_what_cannot_be_loaded_is_kept_out(name: str, opened: Callable[[Catalog], Platform], tmp_path: Path) -> None:
    loader, stage, what = KEPT_OUT[name]
    catalog = with_sick(loader)
    assert len(catalog.plugins) == 11 and "sick" not in catalog.plugins
    (fault,) = catalog.faults
    assert (fault.plugin, fault.stage) == ("sick", stage) and what in fault.what
    platform = opened(catalog)
    said = goes_on(platform)
    assert any("本节数据不可用" in one and what in one for one in said)
    lines = doctors_lines(platform, tmp_path)
    assert "sick" in lines and "已隔离" in lines and what in lines and stage in lines


@pytest.mark.parametrize("name", KEPT_OUT)
def test_strict_raises_instead(name: str) -> None:
    with pytest.raises((Exception, SystemExit)):
        load({"environment": found()["environment"], "sick": KEPT_OUT[name][0]}, strict=True)


def no_columns(scope: Any) -> Any:
    return scope.units(COMPLEX)


def bad_sql(scope: Any) -> Any:
    return scope.units(COMPLEX).add_columns(literal(1).op("no such operator")(2), literal(1))


@pytest.mark.parametrize(
    ("measure", "what"),
    [(boom, "the cat"), (leave, "SystemExit"), (no_columns, "not 1 columns"), (bad_sql, "OperationalError")],
    ids=["raises", "exits", "one column", "bad SQL"],
)
def test_a_measure(
    measure: Callable[..., Any], what: str, opened: Callable[[Catalog], Platform], tmp_path: Path
) -> None:
    well = indicator("sick.well", healthy)
    platform = opened(with_sick(lambda: plugin(indicators=lambda: [indicator(measure=measure), well])))
    said = goes_on(platform)
    assert any("不可用，原因" in one and what in one for one in said), said
    with platform.reading(now=at(DAY, 12)) as work:
        sick, sound = figures.indicators(work, DAY, [i for k, i in work.catalog.indicators.items() if k[:4] == "sick"])
        assert what in sick.fault and sick.figure is None and "自2024-11-08" in sick.fault
        assert (sound.n, sound.d, sound.fault) == (10, 10, "")  # its sister in the same plugin still counts
        assert [(f.place, f.plugin) for f in faults.standing(work.session).values()] == [("measure:sick.seen", "sick")]
    assert "measure:sick.seen" in doctors_lines(platform, tmp_path)


def test_a_mended_measure_clears_its_fault(opened: Callable[[Catalog], Platform]) -> None:
    platform = opened(with_sick(lambda: plugin(indicators=lambda: [indicator()])))
    cured = with_sick(lambda: plugin(indicators=lambda: [indicator(measure=healthy)]))
    mended = Platform(platform.config, platform.db, cured)
    with mended.work(now=at(date(2024, 11, 21))) as work:
        days.begin(work)
    with mended.reading(now=at(date(2024, 11, 21))) as work:
        assert faults.standing(work.session) == {}
        (one,) = figures.indicators(work, date(2024, 11, 21), [work.catalog.indicators["sick.seen"]])
        assert (one.n, one.d, one.fault) == (10, 10, "")


@pytest.mark.parametrize("part", ["who", "done"])
@pytest.mark.parametrize("act", [boom, leave])
def test_a_deadline(part: str, act: Callable[..., Any], opened: Callable[[Catalog], Platform], tmp_path: Path) -> None:
    sane = {"done": lambda scope: select(Sighting.complex_id, Sighting.seen_on).where(scope.within(Sighting))}
    owed = Deadline(key="sick.owed", label="应办", due=Every(period=Period.MONTH), **(sane | {part: act}))
    platform = opened(with_sick(lambda: plugin(deadlines=lambda: [owed])))
    said = goes_on(platform)
    assert any("自2024-11-08" in one and "不可用" in one for one in said), said
    with platform.reading(now=at(DAY, 12)) as work:
        facts = next(f for f in reports.gather(work, DAY) if f.action.slug == "sick")
        assert "不可用" in facts.deadline("sick.owed").fault
        assert list(faults.standing(work.session)) == ["deadline:sick.owed"]
        cleanup = next(f for f in reports.gather(work, DAY) if f.action.slug == "environment")
        assert cleanup.deadline("environment.monthly_cleanup").met == 1
    assert "deadline:sick.owed" in doctors_lines(platform, tmp_path)


def half(facts: Any) -> Iterator[Heading]:
    yield Heading("开头")
    boom()


def garbage(facts: Any) -> Iterator[Any]:
    yield Heading("开头")
    yield "字"


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (boom, "the cat"),
        (half, "the cat"),
        (leave, "SystemExit"),
        (lambda facts: None, "TypeError"),
        (garbage, "not str"),
        (lambda facts: [Table(title="表", columns=(Column(label="列"),), rows=(("字",),))], "is no cell"),
    ],
    ids=["raises", "raises half-way", "exits", "yields nothing", "yields no block", "a bare word in a table"],
)
def test_a_section(build: Callable[..., Any], what: str, opened: Callable[[Catalog], Platform]) -> None:
    section = ReportSection(key="sick.section", label="节", build=build)
    platform = opened(with_sick(lambda: plugin(report_sections=lambda: [section])))
    said = goes_on(platform)
    at_its_place = said[said.index("生病的行动") + 1]
    assert "本节数据不可用：自2024-11-20 12:00起" in at_its_place and what in at_its_place
    assert "开头" not in said  # never half a section


def test_a_job(opened: Callable[[Catalog], Platform], tmp_path: Path) -> None:
    bad = [Job(key=f"sick.{n}", label=n, when={"hour": 9}, run=run) for n, run in (("raises", boom), ("exits", leave))]
    platform = opened(with_sick(lambda: plugin(jobs=lambda: bad)))
    done = {run.job: run.state for run in tick(platform, at(date(2024, 12, 1), 9))}
    assert done.pop("sick.raises") == done.pop("sick.exits") == "failed"
    assert done["environment.monthly_summary"] == "done" and set(done.values()) == {"done"}
    goes_on(platform)
    lines = doctors_lines(platform, tmp_path)
    assert "job:sick.raises" in lines and "job:sick.exits" in lines


def test_a_panel(opened: Callable[[Catalog], Platform]) -> None:
    platform = opened(with_sick(lambda: plugin(complex_panels=lambda complex_id, read: boom())))
    with platform.work(now=at(DAY)) as work:
        found_on = {"complex_id": 1, "found_on": DAY, "defect": "照明缺失", "place": "东门", "before_photos": ["demo"]}
        records.save(work, "environment.shortboard", found_on)
    with platform.reading(now=at(DAY, 12)) as work:
        panels = dict(complexes._panels(work, work.session.get_one(Complex, 1)))
    (notice,) = panels["生病的行动"]
    assert isinstance(notice, Notice) and "the cat sat on the keyboard" in notice.text
    (table,) = panels["小区环境提升专项行动"]
    assert isinstance(table, Table) and plain(table.rows[0][1]) == "东门"


def test_the_doctor_names_each_with_reason_and_mend(opened: Callable[[Catalog], Platform], tmp_path: Path) -> None:
    """Its whole output once: one kept out, one sick while running; and nothing of the others is blamed."""
    running = plugin(indicators=lambda: [indicator()])
    running.__file__ = str(tmp_path / "sick" / "plugin.py")
    catalog = load({"environment": found()["environment"], "sick": lambda: running, "lost": import_error})
    report = doctor(opened(catalog))
    lines = "\n".join(report.lines())
    assert report.broken
    assert "✗ lost" in lines and "已隔离" in lines and "numpyy" in lines
    assert "✗ sick" in lines and "RuntimeError: the cat sat on the keyboard" in lines and "→ 改 indicators.py" in lines
    assert "measure:sick.seen 自2024-11-08" in lines
    assert "✓ environment 小区环境提升专项行动：金" in lines


def test_a_plugin_that_is_not_sick_is_let_in() -> None:
    """The healthy form of the same plugin: what the sick ones above spoil is nothing else."""
    hooks = {
        "indicators": lambda: [indicator(measure=healthy)],
        "deadlines": lambda: [
            Deadline(key="sick.once", label="一次", due=Once(), done=lambda scope: select(Sighting.id))
        ],
        "settings": lambda: [Setting(key="sick.on", label="开关", kind=YesNoKind(), default=True)],
    }
    catalog = with_sick(lambda: plugin(**hooks))
    assert catalog.faults == () and list(catalog.plugins)[-1] == "sick"
