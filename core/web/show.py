"""How values look on a page: the filters of the templates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Flask
from flask_babel import gettext
from markupsafe import Markup

from core.base.blocks import CHINESE_DIGITS, Block, Light, percent, plain
from core.base.describe import Shape
from core.base.facts import IndicatorFacts
from core.base.fields import Field
from core.base.say import Say
from core.base.shown import figure_cell, target_text
from core.base.status import Status
from core.base.window import TZ, day_of, spoken
from core.render import html
from core.services.measuring import why
from core.services.permission.rights import ROLES
from core.web import language
from core.web.frame import address, reading

WEEK = "一二三四五六日"


def install(app: Flask) -> None:
    for name in (
        "day",
        "moment",
        "left",
        "say",
        "blocks",
        "headings",
        "figure",
        "target",
        "arrival",
        "percent",
        "cell",
        "clause",
        "period",
    ):
        app.jinja_env.filters[name] = globals()[name]
    app.jinja_env.globals.update(Light=Light, Status=Status, ROLES=ROLES)


def day(value: date | datetime | None) -> str:
    """2024年11月15日(周五), or Fri 15 Nov 2024."""
    if value is None:
        return "—"
    on = day_of(value) if isinstance(value, datetime) else value
    if language.language() == "en":
        return f"{on:%a} {on.day} {on:%b %Y}"
    return f"{on.year}年{on.month}月{on.day}日(周{WEEK[on.weekday()]})"


def moment(value: datetime | None) -> str:
    return "—" if value is None else f"{value.astimezone(TZ):%Y-%m-%d %H:%M}"


def left(due: datetime, today: date) -> str:
    """还剩 2 天, 今天到期, 逾期 3 天."""
    days = (day_of(due) - today).days
    if days > 0:
        return str(gettext("还剩 %(n)s 天", n=days))
    return str(gettext("今天到期") if days == 0 else gettext("逾期 %(n)s 天", n=-days))


def say(text: Say | str) -> str:
    """A message in the reader's language, its values put in."""
    return language.translated(text)


def blocks(found: tuple[Block, ...]) -> Markup:
    """Blocks as a part of the page. They are what is filed, so they stay in Chinese; an English page says so to readers aloud."""
    shown = html.fragment(found, address)
    return shown if language.language() == "zh" else Markup('<article lang="zh-CN">{}</article>').format(shown)


def headings(found: tuple[Block, ...]) -> list[tuple[int, str, str]]:
    """(level, text, id) of what a document's parts are called, to jump to."""
    return html.contents(found)


def figure(one: IndicatorFacts) -> str:
    """62.5%（25/40）, or an em dash for no data."""
    shown = plain(figure_cell(one, one.window.as_of))
    if language.language() == "zh" or one.fault or one.figure is None:
        return shown
    if one.indicator.shape is Shape.REDUCTION:
        return str(gettext("%(p)s（基数%(d)s，现%(n)s）", p=percent(one.figure), d=one.d, n=one.n))
    return _unit_said(shown, one.indicator.suffix)


def clause(text: str) -> str:
    """方案二（三）: a place in the campaign's own notice says so; the clause of a law names it itself."""
    numbered = text[:1] in CHINESE_DIGITS and not text[1:2].isalnum()
    return str(gettext("方案%(c)s", c=text)) if text and numbered else text


def target(one: IndicatorFacts) -> str:
    return _unit_said(target_text(one), one.indicator.suffix)


def _unit_said(shown: str, unit: str) -> str:
    """A number with its unit in the reader's language: 10袋, 10 bags."""
    if not unit or not shown.endswith(unit) or language.language() == "zh":
        return shown
    told = language.translated(unit).strip()
    return shown.removesuffix(unit) + (f" {told}" if told[:1].isascii() and told[:1].isalpha() else told)


def arrival(one: IndicatorFacts) -> str:
    """When the target will be reached at this speed, as far as it will be in time."""
    by, arrives = why.due(one), one.pace.arrives
    if arrives is None:
        return str(gettext("按目前进度无法推算"))
    return str(gettext("按目前进度到期前不能达标")) if by is not None and arrives > by else day(arrives)


def period(key: str) -> str:
    """A reporting period as it is said, never its key."""
    return language.translated(spoken(key)) if spoken(key) else "—"


def cell(value: Any, field: Field) -> str:
    """A field's value as a person reads it."""
    shown = field.kind.show(value, reading().look)
    if language.language() != "zh" and isinstance(value, list | tuple):  # several choices: each is a declared word
        return ", ".join(language.translated(part) for part in shown.split("、")) or "—"
    return _unit_said(shown, getattr(field.kind, "unit", "")) or "—"


__all__ = [
    "arrival",
    "blocks",
    "cell",
    "clause",
    "day",
    "figure",
    "headings",
    "install",
    "left",
    "moment",
    "percent",
    "period",
    "say",
    "target",
]
