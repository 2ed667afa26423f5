"""The journal: who changed what, when, from where, with before and after. For the administrator and the coordination group."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.estate.units import UNITS
from core.services.journal import JournalEntry
from core.services.work import Work
from core.web import frame

bp = Blueprint("journal", __name__)
PAGE = 50
OTHERS = {"account": "账号", "api_token": "接口令牌", "campaign": "方案"}
FIELDS = {"state": "状态", "remark": "意见", "login": "账号", "role": "角色", "count": "数量", "password": "密码"}
VERBS = {
    "create": "新增",
    "edit": "修改",
    "remove": "删除",
    "create_many": "批量登记",
    "load": "载入方案",
    "set": "设置",
}


@bp.route("/journal")
def show() -> ResponseReturnValue:
    work = frame.reading()
    if not work.actor.reads_all:
        abort(403)
    before = request.args.get("before", "")
    subject, who = request.args.get("subject", "").strip(), request.args.get("who", "").strip()
    rows = select(JournalEntry).order_by(JournalEntry.id.desc()).limit(PAGE + 1)
    if before.isdigit():
        rows = rows.where(JournalEntry.id < int(before))
    if subject:
        rows = rows.where(JournalEntry.subject == subject)
    if who:
        rows = rows.where(JournalEntry.login == who)
    found = work.session.scalars(rows).all()
    entries = [(e, label_of(work, e.subject), verb_of(work, e), changes_of(work, e)) for e in found[:PAGE]]
    return frame.page(
        "journal.html",
        entries=entries,
        subjects=[(k, m.label) for k, m in work.catalog.records.items()],
        subject=subject,
        who=who,
        more=found[PAGE - 1].id if len(found) > PAGE else None,
    )


def label_of(work: Work, subject: str) -> str:
    found = work.catalog.records.get(subject) or UNITS.get(subject)
    return found.label if found is not None else OTHERS.get(subject, subject)


def verb_of(work: Work, entry: JournalEntry) -> str:
    if entry.verb.startswith("move:"):
        record = work.catalog.records.get(entry.subject)
        step = record.workflow.transition(entry.verb[5:]) if record is not None else None
        return step.label if step is not None else entry.verb
    return VERBS.get(entry.verb, entry.verb)


def changes_of(work: Work, entry: JournalEntry) -> list[tuple[str, str, str]]:
    """(field, before, after) in the reader's words."""
    record = work.catalog.records.get(entry.subject)
    declared: Any = record or UNITS.get(entry.subject)
    out = []
    for name, (before, after) in entry.changes.items():
        if name == "state" and record is not None:
            before, after = (record.workflow.state(s).label if s else s for s in (before, after))
        field = next((f for f in declared.fields() if f.name == name), None) if declared is not None else None
        show = (
            (lambda v, k=field.kind: k.show(k.load(v), work.look))
            if field is not None and not field.personal
            else _text
        )
        label = field.label if field is not None else FIELDS.get(name, name)
        out.append((label, show(before) or "—", show(after) or "—"))
    return out


def _text(value: Any) -> str:
    return "" if value is None else str(value)
