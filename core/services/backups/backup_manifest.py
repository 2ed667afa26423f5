"""What a backup says of itself: ``manifest.json`` in the archive, sealed with the secret key, so that neither a damaged nor a
changed backup is ever restored. The key itself is not in the backup; a fingerprint tells whether the one at hand is the right one.

Next: backup_store.py (the copy of the store), backup.py (writing), backup_restore.py.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core.base.errors import Invalid, Problem
from core.base.say import Say

FORMAT = 1
NAME, STORE, FILES, KEPT = "manifest.json", "store", "files/", "kept/"
PIECE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """``kind``: sqlite or postgresql. ``steps``: newest migration step by owner. ``tables``: rows and digest of each.
    ``store``: SHA-256 of the copy of the store. ``files``: SHA-256 of every upload by its path. ``today``: the platform's
    day. ``key``: fingerprint of the secret key. ``kept``: SHA-256 of what else stands outside the database and must come back:
    the journal's anchors, what was erased."""

    format: int
    product: str
    kind: str
    written_at: str
    today: str
    steps: Mapping[str, str]
    tables: Mapping[str, Mapping[str, Any]]
    store: str
    files: Mapping[str, str]
    key: str
    kept: Mapping[str, str]

    @property
    def rows(self) -> int:
        return sum(one["rows"] for one in self.tables.values())

    def sealed(self, key: bytes) -> str:
        told = asdict(self)
        return json.dumps(told | {"seal": _seal(told, key)}, ensure_ascii=False, indent=1)


def read(file: Path, keys: Sequence[bytes], *, other_key: bool = False) -> Manifest:
    """The manifest of ``file``, once every part of the archive is what it says and one of ``keys`` (today's and those given up)
    sealed it. ``other_key``: take a backup that was made under none of them; what is personal in it stays sealed and its
    seal can't be checked. Raises ``Invalid``."""
    try:
        with zipfile.ZipFile(file) as found:
            told: dict[str, Any] = json.loads(found.read(NAME))
            seal = told.pop("seal", "")
            if told.get("format") != FORMAT:
                raise refused(Say("备份格式 {n} 不认识，请用写出它的版本或更新的版本", n=told.get("format")))
            manifest = Manifest(**told)
            key = next((one for one in keys if fingerprint(one) == manifest.key), None)
            if key is None and not other_key:
                raise refused(OTHER_KEY)
            if key is not None and not hmac.compare_digest(seal, _seal(told, key)):
                raise refused(CHANGED)
            _whole(found, manifest)
    except Invalid:
        raise
    except Exception:  # whatever a damaged or hostile archive makes the parsers raise
        raise refused(DAMAGED) from None
    return manifest


DAMAGED = Say("备份文件不完整或已损坏，没有改动任何数据")
CHANGED = Say("备份文件的清单被改动过，没有改动任何数据")
OTHER_KEY = Say(
    "这份备份是用另一把密钥写的：请先把当时的 secret.key 放进数据目录（或设置 ACTIONS_SECRET_KEY）；"
    "密钥确已遗失时可加 --other-key 恢复，但其中的个人信息无法读出"
)


def fingerprint(key: bytes) -> str:
    return hmac.new(key, b"special-actions/backup/key", hashlib.sha256).hexdigest()[:16]


def product() -> str:
    """The version of this platform."""
    try:
        return version("special-actions")
    except PackageNotFoundError:  # a bare checkout
        return "0"


def digest_of(found: zipfile.ZipFile, name: str) -> str:
    out = hashlib.sha256()
    with found.open(name) as content:
        while piece := content.read(PIECE):
            out.update(piece)
    return out.hexdigest()


def refused(said: Say) -> Invalid:
    return Invalid([Problem("", said)])


def _whole(found: zipfile.ZipFile, manifest: Manifest) -> None:
    """Every member is what the manifest says, and there is no other."""
    members = {STORE: manifest.store} | {FILES + path: digest for path, digest in manifest.files.items()}
    members |= {KEPT + path: digest for path, digest in manifest.kept.items()}
    if sorted(found.namelist()) != sorted([NAME, *members]):
        raise refused(CHANGED)
    for name, digest in members.items():
        if digest_of(found, name) != digest:
            raise refused(Say("备份中的 {f} 与清单不一致，没有改动任何数据", f=name))


def _seal(told: Mapping[str, Any], key: bytes) -> str:
    body = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, b"special-actions/backup/" + body.encode(), hashlib.sha256).hexdigest()
