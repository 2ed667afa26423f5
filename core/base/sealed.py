"""Personal text at rest: AES-GCM with the key outside the database (plan 3.6; PIPL art. 51).

The keys are those of keys.py. Without one, writing personal data is refused.
"""

from __future__ import annotations

import base64
import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from core.base import keys

NUMBERS = re.compile(r"(?<![0-9A-Za-z])(?:[1-9][0-9]{16}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z])")


class Sealed(TypeDecorator[str]):
    """Text that the store holds only encrypted: ``key-id:nonce+ciphertext`` in base64."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        try:
            return unseal(value)
        except KeyError:
            return "（密钥不可用）"
        except ValueError:
            return "（密文已损坏）"


def seal(value: str) -> str:
    key, nonce = keys.current(), os.urandom(12)
    sealed = AESGCM(key.sealing).encrypt(nonce, value.encode(), key.name.encode())
    return f"{key.name}:" + base64.b64encode(nonce + sealed).decode()


def unseal(value: str) -> str:
    """``KeyError`` with the key's name if its secret is not at hand, ``ValueError`` if the text was damaged or forged."""
    name, _, body = value.partition(":")
    if (key := keys.named(name)) is None:
        raise KeyError(name)
    try:
        raw = base64.b64decode(body, validate=True)
        return AESGCM(key.sealing).decrypt(raw[:12], raw[12:], name.encode()).decode()
    except InvalidTag:
        raise ValueError("not sealed by this key") from None


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
