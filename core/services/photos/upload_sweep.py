"""Files nobody knows of are taken away, and photos whose file is gone are counted (reliability.md F05): a crash between a file
and its row leaves the first, a disk restored without its files the second."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from core.services.photos import uploads
from core.services.photos.uploads import Upload
from core.services.work import Work

OLD_S = 2 * 24 * 3600  # no upload takes so long between its file and its row
PIECE = 500


@dataclass(frozen=True)
class Swept:
    """``removed``: files without a row; ``missing``: rows without a file."""

    removed: int
    missing: int


def sweep(work: Work, folder: Path) -> Swept:
    removed, old = 0, _old(folder)
    while piece := list(islice(old, PIECE)):
        names = [file.name for file in piece]
        known = set(work.session.scalars(select(Upload.token).where(Upload.token.in_(names))))
        for file in piece:
            if file.name not in known:
                file.unlink(missing_ok=True)
                removed += 1
    tokens = work.session.scalars(select(Upload.token).where(~Upload.sample).execution_options(yield_per=PIECE))
    return Swept(removed, sum(not uploads.path_of(folder, token).is_file() for token in tokens))


def _old(folder: Path) -> Iterator[Path]:
    """By the clock of the disk, never by a platform's day, which may be fixed."""
    limit = time.time() - OLD_S
    return (f for f in folder.glob("*/*") if f.is_file() and not f.is_symlink() and f.stat().st_mtime < limit)
