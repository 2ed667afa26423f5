"""The keys of this process: each secret the office keeps (outside the database) gives one key for each purpose, so that what
seals a value can't be used to forge a line of the journal. They are set once at start by the composition root.

The last one set is used for what is new; the earlier ones still open what was made with them (``actions keys rotate``).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

NAME_LENGTH = 8


@dataclass(frozen=True)
class Key:
    """What one secret gives. ``name`` tells keys apart in the store without telling anything of the secret."""

    name: str
    sealing: bytes = field(repr=False)  # AES-GCM of personal values
    chaining: bytes = field(repr=False)  # HMAC of the journal
    finding: bytes = field(repr=False)  # HMAC of what is searched by its exact value
    comparing: bytes = field(repr=False)  # HMAC of what was submitted, to tell whether it comes again
    archiving: bytes = field(repr=False)  # whole backups

    @classmethod
    def of(cls, secret: bytes) -> Key:
        def derived(purpose: bytes) -> bytes:
            return hashlib.sha256(b"special-actions/" + purpose + b"/" + secret).digest()

        sealing = derived(b"sealed")
        name = hashlib.sha256(sealing).hexdigest()[:NAME_LENGTH]
        others = (derived(purpose) for purpose in (b"journal", b"index", b"receipt", b"backup"))
        return cls(name, sealing, *others)

    def digest(self, content: bytes) -> str:
        """``content``'s digest in the journal, with the key's name before it."""
        return f"{self.name}:{hmac.digest(self.chaining, content, 'sha256').hex()}"


_ring: dict[str, Key] = {}


def use(secret: bytes, *earlier: bytes) -> None:
    """Make ``secret`` the one for what is new; ``earlier`` ones, and those this process used before, still open."""
    for one in (*reversed(earlier), secret):
        key = Key.of(one)
        _ring.pop(key.name, None)
        _ring[key.name] = key


def current() -> Key:
    if not _ring:
        raise RuntimeError("no secret key is set: personal data and the journal need one (ACTIONS_SECRET_KEY)")
    return next(reversed(_ring.values()))


def named(name: str) -> Key | None:
    """The key of that name; None if its secret is not at hand."""
    return _ring.get(name)


def known() -> tuple[Key, ...]:
    """Every key at hand, the current one first."""
    return tuple(reversed(_ring.values()))
