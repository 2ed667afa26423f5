"""What the number of complaints is compared with (Q7), and the comparison itself: A3-1 for each of the three baselines.

A part of a period counts in proportion of its days, for the base as for us: 2024-11-08..11-30 is compared with the same days
of 2023, November 2024 with 23/30 of a mean month. Only communities that have a base enter, on both sides.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Integer, and_, case, cast, func, or_, select
from sqlalchemy.orm import Mapped

from core.api import (
    COMMUNITY,
    LEAD,
    Community,
    Complex,
    Look,
    Problem,
    Record,
    Rows,
    Say,
    choice,
    counts,
    day,
    days_between,
    integer,
    local_day,
    long_text,
    month_of,
    plus_days,
    text,
)
from plugins.disputes.records_complaint import Complaint

SPAN, MONTH = KINDS = ("同期", "月")
SAME_PERIOD, MEAN, LAST_MONTH = BASELINES = ("上年同期", "2024年1-10月月均", "上月")
MEAN_FROM, MEAN_TO, MEAN_MONTHS = date(2024, 1, 1), date(2024, 10, 31), 10


class Baseline(Record):
    """One community's count of complaints (件次, 物业管理类) in one earlier period, with its source and who answers for it."""

    __tablename__ = "disputes_baseline"
    unit, label, code = COMMUNITY, "投诉基数", "Q7"
    help = "同期：填上年的起止日期，可以分段，各段相连、不重叠；月：填整月。没有基数的社区不参加比较。"
    by = (LEAD,)
    once_per = ("community_id", "kind", "from_on")
    named_by = ("kind", "from_on")
    kind: Mapped[str] = choice("口径", KINDS, required=True)
    from_on: Mapped[date] = day("起始日期", happened=True, given=None)
    to_on: Mapped[date] = day("截止日期", required=True)
    number: Mapped[int] = integer("件次", required=True, at_most=100_000, unit="件次")
    source: Mapped[str] = text("来源", required=True, longest=200)
    signed_by: Mapped[str] = text("签认（单位或职务）", required=True, longest=60)
    note: Mapped[str | None] = long_text("说明", longest=500)
    compare_from: Mapped[date | None] = day("对应本年起始", derived=True, planned=True, listed=False)
    compare_to: Mapped[date | None] = day("对应本年截止", derived=True, planned=True, listed=False)

    def derive(self, look: Look) -> Mapping[str, Any]:
        """The same days one year on; the 29th of February goes with the 28th."""
        if self.kind != SPAN:
            return {"compare_from": None, "compare_to": None}
        return {"compare_from": _next_year(self.from_on), "compare_to": _next_year(self.to_on)}

    def check(self, look: Look) -> Iterator[Problem]:
        if self.to_on < self.from_on:
            yield Problem("to_on", Say("截止日期不能早于起始日期"))
        if self.to_on > look.today:
            yield Problem("to_on", Say("时段还没有结束"))
        first_of_next = (self.from_on + timedelta(days=31)).replace(day=1)
        if self.kind == MONTH and (self.from_on.day != 1 or self.to_on != first_of_next - timedelta(days=1)):
            yield Problem("from_on", Say("月基数请填整月，例如 2024-01-01 至 2024-01-31"))
        other = select(Baseline.id).where(
            Baseline.community_id == self.community_id,
            Baseline.kind == self.kind,
            Baseline.from_on <= self.to_on,
            Baseline.to_on >= self.from_on,
            Baseline.id != (self.id or 0),
        )
        for (found,) in look.read(other.limit(1)):
            yield Problem("from_on", Say("与已有的基数（编号 {i}）时段重叠", i=found))


def _next_year(one: date) -> date:
    return one.replace(year=one.year + 1, day=28 if (one.month, one.day) == (2, 29) else one.day)


def reduction(baseline: str, start: Any, day: Any, days: Any) -> tuple[Any, Any]:
    """(current, base) of the street as scalar expressions; ``start``: the campaign's first day, ``days``: from it to ``day``.
    A mean that is no whole number makes both ten times as large: the verdict stays exact (Q23)."""
    since = case((month_of(day) > start, month_of(day)), else_=start)
    whole_month = days_between(month_of(plus_days(month_of(day), 32)), month_of(day))
    gone = days_between(day, since) + 1
    if baseline == SAME_PERIOD:
        base = same_period(start, day, days).subquery("base")
        return current(base, start, day), _sum(base)
    if baseline == MEAN:
        base = monthly_mean().subquery("base")
        total, now = _sum(base), current(base, since, day)
        even = total % MEAN_MONTHS == 0
        n = case((and_(gone == whole_month, ~even), now * MEAN_MONTHS), else_=now)
        d = case(
            (and_(gone == whole_month, even), total // MEAN_MONTHS),
            (gone == whole_month, total),
            else_=_part(total, gone, whole_month * MEAN_MONTHS),
        )
        return n, d
    base = last_month(start, day).subquery("base")
    total = _sum(base)
    d = case((gone == whole_month, total), else_=_part(total, gone, whole_month))
    return current(base, since, day), d


def same_period(start: Any, day: Any, days: Any) -> Rows:
    """(community, base) of the same days last year, for the communities whose base covers every one of them."""
    first = case((Baseline.compare_from > start, Baseline.compare_from), else_=start)
    last = case((Baseline.compare_to < day, Baseline.compare_to), else_=day)
    both = days_between(last, first) + 1
    whole = days_between(Baseline.compare_to, Baseline.compare_from) + 1
    return (
        select(Baseline.community_id, func.sum(_part(Baseline.number, both, whole)).label("base"))
        .where(Baseline.kind == SPAN, counts(Baseline), Baseline.compare_from <= day, Baseline.compare_to >= start)
        .group_by(Baseline.community_id)
        .having(func.sum(both) == days)
    )


def monthly_mean() -> Rows:
    """(community, sum of the ten months), for the communities that have all ten."""
    return (
        select(Baseline.community_id, func.sum(Baseline.number).label("base"))
        .where(Baseline.kind == MONTH, counts(Baseline), Baseline.from_on.between(MEAN_FROM, MEAN_TO))
        .group_by(Baseline.community_id)
        .having(func.count() == MEAN_MONTHS)
    )


def last_month(start: Any, day: Any) -> Rows:
    """(community, last month's number): what was recorded as base, else our own register if it holds the whole month."""
    month = month_of(plus_days(month_of(day), -1))
    recorded = (
        select(Baseline.community_id, Baseline.number.label("number"))
        .where(Baseline.kind == MONTH, counts(Baseline), Baseline.from_on == month)
        .subquery("recorded")
    )
    own = (
        received(month, plus_days(month_of(day), -1))
        .where(Complex.community_id == Community.id)
        .correlate(Community)
        .scalar_subquery()
    )
    return (
        select(Community.id.label("community_id"), func.coalesce(recorded.c.number, own).label("base"))
        .outerjoin(recorded, recorded.c.community_id == Community.id)
        .where(or_(recorded.c.number.is_not(None), month >= start))
    )


def received(first: Any, last: Any) -> Rows:
    """How many complaints on property management (件次) came in on these days, without those another body has taken."""
    gone = local_day(Complaint.transferred_at) <= last
    return (
        select(func.count())
        .select_from(Complaint)
        .join(Complex, Complex.id == Complaint.complex_id)
        .where(
            counts(Complaint),
            Complaint.is_property,
            local_day(Complaint.received_at).between(first, last),
            or_(Complaint.transferred_at.is_(None), ~gone),
        )
    )


def current(base: Any, first: Any, last: Any) -> Any:
    """``received`` in the communities that have a base."""
    return received(first, last).where(Complex.community_id.in_(select(base.c[0]))).scalar_subquery()


def _sum(base: Any) -> Any:
    return select(cast(func.coalesce(func.sum(base.c.base), 0), Integer)).scalar_subquery()


def _part(number: Any, of: Any, whole: Any) -> Any:
    """``number * of / whole`` rounded to the nearest whole number."""
    return (2 * number * of + whole) // (2 * whole)
