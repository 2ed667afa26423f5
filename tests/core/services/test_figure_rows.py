"""A figure and the rows it opens agree, on every day: deadlines against their obligations, trends against figures; and
what is said about a red light follows from the rule that lit it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from core.base.blocks import Light
from core.base.describe import Indicator, Shape
from core.base.facts import IndicatorFacts
from core.base.status import Status, status
from core.base.target import Aim, Target, pace
from core.base.window import Period, end_of, window
from core.kernel.plugins import load
from core.services.measuring import days, figures, trends, why
from core.services.owing import duties, duty_rows
from core.services.owing.obligations import Obligation
from core.services.platform import Platform
from core.services.writing import records
from core.testing import START, at, small_platform

LAST = date(2025, 1, 9)
DAYS = [START + timedelta(days=k) for k in range((LAST - START).days + 1)]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Two months of a small world: clean-ups on time, late and never, defects closed and left, a duty waived."""
    platform = small_platform(tmp_path_factory.mktemp("lived"), catalog=load(only=["environment"]), today=LAST)
    for day in DAYS:
        with platform.work(now=at(day)) as work:
            days.begin(work)
            if day.day % 5 == 0:
                spots = ["出入口", "地下室", "入户大堂", "卫生死角", "垃圾收集点"] if day.day % 2 else ["出入口"]
                values = {
                    "complex_id": 1 + day.day % 7,
                    "held_on": day,
                    "spots": spots,
                    "people": 3,
                    "photos": ["demo"],
                }
                records.save(work, "environment.cleanup", values)
            if day.day % 6 == 0:
                values = {"complex_id": 1 + day.day % 9, "found_on": day, "defect": "道路破损", "place": "东门"}
                values |= {"before_photos": ["demo"], "limit_on": day + timedelta(days=4)}
                records.save(work, "environment.shortboard", values)
    with platform.work(now=at(LAST), settle=False) as work:
        row = next(o for o in work.session.query(Obligation).order_by(Obligation.id) if o.done_at is None)
        row.waived_until, row.waiver = LAST - timedelta(days=20), "停水"
    yield platform
    platform.db.close()


def test_a_deadlines_rows_are_as_many_as_its_figures_say_on_every_day(lived: Platform) -> None:
    seen: Counter[Status] = Counter()
    with lived.reading() as work:
        for day in DAYS:
            for facts in duties.deadlines(work, day):
                counts = duty_rows.find(work, facts, day).counts
                seen.update(counts)
                said = {s: getattr(facts, s.value) for s in (Status.MET, Status.MET_LATE, Status.OVERDUE)}
                assert {s: counts.get(s, 0) for s in said} == said, (facts.deadline.key, day)
                assert sum(counts.values()) == facts.owed, (facts.deadline.key, day)
    assert set(seen) == set(Status), "the history holds every status, so the comparison means something"


def test_the_status_in_sql_is_the_status_of_the_vocabulary(lived: Platform) -> None:
    with lived.reading() as work:
        for day in DAYS[::7]:
            for facts in duties.deadlines(work, day):
                for wanted in Status:
                    rows = duty_rows.find(work, facts, day, status=wanted.value).rows
                    kept = {
                        o.id: o for o in work.session.query(Obligation).where(Obligation.rule == facts.deadline.key)
                    }
                    for row in rows:
                        one = kept[row.id]
                        assert row.status is wanted
                        assert status(one.due_at, one.done_at, one.waived_until, end_of(day)) is wanted
                        assert row.done_at is None or row.done_at <= end_of(day)


def test_an_earlier_period_shows_its_own_rows_and_a_period_that_is_none_the_standard_choice(lived: Platform) -> None:
    with lived.reading() as work:
        (facts,) = duties.deadlines(work, LAST, [work.catalog.deadlines["environment.monthly_cleanup"]])
        assert duty_rows.periods(work, facts.deadline, LAST) == ["2025-01", "2024-12", "2024-11"]
        november = duty_rows.find(work, facts, LAST, period="2024-11")
        assert {r.period for r in november.rows} == {"2024-11"}
        assert duty_rows.find(work, facts, LAST, period="2019-01").period == ""
        assert duty_rows.find(work, facts, LAST, status="nonsense").status is None
        assert duty_rows.find(work, facts, LAST, page=999).page == 1


def test_trends_are_the_figures_of_their_days(lived: Platform) -> None:
    with lived.reading() as work:
        every = list(work.catalog.indicators.values())
        for day in (LAST, DAYS[20], START):
            found = trends.trends(work, every, day)
            assert {i.key: found[i.key] for i in every} == {i.key: figures.trend(work, i, day) for i in every}
        assert any(v is not None for _, v in trends.trends(work, every, LAST)["environment.cleaned_monthly"])
        assert trends.trends(work, [], LAST) == {}


def test_a_day_nobody_kept_is_a_gap(tmp_path: Path) -> None:
    platform = small_platform(tmp_path, today=date(2024, 11, 22))
    with platform.reading() as work:
        one = work.catalog.indicators["environment.serviced"]
        (first, *rest) = trends.trends(work, [one], date(2024, 11, 22))[one.key]
        assert first == (START, Fraction(9, 10)) and [v for _, v in rest] == [None, None]
    platform.db.close()


def facts_of(shape: Shape, n: int, d: int, target: Target | None, day: date) -> IndicatorFacts:
    one = Indicator(key="x.y", label="y", measure=lambda scope: None, shape=shape, every=Period.ONCE)  # type: ignore[arg-type,return-value]
    span = window(Period.ONCE, day, campaign_start=START)
    judged = pace(target, one.figure(n, d), start=START, end=day, as_of=day)
    return IndicatorFacts(indicator=one, window=span, n=n, d=d, target=target, pace=judged)


@pytest.mark.parametrize(
    ("shape", "aim", "value", "n", "d", "short"),
    [
        (Shape.RATIO, Aim.UP, "0.6", 0, 1, True),
        (Shape.RATIO, Aim.UP, "0.6", 1, 1, False),
        (Shape.RATIO, Aim.UP, "0.6", 6, 10, False),
        (Shape.RATIO, Aim.DOWN, "0.05", 0, 9, False),
        (Shape.RATIO, Aim.DOWN, "0.05", 1, 9, True),
        (Shape.REDUCTION, Aim.UP, "0.15", 10, 10, True),
        (Shape.REDUCTION, Aim.UP, "0.15", 8, 10, False),
        (Shape.COUNT, Aim.UP, "40", 0, 1, True),
        (Shape.COUNT, Aim.UP, "40", 1, 1, False),
        (Shape.RATIO, Aim.UP, "0.6", 0, 0, False),
    ],
)
def test_which_units_keep_a_figure_from_its_target(
    shape: Shape, aim: Aim, value: str, n: int, d: int, short: bool
) -> None:
    facts = facts_of(shape, n, d, Target(Fraction(value), date(2024, 12, 31), aim), date(2024, 12, 1))
    assert why.short(facts.indicator, facts, n, d) is short


def test_the_rule_is_named_and_what_is_left_counted() -> None:
    by = date(2024, 12, 31)
    target = Target(Fraction("0.6"), by)
    over = facts_of(Shape.RATIO, 10, 40, target, by)
    said = why.explain(over, ())
    assert over.light is Light.RED and said is not None
    assert "期限2024年12月31日就是今天" in said.rule and said.left == 14 and said.by == by
    early = facts_of(Shape.RATIO, 1, 40, target, date(2024, 12, 4))
    said = why.explain(early, ())
    assert early.light is Light.RED and said is not None and "超过10.0个百分点" in said.rule
    assert why.explain(facts_of(Shape.RATIO, 40, 40, target, by), ()) is None
    assert why.explain(facts_of(Shape.RATIO, 0, 0, target, by), ()) is None, "no data is not red"


def test_missing_units_are_counted_by_community() -> None:
    facts = facts_of(Shape.RATIO, 1, 3, Target(Fraction(1), START), START)

    def row(unit: int, home: int, n: int) -> Any:
        name = f"示例社区{home}"
        return why.UnitRow(unit_id=unit, name=str(unit), community_id=home, community=name, n=n, d=1, short=n < 1)

    said = why.explain(facts, [row(1, 1, 0), row(2, 2, 0), row(3, 2, 0), row(4, 3, 1)])
    assert said is not None and said.communities == [(2, "示例社区2", 2), (1, "示例社区1", 1)]
