"""The program's log: one line an event, as text or as JSON (``ACTIONS_LOG=json``), with the number of the request it belongs to.

Whatever is logged passes ``masked``: no ID number, telephone, one-time link, token, key or password reaches a log, and nothing
somebody typed can begin a line of its own.
"""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar
from datetime import datetime

from core.base.window import TZ

REQUEST: ContextVar[str] = ContextVar("request", default="")
SECRETS = (
    (re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])"), "<ID>"),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)"), "<PHONE>"),
    (re.compile(r"(/(?:enter|calendar|reset)/)[^\s/?#\"']+"), r"\1<LINK>"),
    (re.compile(r"(?i)\b(bearer|basic) +[\w.~+/=-]+"), r"\1 <TOKEN>"),
    (re.compile(r"(://[^\s:/@]+):[^\s@/]+@"), r"\1:<PASSWORD>@"),
    (
        re.compile(
            r"(?i)([\"']?\b[\w-]{0,30}(?:password|passwd|secret|token|session|api[_-]?key|otp)\b[\"']?\s*[=:]\s*)"
            r"(?:\"[^\"]*\"|'[^']*'|[^\s&;,)}\]]+)"
        ),
        r"\1<SECRET>",
    ),
)

BREAKS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}  # JSON lets them stand, readers of lines do not


def masked(said: str) -> str:
    for pattern, instead in SECRETS:
        said = pattern.sub(instead, said)
    return said


class Text(logging.Formatter):
    """``time level logger [request] message``; a trace follows, indented, so that it can't be taken for lines of the log."""

    def format(self, record: logging.LogRecord) -> str:
        number = f" [{REQUEST.get()}]" if REQUEST.get() else ""
        head = f"{_moment(record)} {record.levelname} {record.name}{number} {_one_line(masked(record.getMessage()))}"
        trace = masked(_trace(self, record))
        return head + "".join(f"\n    {_one_line(line)}" for line in trace.split("\n")) if trace else head


class Json(logging.Formatter):
    """One object a line; what ``extra={"fields": {...}}`` holds is in it by its names."""

    def format(self, record: logging.LogRecord) -> str:
        told = {"at": _moment(record), "level": record.levelname, "logger": record.name, "request": REQUEST.get()}
        told |= {"message": masked(record.getMessage())} | getattr(record, "fields", {})
        if trace := _trace(self, record):
            told["trace"] = masked(trace)
        return json.dumps(told, ensure_ascii=False, default=str).translate(BREAKS)


def install(kind: str = "text", level: int = logging.INFO) -> None:
    """Send everything to standard error in one form. A line a request is written as JSON only."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if kind == "json" else Text())
    logging.basicConfig(handlers=[handler], level=level)
    for noisy in ("alembic", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("actions.request").setLevel(logging.INFO if kind == "json" else logging.WARNING)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, TZ).isoformat(timespec="milliseconds")


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    parts = [formatter.formatException(record.exc_info)] if record.exc_info and record.exc_info[0] else []
    return "\n".join([*parts, formatter.formatStack(record.stack_info)] if record.stack_info else parts)


def _one_line(said: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in said)
