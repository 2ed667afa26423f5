"""Rules about figures and duties: the selects give what the contract says, on no data and on samples, on any day, and the
part of one unit is that unit's row of the whole. The ledgers stand on that (law 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.base.describe import Deadline, Indicator, Shape
from core.base.due import Occurrence
from core.base.window import Window
from core.checks.bench import AS_OF, START
from core.checks.rule import Subject
from core.estate.population import EstateScope
from core.estate.units import model_of
from core.services.measuring import measures
from core.services.owing import obligations
from core.services.work import Work

PARTS = 6  # units whose own part is compared with the whole


def columns(subject: Subject) -> Iterator[str]:
    for where, platform in subject.benches.both:
        with platform.reading() as work:
            for indicator in subject.plugin.indicators:
                known = _units(work, indicator)
                for day in AS_OF:
                    rows = _rows(work, indicator, day)
                    yield from (f"{indicator.key}（{where}，{day}）：{p}" for p in _shape(indicator, rows, known))


def _shape(indicator: Indicator, rows: Sequence[Any], known: set[int]) -> Iterator[str]:
    if rows and len(rows[0]) != 3:
        yield f"应为三列（对象、分子、分母），实为 {len(rows[0])} 列"
        return
    twice = [u for u, times in Counter(r[0] for r in rows).items() if times > 1]
    if twice:
        yield f"一个对象应只有一行，{twice[:3]} 有多行"
    if stray := [u for u, _, _ in rows if u not in known]:
        yield f"{stray[:3]} 不是登记的{indicator.unit.label}"
    for unit, n, d in rows:
        if not (_whole(n) and _whole(d)):
            yield f"对象 {unit} 的分子分母 {n!r}/{d!r} 不是整数（没有数据的对象不应出现）"
        elif d < 0 or (indicator.shape is Shape.RATIO and not 0 <= n <= d):
            yield f"对象 {unit} 的 {n}/{d} 不是合理的比例"


def parts(subject: Subject) -> Iterator[str]:
    with subject.benches.filled.reading() as work:
        for indicator in subject.plugin.indicators:
            for day in AS_OF:
                span = _window(work, indicator, day)
                whole = {u: (n, d) for u, n, d in measures.compute(work, indicator, span)}
                for unit in sorted(_units(work, indicator))[:PARTS]:
                    own = {u: (n, d) for u, n, d in measures.compute(work, indicator, span, [unit])}
                    if own != {u: v for u, v in whole.items() if u == unit}:
                        yield f"{indicator.key}（{day}）：对象 {unit} 单算得 {own.get(unit)}，总表中为 {whole.get(unit)}"


def duties(subject: Subject) -> Iterator[str]:
    for where, platform in subject.benches.both:
        with platform.reading() as work:
            for one in subject.plugin.deadlines:
                found = _clock(one) if one.of is not None else _recurring(work, one)
                yield from (f"{one.key}（{where}）：{p}" for p in found)


def _recurring(work: Work, one: Deadline) -> Iterator[str]:
    for at in obligations.occurrences(work, one, START):
        whole = _owed(work, one, at, None)
        if whole and len(whole[0]) != 2:
            yield f"应为两列（对象、日期），实为 {len(whole[0])} 列"
            return
        if len({u for u, _ in whole}) != len(whole):
            yield f"{at.window.key}：一个对象应只有一行"
        for unit in [u for u, _ in whole][:PARTS]:
            if _owed(work, one, at, unit) != [r for r in whole if r[0] == unit]:
                yield f"{at.window.key}：对象 {unit} 单算与总表不同"


def _owed(work: Work, one: Deadline, at: Occurrence, unit: int | None) -> list[tuple[Any, ...]]:
    scope = EstateScope(work.settings, work.partners, name="o", only="" if unit is None else one.unit.name)
    rows = obligations.owed(one, at.times, scope).subquery()
    statement = select(*rows.c) if unit is None else select(*rows.c).where(rows.c[0] == unit)
    binds: dict[str, Any] = scope.binds(at.window) | ({} if unit is None else {"only": [unit]})
    return [tuple(r) for r in work.session.execute(statement, binds)]


def _clock(one: Deadline) -> Iterator[str]:
    """A clock reads columns of its record by name: a misspelt one would only be met when the first record comes in."""
    for word in ("opened", "stated", "done_on"):
        name = getattr(one, word)
        if name and not hasattr(one.of, name):
            yield f"{word}={name!r} 不是 {one.of.__name__ if one.of else ''} 的字段"


def _rows(work: Work, indicator: Indicator, day: date) -> Sequence[Any]:
    scope = measures.scope_for(work, indicator.every)
    return work.session.execute(indicator.measure(scope), scope.binds(_window(work, indicator, day))).all()


def _window(work: Work, indicator: Indicator, day: date) -> Window:
    return measures.window_for(work, indicator, day)


def _units(work: Work, indicator: Indicator) -> set[int]:
    return set(work.session.scalars(select(model_of(indicator.unit).id)))


def _whole(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, Decimal) and value == int(value))


def _none(key: str, _scope: Any) -> Any:
    raise ValueError(f"a deadline can't read the measure {key}")
