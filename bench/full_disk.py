"""``python -m bench.full_disk``: a full disk costs nothing that was acknowledged, and is over when there is room again. On a small file
system of its own the rest is filled up to a few pages, and people go on reporting with photos until they are refused; reading goes
on, a backup is refused and leaves nothing; with room again the refused form is saved, and everything agrees (G5).

It prints counts and ends with 1 if one of that does not hold. ``--weakened swallows`` takes a failed commit for a good one. It needs
``unshare`` and the right to mount a file system in memory for itself alone (a container may forbid it).
"""

from __future__ import annotations

import io
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from bench import program
from bench.operations import STRAY, Pages, Unclean, told
from bench.program import KEY
from core.services.backups import backup
from core.services.photos import uploads
from core.services.store.db import Writer

SIZE_MB = 24
MOST = 400  # reports of a round; by then the disk was never full
INSIDE = "ACTIONS_BENCH_SMALL_DISK"


@dataclass
class Found:
    """``acknowledged``: reports; ``refused``: in words, for want of room; ``broken``: what did not hold, by round."""

    rounds: int = 0
    acknowledged: int = 0
    refused: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return self.refused >= self.rounds > 0 and not self.broken


@contextmanager
def swallows() -> Iterator[None]:
    """Weakened: whatever the store says to a commit, it is taken for done."""
    real = Writer.commit

    def commit(self: Writer) -> None:
        try:
            real(self)
        except DBAPIError:
            self.rollback()

    with patch.object(Writer, "commit", commit):
        yield


WEAKENED: dict[str, Callable[[], AbstractContextManager[Any]]] = {program.PRODUCT: nullcontext, "swallows": swallows}


class Person(Pages):
    """Who reports, each time with a photo of its own."""

    login = "a"

    def report(self, number: int, chance: random.Random) -> bool:
        picture = io.BytesIO()
        Image.frombytes("RGB", (48, 48), chance.randbytes(48 * 48 * 3)).save(picture, "JPEG")
        form = {
            "f_complex_id": "#2",
            "f_held_on": "2024-11-19",
            "f_spots": ["出入口"],
            "f_people": "12",
            "f_note": f"n{number}",
        }
        sent = {
            "csrf_token": self.csrf,
            "idempotency": f"n{number}",
            "f_photos_new": (io.BytesIO(picture.getvalue()), "a.jpg"),
        }
        return bool(self.post(f"/r/{KEY}/new", **form, **sent))

    def prepare(self) -> None:
        unmeasured = replace(self.platform.config, uploads_a_day=10**9, upload_bytes_a_day=10**12)
        self.platform = replace(self.platform, config=unmeasured)
        super().prepare()
        self.csrf = self.token(f"/r/{KEY}/new")

    def missing(self, acknowledged: int) -> list[str]:
        with self.platform.reading() as work:
            rows = int(work.session.scalar(select(func.count()).select_from(work.catalog.records[KEY])) or 0)
            tokens = work.session.scalars(select(uploads.Upload.token).where(~uploads.Upload.sample)).all()
        gone = sum(not uploads.path_of(self.platform.config.uploads, token).is_file() for token in tokens)
        told = [f"{rows} records of {acknowledged} acknowledged"] if rows != acknowledged else []
        return told + ([f"{gone} photos without a file"] if gone else [])


def run(folder: Path, rounds: int, *, url: str = "", variant: str = program.PRODUCT, seed: int = 97) -> Found:
    """``folder``: on the small disk."""
    chance, found = random.Random(seed), Found()
    (folder / "data").mkdir()
    person = Person(folder / "data")
    with WEAKENED[variant]():
        for number in range(rounds):
            found.rounds += 1
            try:
                wrong = list(_round(person, folder, chance, found))
            except Unclean as error:
                wrong = [str(error)]
            found.broken += [f"round {number}: {what}" for what in wrong]
            if wrong:
                break
    person.close()
    return found


def _round(person: Person, folder: Path, chance: random.Random, found: Found) -> Iterator[str]:
    ballast = folder / "ballast"
    with ballast.open("wb") as out:
        out.truncate(0)
        os.posix_fallocate(out.fileno(), 0, max(1, shutil.disk_usage(folder).free - chance.randrange(8, 600) * 1024))
    for _ in range(MOST):
        number = found.acknowledged
        if not person.report(number, chance):
            found.refused += 1
            break
        found.acknowledged += 1
    else:
        yield "it was never full"
    if person.browser.get(f"/r/{KEY}").status_code != 200:
        yield "nothing can be read while it is full"
    if told(lambda: backup.write(person.platform, folder / "b.zip")):
        yield "a backup was made where there is no room"
    ballast.unlink()
    yield from (f"left behind: {one.name}" for one in folder.rglob("*") if STRAY.search(one.name))
    if not person.report(number, chance):
        yield "refused, although there is room"
    found.acknowledged += 1
    yield from person.missing(found.acknowledged)
    yield from program.unlike(person.platform)
    if not told(lambda: backup.write(person.platform, folder / "b.zip")):
        yield "no backup, although there is room"
    (folder / "b.zip").unlink(missing_ok=True)


def main() -> None:
    """Begins itself again in a mount namespace of its own, where the folder of temporary files is the small disk."""
    if INSIDE not in os.environ:
        with tempfile.TemporaryDirectory(prefix="full-disk-") as place:
            mount = f'mount -t tmpfs -o size={SIZE_MB}m none {place} && exec "$@"'
            user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
            again = [sys.executable, "-m", "bench.full_disk", *sys.argv[1:]]
            words = os.environ | {INSIDE: place, "TMPDIR": place}
            command = ["unshare", *user, "--mount", "sh", "-c", mount, "sh", *again]
            sys.exit(subprocess.run(command, env=words, check=False).returncode)
    logging.disable(logging.CRITICAL)
    program.main(__doc__, run, WEAKENED, count=("rounds", 30), postgres=False)


if __name__ == "__main__":
    main()
