"""作战图: what every action is owed by every complex on a day, in one statement (look.md, plan 3: red overdue, yellow due in three
days, green nothing owed)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, case, func, or_, select, union_all

from core.base.blocks import Light
from core.base.status import SOON
from core.base.units import COMMUNITY, COMPLEX
from core.base.window import end_of
from core.estate.units import Complex
from core.services.owing import duties
from core.services.owing.obligations import Obligation, unit_kind
from core.services.work import Work

O = Obligation  # noqa: E741 - the table's short name in the conditions below
MOST = 120  # complexes shown one by one; more are shown by group first
GROUPS = ("community", "type")


@dataclass(frozen=True)
class Cell:
    """``late``: past due and not settled; ``soon``: due within three days. ``units``: how many complexes have something late."""

    late: int = 0
    soon: int = 0
    units: int = 0

    @property
    def light(self) -> Light:
        return Light.RED if self.late else Light.AMBER if self.soon else Light.GREEN

    def __add__(self, other: Cell) -> Cell:
        return Cell(self.late + other.late, self.soon + other.soon, self.units + other.units)


@dataclass(frozen=True)
class Row:
    """One complex, or one group of them. ``cells``: by action."""

    key: int | str
    label: str
    cells: dict[str, Cell]
    total: Cell


@dataclass
class Group:
    """A community or a type with its complexes; ``row`` sums them."""

    key: int | str
    label: str
    rows: list[Row] = field(default_factory=list)

    @property
    def row(self) -> Row:
        cells: dict[str, Cell] = defaultdict(Cell)
        for row in self.rows:
            for slug, cell in row.cells.items():
                cells[slug] += cell
        late = sum(1 for row in self.rows if row.total.late)
        total = sum((row.total for row in self.rows), Cell())
        return Row(self.key, self.label, dict(cells), Cell(total.late, total.soon, late))


def asked_of_complexes(work: Work) -> list[str]:
    """Actions that ask something of complexes at all; the others have no column cell to colour."""
    kinds = {key.partition(".")[0] for key, d in work.catalog.deadlines.items() if unit_kind(d) == COMPLEX.name}
    return [slug for slug in work.catalog.plugins if slug in kinds]


def groups(work: Work, as_of: date, by: str = "community") -> list[Group]:
    """Every complex with its cells, by community or by type, the most late groups first."""
    cells = _cells(work, as_of, asked_of_complexes(work))
    names = work.look.names(COMMUNITY)
    out: dict[int | str, Group] = {}
    rows = select(Complex.id, Complex.name, Complex.community_id, Complex.type).order_by(Complex.name)
    for unit_id, name, community_id, kind in work.session.execute(rows):
        key = community_id if by == "community" else kind
        group = out.setdefault(key, Group(key, names.get(community_id, "") if by == "community" else kind))
        mine = cells.get(unit_id, {})
        group.rows.append(Row(unit_id, name, mine, sum(mine.values(), Cell())))
    return sorted(out.values(), key=lambda g: (-g.row.total.late, str(g.label)))


def _cells(work: Work, as_of: date, slugs: Sequence[str]) -> dict[int, dict[str, Cell]]:
    at, over = end_of(as_of), duties.passed(work, as_of)
    near = [select(O.id).where(O.done_at.is_(None), O.due_at >= over, O.due_at <= over + SOON)]
    if as_of < work.today:
        near.append(select(O.id).where(O.done_at > at, O.due_at >= over, O.due_at <= over + SOON))
    chosen = union_all(*duties.still_open(work, as_of), *near).subquery("chosen")
    slug = case(*((O.rule.like(f"{slug}.%"), slug) for slug in slugs), else_="")
    late = func.sum(case((O.due_at < over, 1), else_=0))
    rows = (
        select(O.unit_id, slug, late, func.count() - late)
        .where(
            O.id.in_(select(chosen.c.id)),
            O.unit_kind == COMPLEX.name,
            O.opened_at <= at,
            or_(O.waived_until.is_(None), and_(O.waived_until.is_not(None), O.waived_until < as_of)),
        )
        .group_by(O.unit_id, slug)
    )
    out: dict[int, dict[str, Cell]] = defaultdict(dict)
    for unit_id, key, many, soon in work.session.execute(rows) if slugs else ():
        if key:
            out[unit_id][key] = Cell(int(many or 0), int(soon or 0), 1 if many else 0)
    return out
