"""What reporting asks of a community in a month: forms, obligations and fields per action, from the ledger and the forms.

Counted is what a community's officer may file (of complexes, grids and the community itself). Asked are the fields a form
shows empty; its unit, what is derived and what arrives prefilled are not.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from sqlalchemy import func, select

from core.base.describe import Deadline
from core.base.record import Record
from core.base.units import COMMUNITY, COMPLEX, GRID
from core.base.window import TZ, month_end
from core.base.workflow import REPORTER
from core.estate.units import Community, ComplexTerm, Grid, model_of
from core.services.campaign.settings import due_of
from core.services.owing.obligations import Obligation, unit_kind
from core.services.work import Work

KINDS = (COMPLEX.name, COMMUNITY.name, GRID.name)
HEADS = ("专项行动", "表", "应办", "份数", "填写项", "其中必填", "已预填")


@dataclass(frozen=True)
class Form:
    """How many fields one filled-in form asks, of them required, and how many arrive filled."""

    asked: int
    required: int
    prefilled: int


@dataclass(frozen=True)
class Line:
    """One action's month of one community: ``forms`` kinds of form, ``filings`` of them, the fields of all of those."""

    label: str
    forms: int
    obligations: Fraction
    filings: Fraction
    asked: Fraction
    required: Fraction
    prefilled: Fraction


@dataclass(frozen=True)
class Burden:
    month: date
    community: str  # "" is the average
    communities: int
    complexes: Fraction  # a community
    lines: tuple[Line, ...]

    @property
    def total(self) -> Line:
        names = ("obligations", "filings", "asked", "required", "prefilled")
        sums = [sum((getattr(x, n) for x in self.lines), Fraction(0)) for n in names]
        return Line("合计", sum(x.forms for x in self.lines), *sums)


def of(work: Work, community: Community | None = None, day: date | None = None) -> Burden:
    """The month that holds ``day`` (default: today), of one community or of the average one."""
    month = (day or work.today).replace(day=1)
    ids = [community.id] if community else list(work.session.scalars(select(Community.id)))
    homes = _homes(work, min(month_end(month), max(work.today, month)))
    served = sum(1 for at in homes[COMPLEX.name].values() if at in set(ids))
    owed = _owed(work, month, set(ids), homes)
    many = max(len(ids), 1)
    lines = []
    for slug, plugin in work.catalog.plugins.items():
        mine = [d for d in work.catalog.deadlines.values() if d.key.partition(".")[0] == slug and owed.get(d.key)]
        lines.append(_line(work, plugin.action.label, mine, owed, many))
    name = community.name if community else ""
    return Burden(month, name, len(ids), Fraction(served, many), tuple(lines))


def _line(work: Work, label: str, chosen: Sequence[Deadline], owed: dict[str, list[int]], many: int) -> Line:
    sums = defaultdict[str, Fraction](Fraction)
    seen: set[tuple[type[Record], int]] = set()  # a record is filled in once, however many clocks it has
    for one in chosen:
        sums["obligations"] += Fraction(len(owed[one.key]), many)
        if one.answers is not None:
            own = one.of is one.answers
            again = {i for i in owed[one.key] if own and (one.answers, i) in seen}
            seen |= {(one.answers, i) for i in owed[one.key] if own}
            filled = len(owed[one.key]) - len(again)
            filings = Fraction(filled * getattr(due_of(one, work.settings), "times", 1), many)
            form = form_of(work, one.answers, steps=own)
            sums["filings"] += filings
            sums["asked"] += filings * form.asked
            sums["required"] += filings * form.required
            sums["prefilled"] += filings * form.prefilled
    forms = len({one.answers for one in chosen if one.answers is not None})
    return Line(label, forms, *(sums[n] for n in ("obligations", "filings", "asked", "required", "prefilled")))


def form_of(work: Work, model: type[Record], *, steps: bool = False) -> Form:
    """The fields of a form: those asked when it is first filed, and with ``steps`` those its later steps ask."""
    unit = work.session.scalar(select(func.min(model_of(model.unit).id)))
    known = {n for n, v in model.known(work.look, unit).items() if v is not None} if unit else set()
    later = {n for t in model.workflow.transitions for n in t.fields} if steps else set()
    asked = required = prefilled = 0
    for field in model.fields():
        if field.name == model.unit.column or field.derived or not (field.filed or field.name in later):
            continue
        if field.filed and (field.given is not None or field.name in known):
            prefilled += 1
        else:
            asked += 1
            required += field.required or not field.filed  # a step's fields are required on the way
    return Form(asked, required, prefilled)


def _owed(work: Work, month: date, ids: set[int], homes: dict[str, dict[int, int]]) -> dict[str, list[int]]:
    """The records (0: none, a recurring duty) whose obligations of each rule fall due in the month for these communities,
    where they may file the answer."""
    first = datetime.combine(month, time(0, 0), TZ)
    after = datetime.combine(month_end(month) + timedelta(days=1), time(0, 0), TZ)
    rows = select(Obligation.rule, Obligation.unit_kind, Obligation.unit_id, Obligation.subject_id).where(
        Obligation.due_at >= first, Obligation.due_at < after, Obligation.unit_kind.in_(KINDS)
    )
    out: dict[str, list[int]] = {}
    for rule, kind, unit, subject in work.session.execute(rows):
        deadline = work.catalog.deadlines.get(rule)
        if deadline is None or kind != unit_kind(deadline):
            continue
        if deadline.answers is not None and REPORTER not in deadline.answers.by:
            continue  # the lead department's own work
        if homes[kind].get(unit) in ids:
            out.setdefault(rule, []).append(subject)
    return out


def _homes(work: Work, day: date) -> dict[str, dict[int, int]]:
    """The community each complex, grid and community lies in."""
    term = ComplexTerm
    terms = select(term.complex_id, term.community_id).where(term.since <= day, term.until >= day)
    grids = select(Grid.id, Grid.community_id)
    return {
        COMPLEX.name: dict(work.session.execute(terms).all()),
        GRID.name: dict(work.session.execute(grids).all()),
        COMMUNITY.name: {unit: unit for unit in work.session.scalars(select(Community.id))},
    }


def lines(burden: Burden) -> Iterator[str]:
    """As one table for a terminal."""
    who = burden.community or f"{burden.communities} 个社区平均"
    yield f"{burden.month:%Y-%m} {who}，{_number(burden.complexes)} 个小区"
    rows = [HEADS, *(_cells(line) for line in (*burden.lines, burden.total))]
    wide = [max(_width(row[n]) for row in rows) for n in range(len(HEADS))]
    for row in rows:
        cells = [row[0] + " " * (wide[0] - _width(row[0]))]
        cells += [" " * (wide[n] - _width(row[n])) + row[n] for n in range(1, len(HEADS))]
        yield "  ".join(cells)
    yield "应办：当月到期的件数；份数：为此要填的表；填写项：要人填写的格数；已预填：带好了值、不必再填的格数。"


def _cells(line: Line) -> tuple[str, ...]:
    numbers = (line.obligations, line.filings, line.asked, line.required, line.prefilled)
    return (line.label, str(line.forms), *map(_number, numbers))


def _number(value: Fraction) -> str:
    return f"{float(value):.1f}".removesuffix(".0")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
