"""Worlds with a year of records. The registry goes through the one door; records are written straight into the plugin's
tables (here only: two million through the door would take hours) and the ledgers are then computed from them."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from core.app import open_platform
from core.base.window import TZ
from core.config import Config
from core.estate.units import Complex
from core.services.demo_world import demo_photo, world
from core.services.identity import accounts
from core.services.measuring import days
from core.services.photos import uploads
from core.services.platform import Platform
from core.services.work import Work
from plugins.environment.records import DEFECTS, SPOTS, Cleanup, Fallback, Inspection, Shortboard

FOLDER = Path(__file__).resolve().parents[1] / "campaigns" / "meiling-2024"
START, TODAY = date(2024, 11, 8), date(2025, 11, 7)
UNKEPT = date(2025, 10, 20)  # a day whose figures are computed anew
EACH = {Cleanup: 150, Inspection: 40, Shortboard: 9, Fallback: 1}  # records a complex: 200,000 for 1,000 complexes
CHUNK = 20_000


@dataclass(frozen=True)
class Made:
    """A world: its platform, a folder of its own, how many records it has and one complex an officer reports for."""

    size: int
    folder: Path
    platform: Platform
    records: int
    photo: str
    mine: tuple[int, ...]
    told: str

    @property
    def name(self) -> str:
        return f"{self.size:,}"


def make(size: int, folder: Path) -> Made:
    """A store of ``size`` complexes and ``size`` x 200 records, both ledgers full, today and a day before kept."""
    folder.mkdir(parents=True)
    config = replace(Config.read({}, folder), secret_key=b"only for the bench")
    platform = open_platform(config)
    began = time.perf_counter()
    photo = _registry(platform, size)
    registered = time.perf_counter()
    with platform.work(now=datetime.combine(TODAY, datetime.min.time(), TZ), settle=False) as work:
        total = sum(_fill(work, model, photo) for model in EACH)
    written = time.perf_counter()
    for day in (TODAY - timedelta(days=14), TODAY):
        with platform.work(now=datetime.combine(day, datetime.min.time(), TZ)) as work:
            days.begin(work)
    kept = time.perf_counter()
    with platform.work() as work:
        mine = _people(work)
    told = f"registry {registered - began:.1f} s, records {written - registered:.1f} s, ledgers {kept - written:.1f} s"
    return Made(size, folder, platform, total, photo, mine, told)


def _registry(platform: Platform, size: int) -> str:
    now = datetime.combine(START, datetime.min.time(), TZ)
    with platform.work(now=now, source="demo", settle=False) as work:
        folder, picture = platform.config.uploads, demo_photo.picture("bench")
        upload = uploads.store(work.session, folder, picture, "bench.jpg", "bench", now, sample=True)
        world.build(work, FOLDER, complexes=size, until=TODAY, photo=upload.token)
        return upload.token


def _people(work: Work) -> tuple[int, ...]:
    """The coordination group, and an officer of the first community; answers the complexes of that community."""
    home = work.session.scalars(select(Complex.community_id).order_by(Complex.id)).first()
    accounts.add(work, "group", "综合协调组", "coordination")
    accounts.add(work, "officer", "社区", "community", community_id=home)
    return tuple(work.session.scalars(select(Complex.id).where(Complex.community_id == home)))


def _fill(work: Work, model: Any, photo: str) -> int:
    """Rows of one class for every complex, spread over the year."""
    units = list(work.session.scalars(select(Complex.id).order_by(Complex.id)))
    columns = [c.name for c in model.__table__.columns if c.name != "id"]
    marks = ", ".join("?" * len(columns))
    sql = f"INSERT INTO {model.__tablename__} ({', '.join(columns)}) VALUES ({marks})"
    rows = _rows(model, units, columns, photo)
    connection, written = work.session.connection(), 0
    while chunk := list(islice(rows, CHUNK)):
        connection.exec_driver_sql(sql, chunk)
        written += len(chunk)
    return written


def _rows(model: Any, units: list[int], columns: list[str], photo: str) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(f"97/{model.__tablename__}")
    span = (TODAY - START).days
    make = {Cleanup: _cleanup, Inspection: _inspection, Shortboard: _defect, Fallback: _fallback}[model]
    fixed = {"version": 1, "created_by": "bench", "photos": f'["{photo}"]'}
    for number in range(EACH[model]):
        for unit in units:
            on = START + timedelta(days=chance.randrange(span))
            at = f"{on.isoformat()} 02:00:00.000000"
            row = fixed | {"complex_id": unit, "created_at": at, "updated_at": at} | make(chance, on, number, photo)
            yield tuple(row.get(name) for name in columns)


def _cleanup(chance: random.Random, on: date, number: int, photo: str) -> dict[str, Any]:
    spots = SPOTS if number % 10 == 0 else SPOTS[: 1 + number % 4]
    state = ("submitted", "checked", "checked", "checked", "returned")[chance.randrange(5)]
    people = chance.randint(5, 60)
    return {"held_on": on.isoformat(), "spots": f"|{'|'.join(spots)}|", "people": people, "state": state}


def _inspection(chance: random.Random, on: date, number: int, photo: str) -> dict[str, Any]:
    marks = {name: int(chance.random() < 0.94) for name in ("waste", "roads", "facilities", "lights")}
    return {"inspected_on": on.isoformat(), "state": "checked", "finding": "有不达标情况", **marks}


def _defect(chance: random.Random, on: date, number: int, photo: str) -> dict[str, Any]:
    closed = on + timedelta(days=chance.randint(3, 30))
    done = closed <= TODAY and chance.random() < 0.9
    row = {
        "found_on": on.isoformat(),
        "defect": DEFECTS[number % 5],
        "place": "3号楼东侧",
        "before_photos": f'["{photo}"]',
    }
    state = {"state": "closed", "closed_on": closed.isoformat()} if done else {"state": "found"}
    return row | {"limit_on": (on + timedelta(days=15)).isoformat()} | state


def _fallback(chance: random.Random, on: date, number: int, photo: str) -> dict[str, Any]:
    services = "|保洁|安保|" if chance.random() < 0.8 else "|保洁|"
    return {"started_on": on.isoformat(), "services": services, "state": "submitted"}
