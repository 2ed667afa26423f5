"""Personal values in clear: for who reports a record or leads its action, with a reason, and never without a line of the
journal that says who saw which fields and why (PIPL arts. 28, 51; G34). The values themselves are in no journal."""

from __future__ import annotations

from core.base.errors import Forbidden, Invalid, Problem
from core.base.fields import Field
from core.base.record import Record
from core.base.say import Say
from core.base.sealed import scrubbed
from core.base.workflow import LEAD, REPORTER
from core.services.audit import journal
from core.services.permission import access, filing
from core.services.work import Work
from core.services.writing import records

SHORTEST, LONGEST = 4, 200  # characters of a reason


def fields(record: Record) -> tuple[Field, ...]:
    """The personal fields of ``record`` that hold anything."""
    return tuple(f for f in record.fields() if f.personal and getattr(record, f.name))


def may_reveal(work: Work, key: str, record: Record) -> bool:
    """Who may see the record, and reports it or leads its action."""
    slug, model = key.partition(".")[0], type(record)
    return bool(filing.relation(work, slug, model, record.unit_id) & {REPORTER, LEAD})


def reveal(work: Work, key: str, record_id: int, reason: str) -> dict[str, str]:
    """{field: value} in clear, once the look is journalled: show it when the unit of work has ended, not before."""
    record = records.get(work, key, record_id)
    if not may_reveal(work, key, record):
        raise Forbidden(Say("您不能查看这条记录的个人信息"))
    shown = fields(record)
    told(work, "reveal", key, record, reason, [f.label for f in shown])
    return {f.name: getattr(record, f.name) for f in shown}


def may_export(work: Work, key: str) -> bool:
    """Who leads the action may take its records out with their personal values."""
    slug, _, _ = key.partition(".")
    model = work.catalog.records.get(key)
    if model is None or not any(f.personal for f in model.fields()):
        return False
    coordinated = work.catalog.plugins[slug].action.coordinated
    return LEAD in access.relation(work.actor, access.Whose(slug, model.unit, 0), coordinated=coordinated)


def exported(work: Work, key: str, many: int, reason: str) -> None:
    """Journal that ``many`` records were taken out with their personal values in clear, and why (A43)."""
    fields = [f.label for f in work.catalog.records[key].fields() if f.personal]
    told = {"count": [None, many], "reason": [None, reasoned(reason)], "fields": [None, "、".join(fields)]}
    journal.write(work, "export", key, None, told)


def told(work: Work, verb: str, key: str, record: Record, reason: str, labels: list[str]) -> None:
    """Journal that personal fields were seen or cleared, and why."""
    changes = {"reason": [None, reasoned(reason)], "fields": [None, "、".join(labels)]}
    journal.write(work, verb, key, record.id, changes, (record.unit.name, record.unit_id))


def reasoned(reason: str) -> str:
    """The reason as it is kept; ``Invalid`` for none. Numbers of persons in it are masked."""
    text = reason.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        raise Invalid([Problem("reason", Say("请写明理由（{a}–{b} 个字）", a=SHORTEST, b=LONGEST))])
    return scrubbed(text)
