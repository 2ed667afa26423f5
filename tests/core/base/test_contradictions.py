"""What a department writes is held against the data: numbers behind the name of an indicator or a duty."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import select

from core.base.blocks import Light
from core.base.contradictions import contradictions
from core.base.describe import Deadline, Indicator, Shape
from core.base.due import Once
from core.base.facts import ActionFacts, DeadlineFacts, Facts, IndicatorFacts
from core.base.target import Pace, Target
from core.base.window import Window

DAY = date(2024, 11, 30)


def figure(label: str, n: int, d: int, shape: Shape = Shape.RATIO, suffix: str = "") -> IndicatorFacts:
    one = Indicator(key=f"x.{label}", label=label, measure=lambda scope: select(), shape=shape, suffix=suffix)
    target = Target(Fraction(9, 10)) if shape is Shape.RATIO else None
    span = Window(date(2024, 11, 8), DAY, DAY)
    return IndicatorFacts(
        indicator=one, window=span, n=n, d=d, target=target, pace=Pace(light=Light.AMBER, figure=one.figure(n, d))
    )


FACTS = Facts(
    action=ActionFacts(slug="x", number=1, label="示例", goal=""),
    as_of=DAY,
    since=date(2024, 11, 8),
    indicators=(
        figure("业委会成立率", 45, 72),
        figure("业委会成立率（含临时）", 60, 72),
        figure("调解案件数", 1204, 1, Shape.COUNT, "件"),
        figure("平均处理天数", 7, 2, Shape.AVERAGE, "天"),
        figure("暂无", 0, 0),
    ),
    deadlines=(
        DeadlineFacts(
            deadline=Deadline(key="x.d", label="首次清洁", due=Once()),
            period="once",
            due_at=None,
            owed=72,
            met=60,
            overdue=9,
            open=3,
            on_time=(60, 69),
        ),
    ),
    read=lambda rows: [],
    standard=lambda facts: iter(()),
    setting=lambda key: None,
)


@pytest.mark.parametrize(
    "text",
    [
        "截至11月30日，业委会成立率62.5%（45/72）。",
        "业委会成立率为６２．５％，还差27个小区。",
        "业委会成立率达到63%",  # rounded as written
        "业委会成立率目标90%，现为62.50%。",
        "业委会成立率（含临时）83.3%；业委会成立率62.5%",
        "调解案件数1,204件，走访居民300户。",  # another clause speaks of something else
        "业委会成立率比上月提高5个百分点。",
        "平均处理天数3.5天",
        "首次清洁应办72个，首次清洁逾期未办9个。",
        "第3轮检查发现问题27处。",  # names no figure
        "",
    ],
)
def test_what_agrees_passes(text: str) -> None:
    assert list(contradictions(text, FACTS)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("业委会成立率65%", ["“业委会成立率”写的是 65%，数据是 62.5%（45/72）"]),
        ("业委会成立率62.4%。", ["“业委会成立率”写的是 62.4%，数据是 62.5%（45/72）"]),
        ("业委会成立率62.5%（46/72）", ["“业委会成立率”写的是 46，数据是 62.5%（45/72）"]),
        ("业委会成立率（含临时）62.5%", ["“业委会成立率（含临时）”写的是 62.5%，数据是 83.3%（60/72）"]),
        ("调解案件数１２０５件", ["“调解案件数”写的是 1205，数据是 1,204件"]),
        ("暂无10%", ["“暂无”写的是 10%，数据是 无数据"]),
        (
            "首次清洁还有12个逾期",
            ["“首次清洁”写的是 12，数据是 应办72、按期60、逾期完成0、未到期3、逾期未办9"],
        ),
    ],
)
def test_what_differs_is_named_with_both_numbers(text: str, said: list[str]) -> None:
    assert [str(one) for one in contradictions(text, FACTS)] == said
