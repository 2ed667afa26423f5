"""Statements compiled once and run many times. Building and caching a select of forty parts costs SQLAlchemy several
milliseconds each time; a saving transaction runs the same few over and over, so their text is kept (docs/decisions/0003)."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from sqlalchemy import CursorResult, Executable, Table, TextClause, bindparam, text
from sqlalchemy.engine.interfaces import BindTyping
from sqlalchemy.sql import visitors

from core.base.errors import NoData
from core.services.store import plain_reads
from core.services.work import Work

EXPANDING = re.compile(r"\(__\[POSTCOMPILE_(\w+)\]\)")


def run(
    work: Work, key: Hashable, build: Callable[[], Executable], params: Mapping[str, Any] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """Execute what ``build()`` returns, built once per ``key``. ``key`` must tell apart everything ``build`` bakes in but
    its named bind parameters. The session must have been flushed."""
    connection = work.session.connection()
    name = (connection.dialect.name, key)
    statement = work.prepared.get(name)
    if statement is None:
        statement = work.prepared[name] = _compiled(build(), connection.dialect)
    return connection.execute(statement, dict(params or {}))


def of_plugin(
    work: Work, key: Hashable, build: Callable[[], Executable], params: Mapping[str, Any] | None = None
) -> Iterator[Any]:
    """The rows of what plugins declared, which the store ends if they have no end."""
    with plain_reads.hurried(work.session):
        yield from run(work, key, build, params)


def reads(work: Work, key: str, build: Callable[[], Any]) -> frozenset[str] | None:
    """The tables the declaration ``key`` reads, found once: None if nobody can tell, none if a partner's data is missing."""
    name = ("reads", key, work.settings_token)
    if name not in work.prepared:
        try:
            work.prepared[name] = tables(build())
        except NoData as error:
            work.prepared[name] = frozenset()
            work.prepared["missing", key, work.settings_token] = str(error)
        except KeyboardInterrupt:
            raise
        except BaseException:  # it will fail where its result would stand, not here
            work.prepared[name] = None
    found: frozenset[str] | None = work.prepared[name]
    return found


def missing(work: Work, key: str) -> str:
    """Whose data ``key`` lacks, in words, once ``reads`` was asked; empty if nobody's."""
    return str(work.prepared.get(("missing", key, work.settings_token), ""))


def tables(statement: Any) -> frozenset[str] | None:
    """The tables a select reads, at any depth; None where it holds raw text and nobody can tell."""
    parts = list(visitors.iterate(statement))
    if any(isinstance(part, TextClause) for part in parts):
        return None
    return frozenset(part.name for part in parts if isinstance(part, Table))


def _compiled(statement: Any, dialect: Any) -> TextClause:
    plain = type(dialect)(paramstyle="named")
    plain.bind_typing = BindTyping.NONE  # casts are added when the text is executed
    compiled = statement.compile(dialect=plain)
    sql = EXPANDING.sub(r":\1", str(compiled))
    binds = [
        bindparam(name, value=bind.value, type_=bind.type, expanding=bind.expanding, required=False)
        for bind, name in compiled.bind_names.items()
    ]
    return text(sql).bindparams(*binds)
