"""A file that somebody takes out: sent as a download, and never without a line of the journal that says who took what (G34).
Every download of data goes this way; tests/core/web/test_audited_day.py holds the pages to that."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from flask import send_file
from flask.typing import ResponseReturnValue

from core.services.audit import journal
from core.web import frame

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def file(
    content: bytes,
    name: str,
    mime: str,
    subject: str,
    subject_id: int | None = None,
    *,
    told: Mapping[str, Any] | None = None,
    source: str = "page",
) -> ResponseReturnValue:
    """``subject``: what the journal calls it; ``told``: what is to be said of it there besides. The line is written first."""
    with frame.writing(source) as work:
        journal.write(work, "export", subject, subject_id, told or {})
    return sent(content, name, mime)


def sent(content: bytes, name: str, mime: str) -> ResponseReturnValue:
    """One with nothing of anybody in it, or whose line the caller has written."""
    return send_file(io.BytesIO(content), mimetype=mime, as_attachment=True, download_name=name)
