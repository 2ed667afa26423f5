"""Personal text at rest: AES-GCM with the key outside the database (plan 3.6; PIPL art. 51), bound to the column it stands in: who
can write the database but not read it can't have a value shown by moving it to where something else is expected.

The keys are those of keys.py. Without one, writing personal data is refused.
"""

from __future__ import annotations

import base64
import logging
import os
import re
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Text, event
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from core.base import keys

log = logging.getLogger(__name__)
NUMBERS = re.compile(r"(?<![0-9A-Za-z])(?:[1-9][0-9]{16}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z])")
BOUND = (
    ":2:"  # behind the key's name: sealed for its place. Stores of before 2 have ":" alone (``actions keys reseal``)
)


class Sealed(TypeDecorator[str]):
    """Text that the store holds only encrypted: ``key-id:2:nonce+ciphertext`` in base64. ``place``: ``table.column``, told by
    the table itself as the column joins it."""

    impl = Text
    cache_ok = True

    def __init__(self, place: str = "") -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else seal(value, self.place)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return unseal(value, self.place)
        except KeyError:
            return "（密钥不可用）"
        except ValueError:
            log.warning("a value of %s does not open: damaged, or brought there from elsewhere", self.place)
            return "（密文已损坏）"


@event.listens_for(Column, "after_parent_attach")
def _placed(column: Column[Any], table: Any) -> None:
    if isinstance(column.type, Sealed):
        column.type = Sealed(f"{table.name}.{column.name}")


def seal(value: str, place: str) -> str:
    if not place:
        raise RuntimeError("sealed text stands in a column: this one is of none")
    key, nonce = keys.current(), os.urandom(12)
    sealed = AESGCM(key.sealing).encrypt(nonce, value.encode(), _bound(key.name, place))
    return key.name + BOUND + base64.b64encode(nonce + sealed).decode()


def unseal(value: str, place: str) -> str:
    """``KeyError`` with the key's name if its secret is not at hand, ``ValueError`` if the text was damaged, forged or sealed
    for another place."""
    name, _, body = value.partition(":")
    if (key := keys.named(name)) is None:
        raise KeyError(name)
    about = name.encode()
    if value.startswith(name + BOUND):
        about, body = _bound(name, place), value.removeprefix(name + BOUND)
    try:
        raw = base64.b64decode(body, validate=True)
        return AESGCM(key.sealing).decrypt(raw[:12], raw[12:], about).decode()
    except InvalidTag:
        raise ValueError("not sealed by this key for this place") from None


def _bound(name: str, place: str) -> bytes:
    return f"{name}{BOUND}{place}".encode()


def masked(value: str | None) -> str:
    """张三丰 -> 张**, 350582199001010016 -> 3505**********0016, 13800000000 -> 138****0000."""
    if not value:
        return ""
    if value.isascii() and len(value) >= 15:
        return value[:4] + "*" * (len(value) - 8) + value[-4:]
    if value.isascii() and len(value) >= 9:
        return value[:3] + "*" * (len(value) - 7) + value[-4:]
    return value[0] + "*" * (len(value) - 1)


def scrubbed(text: str) -> str:
    """``text`` with the ID and mobile numbers in it masked: for what is kept but is nobody's business (journal, log)."""
    return NUMBERS.sub(lambda found: masked(found[0]), text)
