"""Text against figures: numbers in a department's own words that name an indicator or a duty, compared with the data. Nothing is
mended silently; a person decides which of the two is right. Pure: text and facts to sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.base.blocks import Number, Ratio, percent, plain
from core.base.describe import Shape
from core.base.facts import DeadlineFacts, Facts, IndicatorFacts
from core.base.say import Say

SENTENCE = re.compile(r"[。；;！!？?\n]|(?<!\d),|,(?!\d)")  # a clause: what follows its comma speaks of something else
POINTS = "个百分点"
NUMBER = re.compile(rf"(?<![\d.第])(\d[\d,]*(?:\.\d+)?)\s*(%|{POINTS})?\s*(年|月|日|号|期|周|季度|时|点|轮)?")
BRACKET = re.compile(r"[(（].*?[)）]")


@dataclass(frozen=True)
class _Known:
    """What may be written of one figure: percents and counts, and how the data reads."""

    label: str
    shares: tuple[Fraction, ...]
    counts: frozenset[Fraction]
    shown: str


def contradictions(text: str, facts: Facts) -> Iterator[Say]:
    """A sentence for each number in ``text`` that stands behind the name or code of an indicator or duty of ``facts`` and is
    none of its own: not the figure (as far as it is written out), its parts or its target."""
    known = _named(list(_all(facts)))
    if not known:
        return
    mention = re.compile("|".join(sorted(map(re.escape, known), key=len, reverse=True)))
    for clause in SENTENCE.split(unicodedata.normalize("NFKC", text)):
        found = list(mention.finditer(clause))
        ends = [*(one.start() for one in found[1:]), len(clause)]
        for here, end in zip(found, ends, strict=False):
            one = known[here.group()]
            for number in NUMBER.finditer(clause[here.end() : end]):
                if not number[3] and number[2] != POINTS and not _fits(one, number[1], bool(number[2])):
                    said = number[1] + (number[2] or "")
                    yield Say("“{what}”写的是 {said}，数据是 {shown}", what=one.label, said=said, shown=one.shown)


def _fits(one: _Known, written: str, share: bool) -> bool:
    digits = written.replace(",", "")
    value, places = Fraction(digits), len(digits.partition(".")[2])
    if not share:
        return value in one.counts or any(abs(value - c) * 10**places * 2 <= 1 for c in one.counts if places)
    return any(abs(value - s * 100) * 10**places * 2 <= 1 for s in one.shares)


def _named(found: Sequence[_Known]) -> dict[str, _Known]:
    """By full name, and without what stands in brackets where that is nobody else's name."""
    full = {unicodedata.normalize("NFKC", one.label): one for one in found}
    short: dict[str, list[_Known]] = {}
    for name, one in full.items():
        short.setdefault(BRACKET.sub("", name), []).append(one)
    return {name: ones[0] for name, ones in short.items() if len(ones) == 1 and len(name) > 2} | full


def _all(facts: Facts) -> Iterator[_Known]:
    yield from (_of_indicator(i) for i in facts.indicators)
    yield from (_of_deadline(d) for d in facts.deadlines)


def _of_indicator(one: IndicatorFacts) -> _Known:
    target = (one.target.value,) if one.target else ()
    if one.figure is None:
        return _Known(one.indicator.label, target, frozenset(target), "无数据")
    parts = frozenset(Fraction(n) for n in (one.n, one.d, one.d - one.n))
    match one.indicator.shape:
        case Shape.COUNT:
            shown = plain(Number(one.n, one.indicator.suffix))
            return _Known(one.indicator.label, target, frozenset((Fraction(one.n), *target)), shown)
        case Shape.AVERAGE:
            shown = plain(Number(float(one.figure), one.indicator.suffix, digits=1))
            return _Known(one.indicator.label, target, parts | {one.figure, *target}, shown)
        case Shape.REDUCTION:
            return _Known(one.indicator.label, (one.figure, *target), parts, percent(one.figure))
        case _:
            return _Known(one.indicator.label, (one.figure, *target), parts, plain(Ratio(one.n, one.d)))


def _of_deadline(one: DeadlineFacts) -> _Known:
    share = Ratio(*one.on_time).value
    counts = (one.owed, one.met, one.met_late, one.overdue, one.open, one.waived, *one.on_time)
    shown = f"应办{one.owed}、按期{one.met}、逾期完成{one.met_late}、未到期{one.open}、逾期未办{one.overdue}"
    return _Known(one.deadline.label, () if share is None else (share,), frozenset(map(Fraction, counts)), shown)
