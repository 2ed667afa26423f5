"""红黑榜: communities ranked by how much of what they owe stands, with the rule shown, ties and small numbers treated fairly."""

from __future__ import annotations

from collections import Counter, defaultdict
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
ENDS = 3  # so many of the first are 红榜, so many of the last 黑榜
ENOUGH = 8  # with fewer ranked, nobody is 黑榜: half of all would be
BACKS = (7, 30)  # days
FORMULA = Say(
    "达标率＝达到目标值的指标数÷有数据的比率指标数，从高到低排；达标率相同的，小区平均逾期件数少的在前；仍相同的并列。"
)
RED_LIST, BLACK_LIST = "红榜", "黑榜"
UNRANKED = Say("小区少于{n}个的社区不排名（样本太小，一个小区就会左右名次）。", n=SMALL)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A community's place. ``met`` of ``judged`` ratio indicators; ``late``: overdue duties; ``rank``: None is not ranked;
    ``stands``: the labels of those met. Against an earlier day: ``moved``, places won, None where it was not ranked then;
    ``gained`` and ``lost``, the indicators that came to stand or ceased to. ``listed``: 红榜, 黑榜 or neither."""

    unit_id: int
    name: str
    complexes: int
    met: int
    judged: int
    late: int
    rank: int | None = None
    moved: int | None = None
    stands: frozenset[str] = frozenset()
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    listed: str = ""

    @property
    def share(self) -> Fraction:
        return Fraction(self.met, self.judged) if self.judged else Fraction(0)

    @property
    def burden(self) -> Fraction:
        return Fraction(self.late, max(self.complexes, 1))


def table(work: Work, as_of: date, found: Sequence[IndicatorFacts] | None = None) -> list[Standing]:
    """All communities on ``as_of``, best first, those not ranked last. ``found``: the day's figures, where they are known."""
    return ranked(_standings(work, as_of, figures.indicators(work, as_of) if found is None else found))


def moved(work: Work, as_of: date, back: int = BACKS[-1]) -> list[Standing]:
    """The same with the movement over ``back`` days; without it where the campaign is younger."""
    now, before = table(work, as_of), as_of - timedelta(days=back)
    if before < work.campaign.starts_on:
        return now
    then = {s.unit_id: s for s in table(work, before)}
    return [_against(s, then.get(s.unit_id)) for s in now]


def _against(now: Standing, then: Standing | None) -> Standing:
    if then is None:
        return now
    won, lost = sorted(now.stands - then.stands), sorted(then.stands - now.stands)
    return replace(now, moved=_moved(then.rank, now.rank), gained=tuple(won), lost=tuple(lost))


def ranked(found: Sequence[Standing]) -> list[Standing]:
    """Equal share and equal burden share a place, and the next place is left out (1, 2, 2, 4)."""
    fair = sorted((s for s in found if s.complexes >= SMALL and s.judged), key=_order)
    out: list[Standing] = []
    for place, one in enumerate(fair, start=1):
        tied = out and _order(out[-1])[:2] == _order(one)[:2]
        out.append(replace(one, rank=out[-1].rank if tied else place))
    rest = sorted((s for s in found if s.complexes < SMALL or not s.judged), key=lambda s: s.name)
    return [*_listed(out), *rest]


def _listed(fair: Sequence[Standing]) -> list[Standing]:
    """The first and the last marked; who shares a place shares the list."""
    ranks = [s.rank or 0 for s in fair]
    last = ranks[-ENDS] if len(fair) >= ENOUGH else len(fair) + 1
    out = []
    for one, rank in zip(fair, ranks, strict=True):
        word = RED_LIST if rank <= ENDS else BLACK_LIST if rank >= last else ""
        out.append(replace(one, listed=word))
    return out


def _order(one: Standing) -> tuple[Fraction, Fraction, str]:
    return -one.share, one.burden, one.name


def _moved(then: int | None, now: int | None) -> int | None:
    return None if then is None or now is None else then - now


def _standings(work: Work, as_of: date, found: Sequence[IndicatorFacts]) -> list[Standing]:
    """One per community, not ranked yet."""
    (met, judged), late = _met(found), late_by_community(work, as_of)
    many = dict(work.session.execute(select(Complex.community_id, func.count()).group_by(Complex.community_id)).all())
    return [
        Standing(
            unit_id=unit_id,
            name=name,
            complexes=many.get(unit_id, 0),
            met=len(met.get(name, ())),
            judged=judged[name],
            stands=frozenset(met.get(name, ())),
            late=late.get(name, 0),
        )
        for unit_id, name in work.look.names(COMMUNITY).items()
    ]


def _met(found: Sequence[IndicatorFacts]) -> tuple[Mapping[str, list[str]], Counter[str]]:
    """Ratio indicators with a target, by community: which stand, and of how many with data."""
    met: defaultdict[str, list[str]] = defaultdict(list)
    judged = Counter[str]()
    for one in found:
        if one.target is None or one.indicator.shape is not Shape.RATIO:
            continue
        for part in one.by_community:
            figure = one.indicator.figure(part.n, part.d)
            if figure is None:
                continue
            judged[part.group] += 1
            if one.target.met(figure):
                met[part.group].append(one.indicator.label)
    return met, judged


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
