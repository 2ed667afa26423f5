"""The chain of the journal: each line's digest covers its content and the digest before it, keyed by a secret outside the
database, so that nobody who can only write the database can change, take out or add a line unnoticed (finding 11; A64).

Lines wait in their session and are numbered, chained and written in one statement when it commits: whoever writes holds
PostgreSQL's lock only from there to the end of the commit (docs/decisions/0016). Next: journal_verify.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Text, column, event, func, select, table, type_coerce
from sqlalchemy.orm import Session, SessionTransaction

from core.base import keys
from core.base.columns import JsonText
from core.services.audit.journal_row import JournalEntry
from core.services.store.db import Writer
from core.services.store.insertion import insert_rows

SUBJECT = "journal"  # of the lines about the journal itself
PRUNED, CHECKED = "prune", "checkpoint"  # their verbs
_LOCK = 0x6A6F75726E  # "journ": the one advisory lock of this product
_COVERED = ("id", "at", "login", "actor", "source", "address", "verb", "subject", "subject_id", "unit_kind", "unit_id")
_WAITING, _MARKS = "journal.waiting", "journal.marks"
_JSON = JsonText()
_table = JournalEntry.__table__
_written = table(  # the changes as the text that was digested: made once
    JournalEntry.__tablename__, *(column(c.name, Text() if c.name == "changes" else c.type) for c in _table.c)
)
_head = select(_table.c.id, _table.c.digest).where(_table.c.id == select(func.max(_table.c.id)).scalar_subquery())


def append(session: Session, lines: Iterable[Mapping[str, Any]]) -> None:
    """Have ``lines`` written, in this order, when ``session`` commits; a savepoint rolled back takes its own with it."""
    if not isinstance(session, Writer):
        raise RuntimeError("a line of the journal needs a session that writes")
    session.info.setdefault(_WAITING, []).extend(lines)


def covered(line: Mapping[Any, Any], changes: str) -> bytes:
    """What a digest covers of a line, ``changes`` as they stand in the store."""
    moment: datetime = line["at"]
    told = [moment.astimezone(UTC).isoformat() if name == "at" else line[name] for name in _COVERED]
    return json.dumps([*told, changes], ensure_ascii=False, separators=(",", ":")).encode()


def chained(key: keys.Key, before: str, content: bytes) -> str:
    """The digest of a line with that content after a line with the digest ``before``."""
    return key.digest(before.encode() + b"\n" + content)


def folded(before: str, content: bytes) -> str:
    """The same without a key: what a checkpoint fixes when a key is given up, and what stood before the chain began."""
    return hashlib.sha256(before.encode() + b"\n" + content).hexdigest()


def lines(connection: Connection, after: int = 0, up_to: int | None = None) -> Iterator[tuple[RowMapping, bytes]]:
    """Every line behind number ``after`` (up to ``up_to``) in order, with what its digest covers. To be read to its end."""
    columns = [_table.c[name] for name in (*_COVERED, "digest")]
    text = type_coerce(_table.c.changes, Text).label("changes")
    rows = select(*columns, text).where(_table.c.id > after).order_by(_table.c.id)
    if up_to is not None:
        rows = rows.where(_table.c.id <= up_to)
    for row in connection.execute(rows.execution_options(yield_per=2000)).mappings():
        yield row, covered(row, row["changes"])


def begun(connection: Connection) -> tuple[int, str, str]:
    """(number, digest, fold) that the first line follows: nothing, or what the last pruning told in a line of the chain."""
    first = connection.scalar(select(func.min(_table.c.id)))
    marker = (_table.c.verb == PRUNED, _table.c.subject == SUBJECT, _table.c.subject_id == (first or 0) - 1)
    told = connection.scalar(select(_table.c.changes).where(*marker).limit(1))
    return (int(first or 0) - 1, told["digest"][1], told["fold"][1]) if told else (0, "", "")


def head(connection: Connection) -> tuple[int, str]:
    """(number, digest) the next line follows; for a line without a digest, the fold of all up to it stands in."""
    last = connection.execute(_head).first()
    if last is None:
        return 0, ""
    if last.digest is not None:
        return last.id, last.digest
    fold = begun(connection)[2]
    for _row, content in lines(connection):
        fold = folded(fold, content)
    return last.id, fold


def at(connection: Connection, number: int) -> str | None:
    """The digest of one line; None if there is no such line, or it has none."""
    found: str | None = connection.scalar(select(_table.c.digest).where(_table.c.id == number))
    return found


def state_at(connection: Connection, number: int) -> tuple[str, str]:
    """(digest, fold) of the chain at the end of line ``number``."""
    digest, fold = begun(connection)[1:]
    for row, content in lines(connection, up_to=number):
        fold = folded(fold, content)
        digest = row["digest"] or fold
    return digest, fold


def lock(connection: Connection) -> None:
    """From here to the end of the transaction nobody else writes a line. SQLite has one writer as it is."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


@event.listens_for(Writer, "before_commit")
def _committing(session: Session) -> None:
    if not session.in_nested_transaction():
        write_now(session)


def write_now(session: Session) -> None:
    """Number, chain and write what waits."""
    waiting = session.info.get(_WAITING)
    if not waiting:
        return
    session.flush()  # whatever else there is to wait for is waited for before the lock, so no two wait for each other
    connection = session.connection()
    lock(connection)
    key = keys.current()
    number, digest = head(connection)
    rows = []
    for number, line in enumerate(waiting, number + 1):  # noqa: B020 - counted on from the last line's number
        row = {**line, "id": number}
        changes = str(_JSON.process_bind_param(line["changes"], connection.dialect))
        digest = chained(key, digest, covered(row, changes))
        rows.append((*(row[name] for name in _COVERED), changes, digest))
    insert_rows(connection, _written, (*_COVERED, "changes", "digest"), rows)
    waiting.clear()


@event.listens_for(Writer, "after_transaction_create")
def _begun(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault(_MARKS, {})[transaction] = len(session.info.get(_WAITING, ()))


@event.listens_for(Writer, "after_soft_rollback")
def _undone(session: Session, transaction: SessionTransaction) -> None:
    """Take back what waited since the savepoint, or all; a flush that failed is followed by the savepoint's own end."""
    if transaction.nested or transaction.parent is None:
        del session.info.get(_WAITING, [])[session.info.get(_MARKS, {}).pop(transaction, 0) :]
