"""Cells and runs as HTML. A figure with a Ref becomes a link to the rows behind it; all text is escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import assert_never

from markupsafe import Markup, escape

from core.base.blocks import Day, Lamp, Number, Ratio, Ref, Run, Text, percent, plain

Link = Callable[[Ref], str | None]

NO_DATA = Markup(
    '<span class="sa-none"><span aria-hidden="true">—</span><span class="visually-hidden">无数据</span></span>'
)


def no_link(_ref: Ref) -> str | None:
    """On paper and in a file there is nowhere to go."""
    return None


def run(one: Run, link: Link = no_link) -> Markup:
    """One word or figure."""
    if isinstance(one, str):
        return escape(str(one))
    address = link(one.ref) if one.ref is not None else None
    if address is None:
        return _figure(one)
    return Markup('<a class="sa-figure" href="{}">{}</a>').format(address, _figure(one))


def runs(many: Iterable[Run], link: Link = no_link) -> Markup:
    """Running text."""
    return Markup("").join(run(one, link) for one in many)


def _figure(one: Text | Number | Ratio | Day | Lamp) -> Markup:
    match one:
        case Text():
            return Markup("<strong>{}</strong>").format(str(one.value)) if one.strong else escape(str(one.value))
        case Number():
            return NO_DATA if one.value is None else Markup('<span class="sa-num">{}</span>').format(plain(one))
        case Ratio():
            return _ratio(one)
        case Day():
            if one.value is None:
                return NO_DATA
            return Markup('<time class="sa-day" datetime="{}">{}</time>').format(one.value.isoformat(), plain(one))
        case Lamp():
            return _lamp(one)
        case _:
            assert_never(one)


def _ratio(one: Ratio) -> Markup:
    if not one.d:
        return NO_DATA
    return Markup('<span class="sa-num sa-ratio">{}<span class="sa-ratio-of">（{}/{}）</span></span>').format(
        percent(one.value, one.limit), one.n, one.d
    )


def _lamp(one: Lamp) -> Markup:
    """Mark and word, so that the light can be told without its colour (WCAG 1.4.1)."""
    reason = Markup('<span class="sa-lamp-reason">{}</span>').format(str(one.reason)) if one.reason else Markup("")
    return Markup(
        '<span class="sa-lamp sa-lamp-{}"><span class="sa-lamp-mark" aria-hidden="true">{}</span>{}</span>{}'
    ).format(one.light.value, one.light.mark, one.light.word, reason)
