"""Its section of the combined report: figures, duties, party members by group, how companies are covered, meetings."""

from collections.abc import Iterator

from sqlalchemy import func, or_, select

from core.api import Block, Column, Facts, Number, Paragraph, Rows, Table, Text, counts, has, local_day
from plugins.party_coverage.records import (
    CensusEntry,
    CommunityDecision,
    CommunityMeeting,
    ComplexDecision,
    ComplexMeeting,
    Coverage,
)
from plugins.party_coverage.records_company import COVERED, NOT_COVERED
from plugins.party_coverage.records_complex import FULL, GROUPS, PROBATIONARY, WILLING


def build(facts: Facts) -> Iterator[Block]:
    yield from facts.standard(facts)
    yield census(facts)
    yield companies(facts)
    yield meetings(facts)


def census(facts: Facts) -> Table:
    """Members registered by the day, by group and by what they would serve as; probationary apart (Q1). Only numbers."""
    by_day = (CensusEntry.surveyed_on <= facts.as_of, counts(CensusEntry))
    lines = [("合计", None), *((g, has(CensusEntry.groups, g)) for g in GROUPS)]
    lines += [(f"愿意：{w}", has(CensusEntry.willing, w)) for w in WILLING]
    rows = []
    for label, chosen in lines:
        where = (*by_day, chosen) if chosen is not None else by_day
        some = select(CensusEntry.category, func.count()).where(*where).group_by(CensusEntry.category)
        many = _numbers(facts, some)
        rows.append((Text(label), Number(many.get(FULL, 0), "人"), Number(many.get(PROBATIONARY, 0), "人")))
    return Table(
        title="小区党员摸底",
        columns=(
            Column(label="群体", width=14),
            Column(label="正式党员", align="right"),
            Column(label="预备党员", align="right"),
        ),
        rows=tuple(rows),
    )


def companies(facts: Facts) -> Table:
    """How companies are covered on the day."""
    left = or_(Coverage.until_on.is_(None), Coverage.until_on >= facts.as_of)
    rows = (
        select(Coverage.way, func.count(Coverage.company_id.distinct()))
        .where(Coverage.since_on <= facts.as_of, left, counts(Coverage))
        .group_by(Coverage.way)
    )
    many = _numbers(facts, rows)
    return Table(
        title="物业企业“两个覆盖”",
        columns=(Column(label="方式", width=14), Column(label="企业", align="right")),
        rows=tuple((Text(w), Number(many[w], "家")) for w in (*COVERED, NOT_COVERED) if w in many),
        empty="尚未登记覆盖方式。",
    )


def _numbers(facts: Facts, rows: Rows) -> dict[str, int]:
    """A select of (what, how many) as a look-up."""
    out: dict[str, int] = {}
    for what, number in facts.read(rows):
        out[what] = number
    return out


def meetings(facts: Facts) -> Paragraph:
    """Meetings of the month and decisions still open on the day."""
    month = facts.as_of.replace(day=1)
    held = []
    for meeting in (CommunityMeeting, ComplexMeeting):
        on = local_day(meeting.held_at).between(month, facts.as_of)
        ((number,),) = facts.read(select(func.count()).select_from(meeting).where(on, counts(meeting)))
        held.append(number)
    waiting = 0
    for decision in (CommunityDecision, ComplexDecision):
        left = or_(decision.answered_on.is_(None), decision.answered_on > facts.as_of)
        ((number,),) = facts.read(
            select(func.count())
            .select_from(decision)
            .where(decision.assigned_on <= facts.as_of, left, counts(decision))
        )
        waiting += number
    return Paragraph(
        f"{month.month}月以来召开社区党建联席会议",
        Number(held[0], "次"),
        "、小区党建联席会议",
        Number(held[1], "次"),
        "；尚未办结的议定事项",
        Number(waiting, "件"),
        "。",
    )
