"""The journal: who changed what, when, from where, with before and after. For the administrator and the coordination group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, select

from core.base.units import UNIT_KINDS
from core.base.window import end_of
from core.estate.units import UNITS
from core.services.audit.journal import JournalEntry
from core.services.identity.accounts import Account
from core.services.scheduled import job_runs
from core.services.work import Work
from core.web import frame
from core.web import journal_words as words
from core.web.language import translated

bp = Blueprint("journal", __name__)
PAGE = 50


@dataclass(frozen=True)
class Line:
    """One entry in the reader's words."""

    entry: JournalEntry
    label: str
    whose: str  # the account the line is of, or what somebody was refused at
    verb: str
    unit: str
    source: str
    changes: list[tuple[str, str, str]]


@bp.route("/journal")
def show() -> ResponseReturnValue:
    work = frame.reading()
    asked = {k: request.args.get(k, "").strip()[:120] for k in ("subject", "who", "unit", "from", "to")}
    before = request.args.get("before", type=int)
    rows = select(JournalEntry).where(*_conditions(work, asked)).order_by(JournalEntry.id.desc()).limit(PAGE + 1)
    if before:
        rows = rows.where(JournalEntry.id < before)
    found = work.session.scalars(rows).all()
    _prime(work, found[:PAGE])
    accounts = _accounts(work, found[:PAGE])
    return frame.page(
        "journal.html",
        lines=[_line(work, e, accounts) for e in found[:PAGE]],
        subjects=_subjects(work),
        asked=asked,
        unknown=asked["unit"] and _unit(work, asked["unit"]) is None,
        checked=next(iter(job_runs.latest(work.session, ["core.anchor"], each=1)["core.anchor"]), None),
        more=found[PAGE - 1].id if len(found) > PAGE else None,
    )


def _subjects(work: Work) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What a line can be about, by action: the whole of it (records, settings, extensions, jobs), then each kind of record."""
    for slug, plugin in work.catalog.plugins.items():
        whole = (slug, _("%(a)s（全部）", a=translated(plugin.action.label)))
        yield translated(plugin.action.label), [whole, *((k, translated(m.label)) for k, m in plugin.records.items())]
    yield _("基础信息"), [(k, translated(m.label)) for k, m in UNITS.items()]
    yield _("平台"), [(k, translated(word)) for k, word in words.OTHERS.items()]


def _conditions(work: Work, asked: dict[str, str]) -> list[ColumnElement[bool]]:
    """What is asked for; a day that can't be read is left out, a unit nobody knows finds nothing."""
    out: list[ColumnElement[bool]] = []
    if asked["subject"] in work.catalog.plugins:
        out.append(JournalEntry.subject.startswith(f"{asked['subject']}.", autoescape=True))
    elif asked["subject"]:
        out.append(JournalEntry.subject == asked["subject"])
    if asked["who"]:
        out.append((JournalEntry.login == asked["who"]) | (JournalEntry.actor == asked["who"]))
    if asked["unit"]:
        unit = _unit(work, asked["unit"])
        kind, key = JournalEntry.unit_kind, JournalEntry.unit_id
        out.append(false() if unit is None else (kind == unit[0]) & (key == unit[1]))
    if since := _date(asked["from"]):
        out.append(JournalEntry.at > end_of(since - timedelta(days=1)))
    if until := _date(asked["to"]):
        out.append(JournalEntry.at <= end_of(until))
    return out


def _unit(work: Work, text: str) -> tuple[str, int] | None:
    """The unit of that name or code, complexes and communities first."""
    for kind in sorted(UNITS, key=lambda k: k not in ("complex", "community")):
        if (found := work.look.unit_id(UNIT_KINDS[kind], text)) is not None:
            return kind, found
    return None


def _prime(work: Work, entries: Sequence[JournalEntry]) -> None:
    for kind in {e.unit_kind for e in entries if e.unit_kind in UNITS}:
        work.look.prime(UNIT_KINDS[str(kind)], {e.unit_id for e in entries if e.unit_kind == kind and e.unit_id})


def _accounts(work: Work, entries: Sequence[JournalEntry]) -> dict[int, str]:
    """Whose account a line is of, by its id: a link or a grant says nothing without it."""
    ids = {e.subject_id for e in entries if e.subject == "account" and e.subject_id}
    rows = work.session.execute(select(Account.id, Account.login, Account.label).where(Account.id.in_(ids)))
    return {key: f"{label}（{login}）" for key, login, label in rows}


def _line(work: Work, entry: JournalEntry, accounts: Mapping[int, str]) -> Line:
    known = entry.unit_kind in UNITS and entry.unit_id is not None
    return Line(
        entry=entry,
        label=words.label_of(work, entry.subject),
        whose=_whose(work, entry, accounts),
        verb=words.verb_of(work, entry),
        unit=work.look.unit_name(UNIT_KINDS[str(entry.unit_kind)], int(entry.unit_id or 0)) if known else "",
        source=words.SOURCES.get(entry.source, entry.source),
        changes=words.changes_of(work, entry),
    )


def _whose(work: Work, entry: JournalEntry, accounts: Mapping[int, str]) -> str:
    if entry.verb == "refused":
        return words.named_in(work, str(entry.changes.get("path", ["", ""])[1]))
    return accounts.get(entry.subject_id or 0, "") if entry.subject == "account" else ""


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
