"""Personal text at rest: AES-GCM with the key outside the database (plan 3.6; PIPL art. 51).

The keyring is set once at start by the composition root. Without one, writing personal data is refused.
"""

from __future__ import annotations

import base64
import hashlib
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_keyring: dict[str, bytes] = {}


def use_key(secret: bytes) -> None:
    """Make ``secret`` the key for new values; values sealed with earlier keys of this process stay readable."""
    key = hashlib.sha256(b"special-actions/sealed/" + secret).digest()
    name = hashlib.sha256(key).hexdigest()[:8]
    _keyring.pop(name, None)
    _keyring[name] = key


class Sealed(TypeDecorator[str]):
    """Text that the store holds only encrypted: ``key-id:nonce+ciphertext`` in base64."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if not _keyring:
            raise RuntimeError("no key for personal data: set ACTIONS_SECRET_KEY")
        name, key = next(reversed(_keyring.items()))
        nonce = os.urandom(12)
        return f"{name}:" + base64.b64encode(nonce + AESGCM(key).encrypt(nonce, value.encode(), name.encode())).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        name, _, body = value.partition(":")
        if name not in _keyring:
            return "（密钥不可用）"
        raw = base64.b64decode(body)
        return AESGCM(_keyring[name]).decrypt(raw[:12], raw[12:], name.encode()).decode()


def masked(value: str | None) -> str:
    """张三丰 -> 张**, 350582199001010016 -> 3505**********0016, 13800000000 -> 138****0000."""
    if not value:
        return ""
    if value.isascii() and len(value) >= 15:
        return value[:4] + "*" * (len(value) - 8) + value[-4:]
    if value.isascii() and len(value) >= 9:
        return value[:3] + "*" * (len(value) - 7) + value[-4:]
    return value[0] + "*" * (len(value) - 1)
