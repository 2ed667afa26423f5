"""The scratch world rules are tried on: the notice over invented units, once without any record and once with the samples
of every plugin. It lies in a temporary folder, or on a PostgreSQL server a test names; the store in use is never touched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from core.base.declared import Base
from core.base.window import TZ
from core.base.world import World
from core.checks.scratch import Scratch, scratch
from core.config import Config
from core.kernel.catalog import Catalog, Declared
from core.kernel.plugins import fault
from core.services import migrations
from core.services.demo_world import demo_photo, world
from core.services.demo_world.demo import DEMO, agenda, happen
from core.services.measuring import days
from core.services.photos import uploads
from core.services.platform import Platform
from core.services.store.db import Database

NOTICE = Path(__file__).resolve().parents[2] / "campaigns" / "meiling-2024"
START, UNTIL = date(2024, 11, 8), date(2024, 12, 31)
COMPLEXES = 18
AS_OF = (START, date(2024, 11, 28), UNTIL, UNTIL + timedelta(days=60))


class NoBench(RuntimeError):
    """The scratch world itself can't be made: the platform's fault, no plugin's."""


@dataclass
class Benches:
    """``empty`` and ``filled``, made when a rule first asks: describing a plugin needs neither."""

    catalog: Catalog
    folder: Path
    notice: Path = NOTICE
    url: str = ""  # of a PostgreSQL server to try it on
    refused: dict[str, str] = field(default_factory=dict)  # slug -> why its samples did not get in
    unlike: dict[str, list[str]] = field(default_factory=dict)  # slug -> tables that differ from its migrations

    @cached_property
    def scratch(self) -> Scratch:
        return scratch(self.folder, self.url)

    @cached_property
    def empty(self) -> Platform:
        platform = self._open("empty")
        try:
            self._shape(platform)
            with platform.work(DEMO, now=_ten(START), source="demo", settle=False) as work:
                picture = demo_photo.picture("检查")
                folder, now = platform.config.uploads, work.now
                photo = uploads.store(work.session, folder, picture, "check.jpg", "demo", now, sample=True)
                self.world = world.build(work, self.notice, complexes=COMPLEXES, until=UNTIL, photo=photo.token)
        except Exception as error:
            raise NoBench(f"检查用的临时数据无法建立：{type(error).__name__}: {error}"[:400]) from error
        return platform

    def _shape(self, platform: Platform) -> None:
        """The core's tables, then each plugin's by its own steps, compared with what it declares."""
        migrations.upgrade(platform.db, Catalog(plugins={}))
        for slug, plugin in self.catalog.plugins.items():
            if not plugin.records:
                continue
            try:
                migrations.upgrade(platform.db, Catalog(plugins={slug: plugin}), strict=True)
                found = migrations.differences(platform.db, self.catalog, slug)
                self.unlike[slug] = [_short(one) for one in found]
            except Exception as error:
                self.unlike[slug] = [fault(slug, "migrations", error).what]
        Base.metadata.create_all(platform.db.engine, checkfirst=True)  # whoever lacks steps is still examined

    @cached_property
    def filled(self) -> Platform:
        self.empty.db.close()
        self.scratch.copy("empty", "filled")
        platform = self._open("filled")
        for slug, plugin in self.catalog.plugins.items():
            try:
                _fill(platform, plugin, self.world)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # this plugin's samples; the others' still count
                self.refused[slug] = fault(slug, "samples", error).what
        for platform_, day in ((self.empty, START), (platform, UNTIL)):
            with platform_.work(DEMO, now=_ten(day), source="demo") as work:
                days.begin(work)
        return platform

    @property
    def both(self) -> tuple[tuple[str, Platform], ...]:
        """The world with samples first: making it also rolls the ledgers of the empty one."""
        filled = self.filled
        return ("有示例数据", filled), ("无数据", self.empty)

    def close(self) -> None:
        for name in ("empty", "filled"):
            if name in self.__dict__:
                self.__dict__[name].db.close()
        self.scratch.drop()

    def _open(self, name: str) -> Platform:
        url = self.scratch.url(name)
        config = Config(data=self.folder, database_url=url, secret_key=b"only for the scratch world")
        return Platform(config, Database(url), self.catalog)


@contextmanager
def opened(catalog: Catalog, url: str = "") -> Iterator[Benches]:
    with tempfile.TemporaryDirectory(prefix="actions-check-") as folder:
        benches = Benches(catalog, Path(folder), url=url)
        try:
            yield benches
        finally:
            benches.close()


def _fill(platform: Platform, plugin: Declared, made: World) -> None:
    """One plugin's samples and their steps, day by day through the one door."""
    ids: dict[int, int] = {}
    plans = agenda(plugin.samples(made) if plugin.samples else (), made.start)
    for day in sorted(plans):
        with platform.work(DEMO, now=_ten(day), source="demo", settle=False) as work:
            happen(work, plans[day], ids)


def _short(difference: Any) -> str:
    head = difference[0] if isinstance(difference, list) and difference else difference
    return " ".join(str(getattr(part, "name", part)) for part in head)[:160]


def _ten(day: date) -> datetime:
    return datetime.combine(day, time(10, 0), TZ)
