"""Next steps name what weighs most and count the rest, so that a reader reaches the end of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from core.base.blocks import Light, Paragraph, plain
from core.base.describe import Deadline, Indicator
from core.base.due import Once
from core.base.facts import ActionFacts, DeadlineFacts, Facts, IndicatorFacts
from core.base.target import Pace, at_least
from core.base.window import Period, end_of, window
from core.services.reporting import problems

DAY = date(2024, 12, 20)


def behind(n: int) -> IndicatorFacts:
    span = window(Period.MONTH, DAY, campaign_start=date(2024, 11, 8))
    one = Indicator(key=f"a.{n}", label=f"指标{n}", measure=lambda scope: scope)
    target = at_least("0.9")
    return IndicatorFacts(
        indicator=one, window=span, n=1, d=10, target=target, pace=Pace(figure=one.figure(1, 10), light=Light.RED)
    )


def owed(n: int) -> DeadlineFacts:
    due = DAY + timedelta(days=9 - n)
    one = Deadline(key=f"a.d{n}", label=f"事项{n}", due=Once(on=due))
    return DeadlineFacts(deadline=one, period="", due_at=end_of(due), open=n + 1)


def said(indicators: int, deadlines: int) -> str:
    def nothing(*_: Any) -> Any:
        return ()

    facts = Facts(
        action=ActionFacts(slug="a", number=1, label="行动", goal="", lead_departments=("城管办",)),
        as_of=DAY,
        since=date(2024, 11, 8),
        indicators=tuple(behind(n) for n in range(indicators)),
        deadlines=tuple(owed(n) for n in range(deadlines)),
        read=nothing,
        standard=nothing,
        setting=nothing,
    )
    (block,) = problems.next_steps((facts,), DAY)
    assert isinstance(block, Paragraph)
    return "".join(plain(run) for run in block.runs)


def test_a_few_are_all_named() -> None:
    assert said(1, 1) == "行动（城管办）：补齐“指标0”还差8。两周内到期：12月29日前“事项0”1件。"


def test_of_many_the_first_due_are_named_and_all_are_counted() -> None:
    text = said(6, 6)
    assert "“指标3”还差8，等6项指标。" in text and "“指标4”" not in text
    assert text.endswith(
        "两周内到期：12月24日前“事项5”6件，12月25日前“事项4”5件，12月26日前“事项3”4件，12月27日前“事项2”3件，等6类事项。"
    )
