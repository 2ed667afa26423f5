"""红黑榜: communities ranked by how much of what they owe stands, with the rule shown, ties and small numbers treated fairly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import func, select, union_all

from core.base.describe import Shape
from core.base.facts import IndicatorFacts
from core.base.say import Say
from core.base.units import COMMUNITY, COMPLEX
from core.estate.units import Complex
from core.services.measuring import figures
from core.services.owing import duties
from core.services.owing.obligations import Obligation
from core.services.work import Work

SMALL = 3  # communities with fewer complexes are shown, not ranked: one complex would swing them
BACK = timedelta(days=30)
FORMULA = Say(
    "达标率＝达到目标值的指标数÷有数据的比率指标数，从高到低排；达标率相同的，小区平均逾期件数少的在前；仍相同的并列。"
)
UNRANKED = Say("小区少于{n}个的社区不排名（样本太小，一个小区就会左右名次）。", n=SMALL)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A community's place. ``met`` of ``judged`` ratio indicators; ``late``: overdue duties; ``rank``: None is not ranked;
    ``moved``: places won since thirty days before, None where it was not ranked then."""

    unit_id: int
    name: str
    complexes: int
    met: int
    judged: int
    late: int
    rank: int | None = None
    moved: int | None = None

    @property
    def share(self) -> Fraction:
        return Fraction(self.met, self.judged) if self.judged else Fraction(0)

    @property
    def burden(self) -> Fraction:
        return Fraction(self.late, max(self.complexes, 1))


def table(work: Work, as_of: date, found: Sequence[IndicatorFacts] | None = None) -> list[Standing]:
    """All communities on ``as_of``, best first, those not ranked last. ``found``: the day's figures, where they are known."""
    return ranked(_standings(work, as_of, figures.indicators(work, as_of) if found is None else found))


def moved(work: Work, as_of: date) -> list[Standing]:
    """The same with the movement over thirty days; without it before the campaign's thirtieth day."""
    now, before = table(work, as_of), as_of - BACK
    if before < work.campaign.starts_on:
        return now
    then = {s.unit_id: s.rank for s in table(work, before)}
    return [replace(s, moved=_moved(then.get(s.unit_id), s.rank)) for s in now]


def ranked(found: Sequence[Standing]) -> list[Standing]:
    """Equal share and equal burden share a place, and the next place is left out (1, 2, 2, 4)."""
    fair = sorted((s for s in found if s.complexes >= SMALL and s.judged), key=_order)
    out: list[Standing] = []
    for place, one in enumerate(fair, start=1):
        tied = out and _order(out[-1])[:2] == _order(one)[:2]
        out.append(replace(one, rank=out[-1].rank if tied else place))
    rest = sorted((s for s in found if s.complexes < SMALL or not s.judged), key=lambda s: s.name)
    return [*out, *rest]


def _order(one: Standing) -> tuple[Fraction, Fraction, str]:
    return -one.share, one.burden, one.name


def _moved(then: int | None, now: int | None) -> int | None:
    return None if then is None or now is None else then - now


def _standings(work: Work, as_of: date, found: Sequence[IndicatorFacts]) -> list[Standing]:
    """One per community, not ranked yet."""
    met, late = _met(found), late_by_community(work, as_of)
    many = dict(work.session.execute(select(Complex.community_id, func.count()).group_by(Complex.community_id)).all())
    return [
        Standing(
            unit_id=unit_id,
            name=name,
            complexes=many.get(unit_id, 0),
            met=met.get(name, (0, 0))[0],
            judged=met.get(name, (0, 0))[1],
            late=late.get(name, 0),
        )
        for unit_id, name in work.look.names(COMMUNITY).items()
    ]


def _met(found: Sequence[IndicatorFacts]) -> Mapping[str, tuple[int, int]]:
    """Ratio indicators with a target, by community: how many stand, of how many with data."""
    out: dict[str, tuple[int, int]] = {}
    for one in found:
        if one.target is None or one.indicator.shape is not Shape.RATIO:
            continue
        for part in one.by_community:
            figure = one.indicator.figure(part.n, part.d)
            if figure is not None:
                met, judged = out.get(part.group, (0, 0))
                out[part.group] = met + one.target.met(figure), judged + 1
    return out


def late_by_community(work: Work, as_of: date) -> dict[str, int]:
    """What is past due on ``as_of`` by community: its own and its complexes'."""
    open_ones = select(Obligation.unit_kind, Obligation.unit_id).where(
        duties.past_due(work, as_of),
        ~func.coalesce(Obligation.waived_until >= as_of, False),
    )
    ones = open_ones.subquery("ones")
    homes = select(Complex.community_id.label("home")).join(
        ones, (ones.c.unit_kind == COMPLEX.name) & (ones.c.unit_id == Complex.id)
    )
    own = select(ones.c.unit_id).where(ones.c.unit_kind == COMMUNITY.name)
    both = union_all(homes, own).subquery("both")
    rows = work.session.execute(select(both.c.home, func.count()).group_by(both.c.home)).all()
    names = work.look.names(COMMUNITY)
    return {names.get(home, f"#{home}"): many for home, many in rows}
