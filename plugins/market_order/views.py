"""What it adds to the card of a complex: its assessments with their parts, what is open, its company's restriction."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from core.api import Block, Column, Complex, Day, Notice, Number, Ref, Rows, Table, Text, counts
from plugins.market_order.records_assessment import Assessment
from plugins.market_order.records_company import Restriction
from plugins.market_order.records_income import IncomeProblem
from plugins.market_order.records_publicity import Issue
from plugins.market_order.workflows import ASSESSMENT, ISSUE, PROBLEM

Read = Callable[[Rows], Sequence[Any]]
NEWEST = 6


def panels(complex_id: int, read: Read) -> Iterator[Block]:
    yield from restriction(complex_id, read)
    yield from assessments(complex_id, read)
    yield from open_matters(complex_id, read)


def restriction(complex_id: int, read: Read) -> Iterator[Block]:
    own = select(Complex.company_id).where(Complex.id == complex_id).scalar_subquery()
    rows = select(Restriction.from_on, Restriction.until_on).where(
        Restriction.company_id == own, Restriction.state == "in_force"
    )
    for since, until in read(rows.order_by(Restriction.from_on.desc()).limit(1)):
        end = _said(until) if until else "复评达标解除为止"
        yield Notice(f"本小区物业企业考评不达标，{_said(since)}起限制承接新项目，至{end}。", tone="warn")


def _said(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def assessments(complex_id: int, read: Read) -> Iterator[Block]:
    rows = read(
        select(
            Assessment.id,
            Assessment.month,
            Assessment.daily,
            Assessment.complaint,
            Assessment.supervisor,
            Assessment.score,
            Assessment.band,
            Assessment.state,
        )
        .where(Assessment.complex_id == complex_id, counts(Assessment))
        .order_by(Assessment.month.desc())
        .limit(NEWEST)
    )
    if rows:
        yield Table(
            title="月度考评",
            columns=(
                Column(label="月份"),
                *(Column(label=x, align="right") for x in ("日常扣分", "投诉扣分", "监督员评价扣分", "总分")),
                Column(label="等次"),
                Column(label="状态"),
            ),
            rows=tuple(
                (
                    Text(f"{m.year}年{m.month}月", ref=Ref(kind="record", key=f"market_order.assessment/{key}")),
                    *(Number(float(x), digits=1) for x in (daily, complaint, supervisor, score)),
                    Text(band),
                    Text(ASSESSMENT.state(state).label),
                )
                for key, m, daily, complaint, supervisor, score, band, state in rows
            ),
        )


def open_matters(complex_id: int, read: Read) -> Iterator[Block]:
    """Issues of what must be posted and problems with public income that are not closed."""
    issues = read(
        select(Issue.id, Issue.item, Issue.fault, Issue.found_on, Issue.limit_on, Issue.state)
        .where(Issue.complex_id == complex_id, counts(Issue), Issue.closed_on.is_(None))
        .order_by(Issue.limit_on, Issue.id)
    )
    problems = read(
        select(
            IncomeProblem.id,
            IncomeProblem.fault,
            IncomeProblem.found_on,
            IncomeProblem.limit_on,
            IncomeProblem.state,
        )
        .where(IncomeProblem.complex_id == complex_id, IncomeProblem.state.not_in(PROBLEM.closed))
        .order_by(IncomeProblem.limit_on, IncomeProblem.id)
    )
    rows = [
        _row(f"{item}{fault}", f"market_order.issue/{key}", found, limit, ISSUE.state(state).label)
        for key, item, fault, found, limit, state in issues
    ] + [
        _row(f"公共收益：{fault}", f"market_order.income_problem/{key}", found, limit, PROBLEM.state(state).label)
        for key, fault, found, limit, state in problems
    ]
    if rows:
        columns = tuple(Column(label=label) for label in ("问题", "发现", "期限", "状态"))
        yield Table(title="公示公开和公共收益未了问题", columns=columns, rows=tuple(rows))


def _row(what: str, key: str, found: date, limit: date, state: str) -> tuple[Text | Day, ...]:
    return Text(what, ref=Ref(kind="record", key=key)), Day(found), Day(limit), Text(state)
