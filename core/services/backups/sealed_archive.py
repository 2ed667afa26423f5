"""A backup encrypted as a whole, for one that leaves the house: AES-GCM piece by piece with a key of its own, derived from one of
the ring, so that memory does not grow with it and no byte of it can be changed, moved, left out or cut off unnoticed.

The file: ``MARK``, the name of the ring's key, a salt, then the pieces, each with its number and whether it is the last in its nonce.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.base.keys import NAME_LENGTH, Key
from core.base.say import Say
from core.services.backups.backup_manifest import DAMAGED, PIECE, refused

MARK = b"special-actions sealed backup 1\n"
SALT, TAG = 32, 16
NO_KEY = Say(
    "这份备份整个加密过，手头没有当时的密钥（{k}）：请把当时的 secret.key 放进数据目录，或写入 ACTIONS_OLD_KEYS；没有它谁也打不开",
    k="",
)


def seal(source: Path, out: BinaryIO, key: Key) -> None:
    """Write ``source`` to ``out``, sealed by ``key``."""
    head = MARK + key.name.encode() + os.urandom(SALT)
    out.write(head)
    box = _box(key, head)
    with source.open("rb") as content:
        number, piece = 0, content.read(PIECE)
        while True:
            following = content.read(PIECE)
            out.write(box.encrypt(_nonce(number, last=not following), piece, head))
            if not following:
                return
            number, piece = number + 1, following


@contextmanager
def opened(file: Path, secrets: Sequence[bytes], room: Path) -> Iterator[Path]:
    """``file`` itself, or what was sealed in it, in a private folder of ``room`` for as long as it is needed. ``Invalid`` where
    none of ``secrets`` opens it, or it is not whole."""
    with file.open("rb") as content:
        if content.read(len(MARK)) != MARK:
            yield file
            return
        with tempfile.TemporaryDirectory(prefix=".opened-", dir=room) as folder:
            yield _unsealed(content, secrets, Path(folder) / "archive")


def _unsealed(content: BinaryIO, secrets: Sequence[bytes], target: Path) -> Path:
    about = content.read(NAME_LENGTH + SALT)
    name = about[:NAME_LENGTH].decode(errors="replace")
    key = next((k for k in map(Key.of, secrets) if k.name == name), None)
    if len(about) < NAME_LENGTH + SALT:
        raise refused(DAMAGED)
    if key is None:
        raise refused(Say(NO_KEY.msgid, k=name))
    head = MARK + about
    box = _box(key, head)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        number, piece = 0, content.read(PIECE + TAG)
        while True:
            following = content.read(PIECE + TAG)
            try:
                out.write(box.decrypt(_nonce(number, last=not following), piece, head))
            except (InvalidTag, ValueError):
                raise refused(DAMAGED) from None
            if not following:
                return target
            number, piece = number + 1, following


def _box(key: Key, head: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=head[-SALT:], info=b"special-actions/backup").derive(key.archiving))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
