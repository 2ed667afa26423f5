"""The demo world of some plugins, built once in a test run and copied for every test that wants it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path

from core.config import Config
from core.kernel import plugins
from core.services.platform import Platform
from core.services.store.db import Database
from core.testing import demo_platform


def demo_world(folder: Path, only: Iterable[str], *, until: date = date(2024, 12, 31), complexes: int = 72) -> Platform:
    """``demo_platform`` of ``core.testing`` in ``folder``, of which the test may do as it likes."""
    chosen = tuple(sorted(only))
    name = sha256(repr((chosen, until, complexes)).encode()).hexdigest()[:16]
    kept = _run(folder) / f"demo-{name}"
    while not (kept / "whole").exists():
        try:
            kept.mkdir()
        except FileExistsError:  # another worker is at it
            time.sleep(0.2)
            continue
        try:
            demo_platform(kept, only=chosen, until=until, complexes=complexes).db.close()
        except BaseException:
            shutil.rmtree(kept)
            raise
        (kept / "whole").touch()
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    file = folder / "demo.db"
    config = Config(data=folder, database_url=f"sqlite:///{file}", secret_key=b"only for these tests", strict=True)
    return Platform(config, Database(config.database_url), plugins.load(only=chosen, strict=True))


def _run(folder: Path) -> Path:
    """The folder of the whole test run, which all workers share."""
    return next(p for p in folder.parents if p.name.startswith("pytest-") and p.name[7:].isdigit())
