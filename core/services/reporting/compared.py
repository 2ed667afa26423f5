"""Figures as a report prints them, and how they differ from an earlier report's. Pure: facts to blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.base import blocks as b
from core.base import shown
from core.base.facts import Facts


@dataclass(frozen=True)
class Figure:
    """One figure: of an indicator, or the number overdue of a deadline. ``text`` is how it was printed."""

    kind: str
    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Changed:
    """A figure that differs between two reports; "" where one has none."""

    figure: Figure
    before: str
    after: str


@dataclass(frozen=True)
class Before:
    """What a report is compared with: ``title`` names it ("第3期（截至2024年11月30日）"), its figures by (kind, key)."""

    title: str
    texts: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, title: str, figures: Sequence[Figure]) -> Before:
        return cls(title, {(f.kind, f.key): f.text for f in figures})


def figures_of(sections: Sequence[Facts]) -> tuple[Figure, ...]:
    """The figures of the report as it prints them."""
    return tuple(_figures(sections))


def _figures(sections: Sequence[Facts]) -> Iterator[Figure]:
    for facts in sections:
        for one in facts.indicators:
            text = b.plain(shown.figure_cell(one, facts.as_of))
            yield Figure("indicator", one.indicator.key, one.indicator.label, text)
        for duty in facts.deadlines:
            yield Figure("deadline", duty.deadline.key, f"{duty.deadline.label}（逾期未办）", str(duty.overdue))


def changes(before: Sequence[Figure], after: Sequence[Figure]) -> list[Changed]:
    """What differs, in the order of the later one; what it has no more comes last."""
    old, new = ({(f.kind, f.key): f for f in found} for found in (before, after))
    order = dict.fromkeys([*new, *old])
    pairs = [(new.get(key), old.get(key)) for key in order]
    return [
        Changed(n or o, o.text if o else "", n.text if n else "")  # type: ignore[arg-type]
        for n, o in pairs
        if (n.text if n else None) != (o.text if o else None)
    ]


def changes_table(found: Sequence[Changed], title: str, before: str, after: str) -> b.Table:
    """``found`` as a block, for paper and page."""
    rows = tuple((b.Text(c.figure.label), b.Text(c.before or "—"), b.Text(c.after or "—")) for c in found)
    columns = (b.Column(label="指标或事项", width=22), b.Column(label=before, width=14, align="right"))
    return b.Table(
        title=title,
        columns=(*columns, b.Column(label=after, width=14, align="right")),
        rows=rows,
        empty="数据没有变动。",
    )


def lead(facts: Facts, before: Before | None) -> Iterator[b.Block]:
    """One sentence at the head of an action's section: what moved since the report before."""
    if before is None or not facts.indicators + facts.deadlines:
        return
    said: list[b.Run] = []
    for one in facts.indicators:
        cell, old = shown.figure_cell(one, facts.as_of), before.texts.get(("indicator", one.indicator.key))
        if old is not None and old != b.plain(cell):
            how = "新有数据，为" if old == "—" else f"由{old}变为"
            said += ["，" if said else "", shown.quoted(one.indicator.label) + how, cell]
    was = [int(t) for d in facts.deadlines if (t := before.texts.get(("deadline", d.deadline.key))) is not None]
    now = sum(d.overdue for d in facts.deadlines)
    if was and sum(was) != now:
        ref = b.Ref(kind="action", key=facts.action.slug, as_of=facts.as_of)
        said += ["；" if said else "", f"逾期未办由{sum(was)}件变为", b.Number(now, "件", ref=ref)]
    yield b.Paragraph(f"与{before.title}相比，", *(said or ["各项数据没有变化"]), "。")
