"""The choices of an action: targets, dates, and what the notice leaves open; changed by its lead department, with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import select

from core.base.describe import Indicator, Shape
from core.base.due import Once
from core.base.errors import Forbidden, Invalid, NotFound
from core.base.fields import Field
from core.base.kinds import Kind, TextKind
from core.base.kinds_of_time import DayKind
from core.services.audit.journal import JournalEntry
from core.services.campaign import setting_changes
from core.services.campaign.settings import due_of, target_of
from core.services.work import Work
from core.web import forms, frame
from core.web.language import translated

bp = Blueprint("settings", __name__)
SHARES = (Shape.RATIO, Shape.REDUCTION)


@dataclass(frozen=True)
class Choice:
    """One thing that can be set: its key, what it is called, the value in force as typed and as shown."""

    key: str
    label: str
    kind: Kind
    value: Any
    note: str = ""


@bp.route("/a/<slug>/settings", methods=["GET", "POST"])
def show(slug: str) -> ResponseReturnValue:
    work = frame.reading()
    if slug not in work.catalog.plugins:
        abort(404)
    problems: dict[str, list[Any]] = {}
    if request.method == "POST":
        key = request.form.get("key", "")
        try:
            if not key.startswith(f"{slug}."):
                raise NotFound(key)
            several = request.form.getlist(forms.PREFIX + key)
            with frame.writing() as writer:
                raw: Any = several if len(several) > 1 else "".join(several)
                setting_changes.change(writer, key, raw, request.form.get("reason", ""))
            flash(_("已修改，即日起生效，修改原因已记入操作日志。"))
            return redirect(url_for("settings.show", slug=slug))
        except (Invalid, Forbidden) as error:
            if isinstance(error, Forbidden):
                frame.note_refusal(422)
            problems[key] = [p.text for p in error.problems] if isinstance(error, Invalid) else [error.args[0]]
            work = frame.reading()
    chosen = [(c, _form(c)) for c in choices(work, slug)]
    page = frame.page(
        "settings.html",
        action=work.catalog.plugins[slug].action,
        chosen=[(c, c.kind.show(c.value, work.look), next(iter(forms.fields_of(f)))) for c, f in chosen],
        problems=problems,
        may=setting_changes.may_change(work, slug),
        history=_history(work, [c for c, _f in chosen]),
        labels={c.key: c.label for c, _f in chosen},
    )
    return (page, 422) if problems else page


def choices(work: Work, slug: str) -> Iterator[Choice]:
    """Targets and their dates, due days, then the plugin's own settings."""
    plugin, settings = work.catalog.plugins[slug], work.settings
    for one in plugin.indicators:
        target, key = target_of(one, settings), f"{one.key}.target"
        if target is not None:
            note = _("百分比：写80即为百分之八十") if one.shape in SHARES else ""
            yield Choice(key, label_of(work, key), TextKind(longest=20), _target(one, str(float(target.value))), note)
            if target.by is not None:
                yield Choice(f"{one.key}.by", label_of(work, f"{one.key}.by"), DayKind(), target.by)
    for deadline in plugin.deadlines:
        due, key = due_of(deadline, settings), f"{deadline.key}.due"
        if isinstance(due, Once):
            yield Choice(key, label_of(work, key), DayKind(), due.on)
    for setting in plugin.settings:
        yield Choice(setting.key, setting.label, setting.kind, settings[setting.key], setting.note)


def label_of(work: Work, key: str) -> str:
    """What a target, its date, a due day or a plugin's own setting is called; "" for what is no setting."""
    if (setting := work.catalog.settings.get(key)) is not None:
        return setting.label
    owner, _dot, word = key.rpartition(".")
    of = work.catalog.deadlines.get(owner) if word == "due" else work.catalog.indicators.get(owner)
    if of is None:
        return ""
    named = f"{of.code} {translated(of.label)}".strip()
    words: dict[str, str] = {
        "target": _("目标：%(l)s", l=named),
        "by": _("达标日期：%(l)s", l=named),
        "due": _("期限：%(l)s", l=named),
    }
    return words.get(word, "")


def _form(choice: Choice) -> FlaskForm:
    field = forms.DeclaredField(Field(name=choice.key, label=choice.label, kind=choice.kind, help=choice.note))
    return type("SettingForm", (FlaskForm,), {forms.PREFIX + choice.key: field})(
        formdata=None, data={forms.PREFIX + choice.key: choice.value}
    )


def _history(work: Work, chosen: list[Choice]) -> list[tuple[JournalEntry, str, str]]:
    """The last changes, newest first, each with its value before and after as a person reads it."""
    by_key = {c.key: c for c in chosen}
    rows = select(JournalEntry).where(JournalEntry.subject.in_(by_key), JournalEntry.verb == "set")
    found = work.session.scalars(rows.order_by(JournalEntry.id.desc()).limit(30))
    out = []
    for line in found:
        before, after = (_told(work, by_key[line.subject], value) for value in line.changes["value"])
        out.append((line, before, after))
    return out


def _told(work: Work, choice: Choice, kept: Any) -> str:
    if kept is None:
        return "—"
    owner, _dot, word = choice.key.rpartition(".")
    if owner in work.catalog.indicators and word == "target":
        return _target(work.catalog.indicators[owner], str(kept))
    declared = work.catalog.settings.get(choice.key)
    return choice.kind.show(declared.kind.load(kept) if declared else date.fromisoformat(kept), work.look) or "—"


def _target(one: Indicator, value: str) -> str:
    return f"{float(value) * 100:g}%" if one.shape in SHARES else f"{float(value):g}"
