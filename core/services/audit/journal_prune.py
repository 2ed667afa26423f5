"""Old lines of the journal are given up from its beginning only, and never unnoticed: a line of the chain says up to which
number, and what the chain and the content came to there, so that what remains can still be verified.

Kept at least six months (网络安全法 art. 21 (3)) and longer than the records they are about.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import delete, func, select

from core.base.errors import Invalid, Problem
from core.base.say import Say
from core.base.window import end_of
from core.services.audit import journal, journal_chain, journal_verify
from core.services.audit.journal_row import JournalEntry
from core.services.work import Work

LEAST = timedelta(days=184)


def prune(work: Work, before: date) -> int:
    """Give up every line older than the day ``before``; how many. ``Invalid`` if that is too recent, if one of them is about
    a record that is still kept, or if the journal is not whole."""
    if before > work.today - LEAST:
        raise Invalid([Problem("before", Say("操作日志至少保存 184 天，最晚可清理 {d} 之前的", d=work.today - LEAST))])
    older = JournalEntry.at <= end_of(before - timedelta(days=1))
    last = work.session.scalar(select(func.min(JournalEntry.id)).where(~older))
    up_to = work.session.scalar(
        select(func.max(JournalEntry.id)).where(*([] if last is None else [JournalEntry.id < last]))
    )
    many = work.session.scalar(select(func.count()).where(JournalEntry.id <= (up_to or 0))) or 0
    if not up_to or not many:
        return 0
    _about_what_is_kept(work, up_to)
    connection = work.session.connection()
    found = journal_verify.verify(connection)
    if found.first is not None:
        raise Invalid([Problem("journal", Say("操作日志核验不通过，不能清理：{w}", w=found.first.what))])
    digest, fold = journal_chain.state_at(connection, up_to)
    told = {"digest": [None, digest], "fold": [None, fold], "count": [many, 0]}
    journal.write(work, journal_chain.PRUNED, journal_chain.SUBJECT, up_to, told)
    journal_chain.write_now(work.session)  # the store refuses to delete what no line says was pruned
    work.session.execute(delete(JournalEntry).where(JournalEntry.id <= up_to))
    return many


def _about_what_is_kept(work: Work, up_to: int) -> None:
    mine = JournalEntry.id <= up_to
    for subject in work.session.scalars(
        select(JournalEntry.subject).where(mine, JournalEntry.subject.contains(".")).distinct()
    ):
        model = work.catalog.records.get(subject)
        if model is None:
            continue  # a setting, or a record of a plugin that was taken out with its data
        kept = select(JournalEntry.at).join(model, model.id == JournalEntry.subject_id)
        first = work.session.scalar(
            kept.where(mine, JournalEntry.subject == subject).order_by(JournalEntry.id).limit(1)
        )
        if first is not None:
            words = {"r": model.label, "d": f"{first:%Y-%m-%d}"}
            raise Invalid([Problem("before", Say("{d} 的日志所记的{r}还在，日志须保存到记录之后", **words))])
