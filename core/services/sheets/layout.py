"""How a sheet of any declared class is laid out: which fields stand in it, under which headings, at which addresses.

One place for template, export and intake, so that what goes out can come back in."""

from __future__ import annotations

import unicodedata
from typing import Any

from core.base.declared import Declared
from core.base.fields import Field
from core.base.record import Record
from core.services.foreign.bounds import ABOUT, LISTS, MOST_COLUMNS, MOST_ROWS, NOTES, SIGNATURE, address, letters

KEY_HEADING, STATE_HEADING, REASON_HEADING = "行标识（请勿修改）", "状态", "需要修改的原因"
__all__ = [
    "ABOUT",
    "KEY_HEADING",
    "LISTS",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "NOTES",
    "REASON_HEADING",
    "SIGNATURE",
    "STATE_HEADING",
    "Model",
    "address",
    "brought",
    "heading",
    "is_record",
    "key_text",
    "letters",
    "only_shown",
    "plain",
    "shown",
]

Model = type[Any]
"""A class of records, or of units of the registry."""


def brought(model: type[Declared]) -> tuple[Field, ...]:
    """The fields a sheet may bring in: those asked for when a record is reported."""
    return tuple(f for f in model.fields() if f.filed)


def shown(model: type[Declared]) -> tuple[Field, ...]:
    """The fields an export only shows: a later step fills them in, on the page."""
    return tuple(f for f in model.fields() if not f.filed)


def needs_photos(model: type[Declared]) -> bool:
    """A sheet has no room for a photo, so it adds no row of what must have one; it still corrects what is there."""
    return any(f.kind.name == "photos" and f.required for f in brought(model))


def is_record(model: type[Any]) -> bool:
    return issubclass(model, Record)


def only_shown(model: type[Declared]) -> tuple[str, ...]:
    """Headings that may stand in a sheet and are not read."""
    own = (STATE_HEADING,) if is_record(model) else ()
    return (*(f.label for f in shown(model)), *own, REASON_HEADING)


def heading(field: Field) -> str:
    return f"{field.label}*" if field.required else field.label


def plain(text: Any) -> str:
    """A heading without what people change about it: width, blanks, line breaks and the mark of required ones."""
    folded = unicodedata.normalize("NFKC", str(text))
    return "".join(ch for ch in folded if ch != "*" and not ch.isspace())


def key_text(record_id: int, version: int) -> str:
    return f"{record_id}:{version}"
