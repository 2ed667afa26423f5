"""Editions (期): the combined report as it was issued. Numbered without gaps, never withdrawn and never changed; a mistake is
corrected by a further edition that says why and prints what changed. Each carries the SHA-256 of its content and of the
edition before it, so that a changed or missing row is found by ``verify``.

What is frozen is the document itself (render/as_json.py reads it back whole, for every format) and the figures in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Integer, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core.base import blocks as b
from core.base.declared import Base
from core.base.errors import Forbidden, Invalid, NotFound, Problem
from core.base.say import Say
from core.base.window import TZ, Moment
from core.render import as_json
from core.render.clean import clean
from core.services.audit import journal
from core.services.exchange import webhooks
from core.services.permission import rights
from core.services.reporting import documents, reports
from core.services.reporting.compared import Before, Changed, Figure, changes, changes_table, figures_of
from core.services.work import Work

LONGEST = 500  # characters of a reason


class Edition(Base):
    """``number``: 第几期. ``corrects``: the number of the edition it corrects, with ``reason``. ``figures``: JSON list of
    ``Figure``. ``previous``: the digest of the edition before, "" for the first."""

    __tablename__ = "edition"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    as_of: Mapped[date] = mapped_column(Date)
    issued_at: Mapped[datetime] = mapped_column(Moment)
    issued_by: Mapped[str] = mapped_column(String(120))
    corrects: Mapped[int | None] = mapped_column(Integer, ForeignKey("edition.number"))
    reason: Mapped[str | None] = mapped_column(String(LONGEST))
    document: Mapped[str] = mapped_column(Text)
    figures: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


def may_issue(work: Work) -> bool:
    return work.actor.may(rights.ISSUE)


def issue(work: Work, as_of: date, *, corrects: int | None = None, reason: str = "") -> Edition:
    """The next edition, as of a day that has begun. Correcting one needs a reason and keeps its day. Raises ``Forbidden``,
    ``Invalid``, ``NotFound``."""
    if not may_issue(work):
        raise Forbidden(Say("只有综合协调组可以出刊"))
    wrong = None if corrects is None else get(work, corrects)
    problems = []
    if not work.campaign.starts_on <= as_of <= work.today:
        problems.append(Problem("as_of", Say("截至日期应在方案开始以后、今天以前")))
    if wrong is not None and not 1 <= len(reason.strip()) <= LONGEST:
        problems.append(Problem("reason", Say("请写明更正原因，最多 {n} 个字", n=LONGEST)))
    if problems:
        raise Invalid(problems)
    as_of = wrong.as_of if wrong is not None else as_of
    last = work.session.scalars(select(Edition).order_by(Edition.number.desc()).limit(1)).first()
    number = last.number + 1 if last is not None else 1
    found = figures_of(reports.gather(work, as_of))
    document = replace(documents.report(work, as_of, before=before(work, as_of)), draft=False)
    if wrong is not None:
        told = _correction(wrong, reason.strip(), changes(figures(wrong), found))
        document = replace(document, blocks=(*told, *document.blocks))
    row = Edition(
        number=number,
        as_of=as_of,
        issued_at=work.now.replace(microsecond=0),
        issued_by=work.actor.label,
        corrects=corrects,
        reason=reason.strip() or None,
        document=as_json.render(clean(document)).decode(),
        figures=json.dumps([vars(f) for f in found], ensure_ascii=False),
        previous=last.digest if last is not None else "",
    )
    row.digest = digest_of(row)
    work.session.add(row)
    work.session.flush()
    issued = {"number": number, "as_of": as_of.isoformat(), "corrects": corrects, "digest": row.digest}
    webhooks.tell(work, webhooks.ISSUED, {"edition": issued}, webhooks.wanted(work, webhooks.ISSUED, "edition"))
    journal.write(work, "issue", "edition", number, {"digest": [None, row.digest], "remark": [None, row.reason]})
    return row


def get(work: Work, number: int) -> Edition:
    found = work.session.get(Edition, number)
    if found is None:
        raise NotFound(f"edition {number}")
    return found


def listed(work: Work) -> Sequence[Edition]:
    """Newest first."""
    return work.session.scalars(select(Edition).order_by(Edition.number.desc())).all()


def before(work: Work, as_of: date) -> Before | None:
    """The newest edition of an earlier day, to compare a report of ``as_of`` with."""
    rows = select(Edition).where(Edition.as_of < as_of).order_by(Edition.number.desc()).limit(1)
    last = work.session.scalars(rows).first()
    if last is None:
        return None
    return Before.of(f"第{last.number}期（截至{b.plain(b.Day(last.as_of))}）", figures(last))


def document(edition: Edition) -> b.Document:
    """As it was issued; every figure still links to the rows of its day."""
    return as_json.load(edition.document)


def figures(edition: Edition) -> tuple[Figure, ...]:
    return tuple(Figure(**one) for one in json.loads(edition.figures))


def since(work: Work, edition: Edition) -> list[Changed]:
    """How the figures of the edition's own day are known today, where that differs: late entries and corrections."""
    return changes(figures(edition), figures_of(reports.gather(work, edition.as_of)))


def verify(work: Work) -> Iterator[str]:
    """What is wrong with the kept editions, a sentence each: a changed row, one that is missing, a broken chain."""
    expected, last = 1, ""
    for row in work.session.scalars(select(Edition).order_by(Edition.number).execution_options(yield_per=20)):
        if row.number != expected:
            yield f"缺少第{expected}期" + (f"至第{row.number - 1}期" if row.number - 1 > expected else "")
        if digest_of(row) != row.digest:
            yield f"第{row.number}期的内容与出刊时不一致"
        elif row.number == expected and row.previous != last:
            yield f"第{row.number}期与前一期不衔接"
        expected, last = row.number + 1, row.digest


def digest_of(row: Edition) -> str:
    """SHA-256 over everything the edition says and the digest of the one before."""
    at = row.issued_at.astimezone(TZ).isoformat(timespec="seconds")
    told: list[Any] = [row.number, row.as_of.isoformat(), at, row.issued_by, row.corrects, row.reason]
    content = json.dumps([*told, row.document, row.figures, row.previous], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _correction(wrong: Edition, reason: str, found: Sequence[Changed]) -> Iterator[b.Block]:
    yield b.Notice(f"本期更正第{wrong.number}期。更正原因：{reason}", tone="warn")
    yield changes_table(found, f"与第{wrong.number}期相比变动的数据", f"第{wrong.number}期", "更正后")
