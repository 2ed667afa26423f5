"""The demo's numbers come out of its records (plan section 4): the street's, and each community's as in its table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from core.base.blocks import Light, Paragraph, Table, plain
from core.kernel import plugins
from core.services.measuring import figures
from core.services.operations import faults
from core.services.platform import Platform
from core.services.reporting import reports
from core.testing import figure, light
from tests.plugins.worlds import demo_world

NOVEMBER, DECEMBER = date(2024, 11, 30), date(2024, 12, 31)
TABLE = """
A 1 5 5
B 1 6 7
C 0 3 4
D 1 6 7
E 1 5 6
F 3 8 8
G 1 8 8
H 3 8 8
I 1 4 5
J 0 4 5
K 1 4 4
"""  # community, 提高型, ≥标准型, 已建


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    found = demo_world(tmp_path_factory.mktemp("demo"), ("safety",))
    yield found
    found.db.close()


def test_the_numbers_of_the_plan(demo: Platform) -> None:
    with demo.reading() as work:
        at_the_end = {
            "standardised": (35, 66),
            "standardised_by_complex": (35, 66),
            "charging": (33, 40),
            "fire": (12, 16),
            "standard_grade": (61, 67),
            "improved_grade": (13, 67),
        }
        assert {k: figure(work, f"safety.{k}", DECEMBER) for k in at_the_end} == at_the_end
        before = {
            "standardised": (14, 66),
            "charging": (16, 40),
            "fire": (6, 16),
            "standard_grade": (51, 67),
            "improved_grade": (5, 67),
        }
        assert {k: figure(work, f"safety.{k}", NOVEMBER) for k in before} == before
        lights = {k: light(work, f"safety.{k}", DECEMBER) for k in before}
        assert lights.pop("standardised") is Light.GREEN and set(lights.values()) == {Light.RED}


def test_every_community_is_as_in_the_table(demo: Platform) -> None:
    chosen = [demo.catalog.indicators[f"safety.{k}_grade"] for k in ("improved", "standard")]
    with demo.reading() as work:
        improved, standard = figures.indicators(work, DECEMBER, chosen)
        ups = {g.group: g.n for g in improved.by_community}
        lines = [f"{g.group[-1]} {ups[g.group]} {g.n} {g.d}" for g in standard.by_community]
    assert lines == TABLE.strip().splitlines()


def test_the_report_says_what_an_officer_would(demo: Platform) -> None:
    with demo.reading() as work:
        assert not faults.standing(work.session)
        (facts,) = (f for f in reports.gather(work, DECEMBER, "safety") if f.action.slug == "safety")
        section = next(iter(demo.catalog.plugins["safety"].sections))
        blocks = list(section.build(facts))
    text = "".join(plain(run) for b in blocks if isinstance(b, Paragraph) for run in b.runs)
    assert "充电场所项目（含名单外小区）共43处：" in text and "投用36处" in text
    titles = {b.title: b for b in blocks if isinstance(b, Table)}
    assert len(titles["智能安防小区等级"].rows) == 12 and titles["消防整改资金落实情况"].rows


@pytest.mark.parametrize("complexes", [10, 90])
def test_worlds_of_other_sizes_can_be_filled(tmp_path: Path, complexes: int) -> None:
    found = demo_world(tmp_path, ("safety",), until=date(2024, 11, 20), complexes=complexes)
    with found.reading() as work:
        assert not faults.standing(work.session)
        assert figure(work, "safety.standard_grade", date(2024, 11, 20))[0] > 0
    found.db.close()


def test_the_weekly_outlook_is_one_sentence(demo: Platform) -> None:
    from core.base.facts import JobContext  # noqa: PLC0415
    from core.testing import at  # noqa: PLC0415

    (job,) = plugins.load(only=["safety"], strict=True).plugins["safety"].jobs
    with demo.reading() as work:
        context = JobContext(
            now=at(DECEMBER, 9),
            read=lambda rows: work.session.execute(rows).all(),
            save=lambda record, values: 0,
            say=lambda text: None,
        )
        said = job.run(context)
    assert said.startswith("逾期未销号隐患") and "维保合同" in said
