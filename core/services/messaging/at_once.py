"""What people are told the moment it happens: what they reported was sent back (退回) and why; a paper was issued to them
(督办单). It stands in the inbox with the transaction of the step; the clock sends it on outside the quiet hours (``forward``).

What is told by the day: reminders.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, false, select

from core.base.record import Record
from core.base.units import COMPANY
from core.base.units import DEPARTMENT as DEPARTMENT_UNIT
from core.base.workflow import Transition
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.messaging import messages
from core.services.messaging.messages import Told
from core.services.permission import access, filing
from core.services.permission.access import OFFICER
from core.services.work import Work

RETURNED, ISSUED = "returned", "issued"
RECENT = timedelta(days=1)  # what was written longer ago is not sent on any more


def papers(work: Work) -> frozenset[type[Record]]:
    """The classes of record that are papers sent to the unit they are of."""
    return frozenset(rule.record for plugin in work.catalog.plugins.values() for rule in plugin.notices)


def moved(
    work: Work, key: str, record: Record, step: Transition, was: str, worked: Collection[str | None], remark: str
) -> None:
    """Tell of ``step`` whom it concerns. ``worked``: the logins that had reported the record or moved it last; nobody of them in
    use, the record's own unit."""
    if work.source == "demo":
        return
    if record.workflow.sends_back(step):
        by_them = Account.login.in_([login for login in worked if login])
        told = _people(work, key, record, by_them) or _people(work, key, record, _of_unit(work, record))
        _tell(work, key, record, told, (RETURNED, step.label, f"原因：{remark}\n办理人：{work.actor.label}"))
    elif is_issued(work, record, was):
        _tell(work, key, record, _people(work, key, record, _of_unit(work, record)), _issued(work, record))


def is_issued(work: Work, record: Record, was: str) -> bool:
    """Has a paper just gone out? A draft counts nowhere, a paper issued does."""
    flow = record.workflow
    return type(record) in papers(work) and flow.state(record.state).counts and not flow.state(was).counts


def to_forward(work: Work) -> list[tuple[int, str]]:
    """(id, login) of what only stands in the inbox so far."""
    return list(messages.to_forward(work, (RETURNED, ISSUED), work.now - RECENT))


def _tell(work: Work, key: str, record: Record, people: Iterable[str], said: tuple[str, str, str]) -> None:
    kind, verb, text = said
    unit = work.look.unit_name(record.unit, record.unit_id)
    told = [
        Told(
            key=f"{kind}/{key}/{record.id}/{record.version}/{login}",
            login=login,
            kind=kind,
            title=f"{verb}：{type(record).label}（{unit}）",
            text=text,
            link=f"/r/{key}/{record.id}",
        )
        for login in people
    ]
    messages.tell(work, told, {})


def _issued(work: Work, record: Record) -> tuple[str, str, str]:
    """What names the paper, and by when it is to be answered."""
    named = [f for f in record.fields() if not f.personal and (f.name in record.named_by or f.planned)]
    shown: Mapping[str, str] = {f.label: f.kind.show(getattr(record, f.name), work.look) for f in named}
    return ISSUED, "收到", "\n".join(f"{label}：{value}" for label, value in shown.items() if value)


def _of_unit(work: Work, record: Record) -> ColumnElement[bool]:
    """The accounts of the unit itself: its community, department or company."""
    home = filing.community_of(work, type(record), record.unit_id)
    if home is not None:
        return and_(Account.role == OFFICER, Account.community_id == home)
    own = {DEPARTMENT_UNIT: Account.department_id, COMPANY: Account.company_id}.get(record.unit)
    return false() if own is None else own == record.unit_id


def _people(work: Work, key: str, record: Record, where: ColumnElement[bool]) -> list[str]:
    """The logins in use ``where`` says that may see the record, without who took the step."""
    rows = select(Account).where(Account.active, Account.login != work.actor.login, where).order_by(Account.id)
    model, slug = type(record), key.partition(".")[0]
    found = accounts.actors_of(work.session, work.session.scalars(rows).all(), work.today)
    seen = (select(model.id).where(model.id == record.id, access.visible(me, slug, model)) for me in found)
    return [me.login for me, one in zip(found, seen, strict=True) if work.session.scalar(one) is not None]
