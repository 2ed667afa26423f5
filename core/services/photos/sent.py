"""Photos that come inside what another system sends (JSON, base64): judged like any upload before anything is locked, kept in the
transaction of the record that has them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.base.errors import Invalid, Problem
from core.base.kinds import PhotosKind
from core.base.say import Say
from core.services.foreign.photo import Photo
from core.services.photos import uploads
from core.services.work import Work

Sent = Mapping[str, Sequence[tuple[str, Photo]]]  # field -> (digest of what came, the clean photo)


@dataclass(frozen=True)
class Shelf:
    """Where photos are kept, and what one account may bring in a day."""

    folder: Path
    files: int
    total: int

    def keep(self, work: Work, photo: Photo, name: str) -> str:
        """The token of a photo. Raises ``OverQuota``."""
        session, me = work.session, work.actor.login
        uploads.within(session, me, work.now, len(photo.clean), files=self.files, total=self.total)
        return uploads.keep(session, self.folder, photo, name, me, work.now).token


def read(kinds: Mapping[str, PhotosKind], body: Mapping[str, Any]) -> Sent:
    """The photos of ``body`` by field. Slow. ``Invalid`` names each that can't be taken."""
    problems: list[Problem] = []
    found: dict[str, list[tuple[str, Photo]]] = {}
    for name, kind in kinds.items():
        given = body.get(name)
        if given is None:
            continue
        if not isinstance(given, list) or len(given) > kind.at_most:
            problems.append(Problem(name, Say("应为照片的列表，最多 {n} 张", n=kind.at_most)))
            continue
        found[name] = []
        for number, text in enumerate(given, 1):
            try:
                data = _decoded(text)
                found[name].append((hashlib.sha256(data).hexdigest(), uploads.picture(data, f"#{number}")))
            except Invalid as error:
                problems += [Problem(name, p.text) for p in error.problems]
            except (ValueError, binascii.Error):
                problems.append(Problem(name, Say("第 {n} 张不是 base64 编码的照片", n=number)))
    if problems:
        raise Invalid(problems)
    return found


def _decoded(text: Any) -> bytes:
    if not isinstance(text, str):
        raise ValueError("no text")
    return base64.b64decode(text, validate=True)
