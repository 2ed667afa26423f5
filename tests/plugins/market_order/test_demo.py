"""The demo's numbers come out of its records (plan section 4), at both dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from core.base.blocks import Light, plain
from core.services.operations.fault_row import FaultRow
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.reporting import reports
from core.testing import figure, light
from plugins.market_order.records import RECORDS, Assessment, Credit, Deduction, IncomeProblem, Restriction
from tests.plugins.worlds import demo_world

NOVEMBER, DECEMBER = date(2024, 11, 30), date(2024, 12, 31)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    found = demo_world(tmp_path_factory.mktemp("demo"), ("market_order",))
    yield found
    found.db.close()


@pytest.mark.parametrize(
    ("key", "day", "expected"),
    [
        ("assessed", NOVEMBER, (61, 66)),
        ("assessed", DECEMBER, (70, 70)),
        ("restricted", DECEMBER, (2, 3)),
        ("self_checked", date(2024, 11, 15), (58, 66)),
        ("self_checked", NOVEMBER, (63, 66)),
        ("self_checked", DECEMBER, (63, 66)),
        ("income_settled", DECEMBER, (17, 19)),
    ],
)
def test_the_numbers_of_the_plan(demo: Platform, key: str, day: date, expected: tuple[int, int]) -> None:
    with demo.reading() as work:
        assert figure(work, f"market_order.{key}", day) == expected


def test_the_lights_of_the_plan(demo: Platform) -> None:
    with demo.reading() as work:
        found = {k: light(work, f"market_order.{k}", DECEMBER) for k in ("assessed", "restricted", "income_settled")}
    assert found == {"assessed": Light.GREEN, "restricted": Light.RED, "income_settled": Light.RED}


def test_self_checks_58_in_time_5_late_3_missing(demo: Platform) -> None:
    rule = Obligation.rule == "market_order.self_check"
    with demo.reading() as work:

        def many(*where: Any) -> int:
            return work.session.scalar(select(func.count()).select_from(Obligation).where(rule, *where)) or 0

        met, done = Obligation.done_at <= Obligation.due_at, Obligation.done_at.is_not(None)
        assert (many(met), many(done, ~met), many(~done)) == (58, 5, 3)


def test_believable_and_few(demo: Platform) -> None:
    with demo.reading() as work:
        assert not list(work.session.scalars(select(FaultRow.place)))
        rows = sum(work.session.scalar(select(func.count()).select_from(r)) or 0 for r in RECORDS)
        assert rows < 1200
        each = select(func.count()).select_from(Deduction).group_by(Deduction.assessment_id)
        assert max(work.session.scalars(each)) <= 3
        failing = select(func.count()).where(Assessment.month == date(2024, 12, 1), ~Assessment.passed)
        assert work.session.scalar(failing) == 3
        assert work.session.scalar(select(func.count()).where(Restriction.state == "lifted")) == 1
        assert work.session.scalar(select(func.count()).where(IncomeProblem.state == "penalised")) == 1
        sources = list(work.session.scalars(select(Credit.source).where(Credit.source.is_not(None))))
        assert len(sources) == len(set(sources)) == 4, "three failed assessments and one penalised income, each once"


def test_the_report_ranks_companies_and_says_no_problem_apart(demo: Platform) -> None:
    with demo.reading() as work:
        (facts,) = (f for f in reports.gather(work, DECEMBER, "market_order") if f.action.slug == "market_order")
        blocks = list(work.catalog.plugins["market_order"].sections[0].build(facts))
    titles = {getattr(b, "title", ""): b for b in blocks}
    ranks: Any = titles["2024年12月物业企业考评排名"]
    assert len(ranks.rows) == 28
    means = [float(plain(row[3])) for row in ranks.rows]
    assert means == sorted(means, reverse=True)
    black: Any = titles["2024年12月考评红黑榜"]
    assert [plain(row[0]) for row in black.rows].count("黑") == 3
    said = ["".join(map(plain, b.runs)) for b in blocks if hasattr(b, "runs")]
    assert any("有问题的小区19个，已整治到位17个，查处1件；无问题小区51个" in text for text in said), said
