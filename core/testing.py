"""Fixtures for plugin authors and for us: a small platform on a real store. A pytest plugin, loaded with the product.

- ``platform``: 示例社区A and B with 示例小区01..10 (the last without property service), a company, a department that leads every
  action, on 2024-11-20 (``DAY``). ``app``, ``client`` and ``clock`` are of the same one.
- ``client(login)``: a browser signed in as ``admin``, ``group``, ``office`` (the department), ``a`` or ``b`` (the communities).
- ``world(complexes=24, until=..., only=[...])``: the demo world of that size, lived day by day.
- ``clock.to(day)``: the platform's day moves on, duties are laid out as its first job of the day would.
- ``session``: a read-only session; it sees what was written before its first select.
- ``plugin_contract(slug)``: every rule, on SQLite and, where ACTIONS_TEST_DATABASE_URL names a server, on PostgreSQL.
- ``report``, ``move``, ``figure``, ``light``, ``owed``, ``run_job``, ``at``: what a test does and asks; ``Invalid`` is a refusal.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.base import keys
from core.base.blocks import Light
from core.base.declared import Base
from core.base.errors import Invalid
from core.base.facts import DeadlineFacts
from core.base.window import TZ
from core.config import Config
from core.estate.campaign import Campaign, SettingValue
from core.estate.units import ActionUnit, Area, Community, Company, Complex, Department, Responsibility
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services import migrations
from core.services.identity import accounts
from core.services.measuring import days, figures, measures
from core.services.owing import duties
from core.services.permission.access import SYSTEM_ACTOR
from core.services.photos import uploads
from core.services.platform import Platform
from core.services.scheduled import job_runs
from core.services.scheduled.job_runs import JobRun
from core.services.store.db import Database
from core.services.work import Work
from core.services.writing import records, registry

__all__ = [
    "DAY",
    "START",
    "Invalid",
    "at",
    "contract_broken",
    "demo_platform",
    "figure",
    "light",
    "move",
    "owed",
    "report",
    "run_job",
    "small_platform",
]

START, DAY = date(2024, 11, 8), date(2024, 11, 20)  # the campaign's first day; the day of the fixtures
NOTICE = Path(__file__).resolve().parents[1] / "campaigns" / "meiling-2024"
DATES = {"environment.first_cleanup.due": "2024-11-15", "environment.fallback.due": "2024-12-31"}


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of that day in Asia/Shanghai."""
    return datetime.combine(day, time(hour, minute), TZ)


def small_platform(
    folder: Path,
    *,
    catalog: Catalog | None = None,
    url: str = "",
    complexes: int = 10,
    strict: bool = True,
    today: date | None = None,
    begun: bool = False,
) -> Platform:
    """A migrated store with 示例社区A and B, complexes 示例小区01.. (the last without property service), one company, the
    upload token ``demo``, and one account of each role (sign in by ``accounts``). ``today`` fixes the platform's day;
    ``begun``: it has begun, as its first job of the day would have it."""
    config = Config(
        data=folder,
        database_url=url or f"sqlite:///{folder / 'test.db'}",
        secret_key=b"only for these tests",
        strict=strict,
    )
    keys.use(config.secret_key)
    catalog = catalog or plugins.load(strict=strict)
    known = "" if url else _known(catalog)
    filled = (known, complexes, today, begun)
    if kept := _FILLED.get(filled, _STORES.get(known)):  # the same plugins as before: nothing need be migrated again
        (folder / "test.db").write_bytes(kept)
    db = Database(config.database_url)
    if known not in _STORES:
        migrations.upgrade(db, catalog)
        Base.metadata.create_all(db.engine, checkfirst=True)  # tables of plugins a test makes up have no steps
        if known:
            _STORES[known] = _bytes(db, folder / "test.db")
    platform = Platform(config, db, catalog, dict(_STATEMENTS.get(known, {})))
    if filled in _FILLED:
        return platform
    with platform.work(now=at(START, 8), source="campaign", settle=False) as work:
        _campaign(work, today)
        _registry(work, complexes)
        _people(work)
        days.begin(work)
    if begun:
        with platform.work() as work:
            days.begin(work)
    if known:
        compiled = {k: v for k, v in platform.prepared.items() if isinstance(k, tuple) and k[0] == "sqlite"}
        _STATEMENTS.setdefault(known, {}).update(compiled)
        _FILLED[filled] = _bytes(db, folder / "test.db")
    return platform


_STORES: dict[str, bytes] = {}  # migrated and empty, by the plugins in it
_FILLED: dict[tuple[str, int, date | None, bool], bytes] = {}  # with the small world in it
_STATEMENTS: dict[str, dict[Any, Any]] = {}  # compiled once for the same plugins


def _known(catalog: Catalog) -> str:
    """What tells a set of bundled plugins from another; "" if a test made one of them up."""
    bundled = all(p.module == f"plugins.{slug}" for slug, p in catalog.plugins.items())
    return ",".join(sorted(catalog.plugins)) if bundled and catalog.plugins and not catalog.faults else ""


def _bytes(db: Database, file: Path) -> bytes:
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    return file.read_bytes()


def _campaign(work: Work, today: date | None) -> None:
    texts = {"key": "test", "title": "测试方案", "number": "测〔2024〕1号", "issuer": "测试街道", "scope": "住宅小区"}
    work.session.add(Campaign(**texts, starts_on=START, demo=True, today=today))
    work.session.add_all(SettingValue(key=k, value=v, since=START) for k, v in DATES.items())
    work.session.add(_picture("demo", work.now))
    work.session.flush()
    work.forget()


def _picture(token: str, now: datetime) -> uploads.Upload:
    row = {"token": token, "name": "demo.jpg", "media": "image/jpeg", "size": 1, "digest": "0" * 64, "sample": True}
    return uploads.Upload(**row, created_at=now, created_by="test")


def _registry(work: Work, complexes: int) -> None:
    (area,) = registry.save_many(work, Area, [{"name": "测试街道", "level": "街道"}])
    homes = registry.save_many(work, Community, [{"name": f"示例社区{x}", "area_id": area} for x in "AB"])
    (company,) = registry.save_many(work, Company, [{"name": "示例物业A01"}])
    rows = [
        {
            "name": f"示例小区{n:02d}",
            "community_id": homes[n % 2],
            "type": ("整顿型", "提质型", "示范型")[n % 3],
            "built": "已建",
            "service": "专业物业" if n < complexes else "无物业",
            "company_id": company if n < complexes else None,
        }
        for n in range(1, complexes + 1)
    ]
    registry.save_many(work, Complex, rows)
    work.touched.clear()


def _people(work: Work) -> None:
    """城管办 leads every action here, so that one department account can check what communities report."""
    (office,) = registry.save_many(work, Department, [{"name": "城管办", "category": "街道办所"}])
    actions = [
        {"name": p.action.label, "code": p.action.slug, "number": p.action.number}
        for p in work.catalog.plugins.values()
    ]
    for unit_id in registry.save_many(work, ActionUnit, actions):
        span = {"since": START, "until": date(9999, 12, 31)}
        one = {
            "role": "lead",
            "holder_kind": "department",
            "holder_id": office,
            "unit_kind": "action",
            "unit_id": unit_id,
        }
        work.session.add(Responsibility(**one, **span))
    homes = [work.look.unit_id(Community.kind, f"示例社区{x}") for x in "AB"]
    accounts.add(work, "admin", "系统管理员", "administrator")
    accounts.add(work, "group", "综合协调组", "coordination")
    accounts.add(work, "office", "城管办", "department", department_id=office)
    accounts.add(work, "a", "示例社区A", "community", community_id=homes[0])
    accounts.add(work, "b", "示例社区B", "community", community_id=homes[1])
    work.session.flush()
    work.touched.clear()


def demo_platform(
    folder: Path,
    *,
    only: Iterable[str] | None = None,
    until: date = date(2024, 12, 31),
    complexes: int = 72,
    strict: bool = True,
    url: str = "",
) -> Platform:
    """The demo world of plan section 4, lived day by day, with these plugins alone (default: all)."""
    from core.services.demo_world import demo, demo_people, world  # noqa: PLC0415

    config = Config(
        data=folder,
        database_url=url or f"sqlite:///{folder / 'demo.db'}",
        secret_key=b"only for these tests",
        strict=strict,
    )
    keys.use(config.secret_key)
    catalog = plugins.load(only=only, strict=strict)
    db = Database(config.database_url)
    catalog = migrations.upgrade(db, catalog, strict=strict)
    Base.metadata.create_all(db.engine, checkfirst=True)  # tables that have no step yet
    found = Platform(config, db, catalog)
    with found.work(now=at(START, 8), source="demo", settle=False) as work:
        work.session.add(_picture("demo", work.now))
        made = world.build(work, NOTICE, complexes=complexes, until=until, photo="demo")
    demo.fill(found, made, every=1 if complexes <= 500 else 7)
    with found.work(SYSTEM_ACTOR) as work:
        demo_people.ensure(work)
    return found


def figure(work: Work, key: str, day: date) -> tuple[int, int]:
    """(n, d) of an indicator over all its units on ``day``, straight from the records."""
    indicator = work.catalog.indicators[key]
    rows = measures.compute(work, indicator, measures.window_for(work, indicator, day))
    return sum(n for _, n, _ in rows), sum(d for _, _, d in rows)


def light(work: Work, key: str, day: date) -> Light:
    """The light of an indicator on ``day``, as every page shows it."""
    (found,) = figures.indicators(work, day, [work.catalog.indicators[key]])
    return found.light


def owed(work: Work, key: str, day: date) -> DeadlineFacts:
    """A deadline on ``day``: ``owed``, ``met``, ``overdue``, ``late`` and the rest, as every page shows it."""
    (found,) = duties.deadlines(work, day, [work.catalog.deadlines[key]])
    return found


def report(platform: Platform, key: str, values: dict[str, Any], *, on: date = DAY) -> int:
    """File a record ``key`` on that day through the one door; its id. ``Invalid`` says why it is refused."""
    with platform.work(now=at(on)) as work:
        return records.save(work, key, values).record.id


def move(
    platform: Platform, key: str, record_id: int, step: str, values: dict[str, Any] | None = None, *, on: date = DAY
) -> None:
    """Take a step of the workflow on that day."""
    with platform.work(now=at(on)) as work:
        records.move(work, key, record_id, step, values or {})


def run_job(platform: Platform, key: str) -> JobRun:
    """Run a job at once, on the platform's day; ``state``, ``result`` (its sentence), ``log`` (what it said), ``error``."""
    return job_runs.run_now(platform, key)


def contract_broken(slug: str, url: str = "", say: Callable[[str], None] = lambda _line: None) -> str:
    """What the plugin ``slug`` does not keep of the contract, as ``actions doctor`` would say it; "" if all is well. ``url``: a
    PostgreSQL server to try it on; its user must be allowed to create databases. ``say``: is told each rule when it begins."""
    from core import checks  # noqa: PLC0415 - only a plugin's own test asks

    found = next((one for one in checks.doctor(only=slug, url=url, say=say).plugins if one.slug == slug), None)
    if found is None:
        return f"没有名为“{slug}”的插件：先安装它（pip install -e .），入口写在 pyproject.toml 的 special_actions.plugins 里"
    return "\n".join(found.lines()) if found.broken or found.quarantined else ""


def entered(browser: Any, token: str) -> Any:
    """Use a one-time link the way a person does: open it, press its button. The answer to the button."""
    page = browser.get(f"/enter/{token}").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    return browser.post(f"/enter/{token}", data={"csrf_token": found[1] if found else ""})


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", 'contract: uses plugin_contract, every rule on data; -m "not contract" leaves it out'
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "plugin_contract" in getattr(item, "fixturenames", ()):
            item.add_marker("contract")


@pytest.fixture(params=["sqlite", "postgresql"])
def plugin_contract(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """``plugin_contract("waste_sorting")`` fails with every rule the plugin does not keep, where, and how to mend it."""
    server = os.environ.get("ACTIONS_TEST_DATABASE_URL", "")
    if request.param == "postgresql" and not server:
        pytest.skip("ACTIONS_TEST_DATABASE_URL names no PostgreSQL server")

    known = request.config.pluginmanager
    shown, capture = known.getplugin("terminalreporter"), known.getplugin("capturemanager")
    wanted = shown is not None and (request.config.get_verbosity() > 0 or bool(shown.isatty))

    def say(line: str) -> None:
        if wanted:
            with capture.global_and_fixture_disabled() if capture is not None else nullcontext():
                shown.write_line(f"… {line}")

    def keeps(slug: str) -> None:
        if told := contract_broken(slug, server if request.param == "postgresql" else "", say):
            pytest.fail(told, pytrace=False)

    return keeps


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """A small platform of its own for each test, on ``DAY``."""
    found = small_platform(tmp_path, today=DAY, begun=True)
    yield found
    found.db.close()


@pytest.fixture
def session(platform: Platform) -> Iterator[Session]:
    """A read-only session of ``platform``; its snapshot is of the first select."""
    with platform.db.reading() as found:
        yield found


@pytest.fixture
def app(platform: Platform) -> Any:
    """The application over ``platform``."""
    from core.app import create_app  # noqa: PLC0415 - Flask only where a test asks for it

    made = create_app(platform=platform)
    made.config["TESTING"] = True
    return made


@pytest.fixture
def client(app: Any, platform: Platform) -> Callable[[str], Any]:
    """``client("a")`` is a browser-like client signed in as that login."""

    def signed_in(login: str) -> Any:
        with platform.work(SYSTEM_ACTOR) as work:
            token = accounts.one_time_link(work, login)
        browser = app.test_client()
        entered(browser, token)
        browser.platform = platform
        return browser

    return signed_in


class Clock:
    """The day of a platform; ``to`` moves it."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @property
    def day(self) -> date:
        with self._platform.reading() as work:
            return work.today

    def to(self, day: date) -> None:
        """It is ``day`` now, and its first job has run."""
        with self._platform.work(settle=False) as work:
            work.campaign.today = day
        with self._platform.work() as work:
            days.begin(work)


@pytest.fixture
def clock(platform: Platform) -> Clock:
    """The day of ``platform``."""
    return Clock(platform)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[..., Platform]]:
    """``world(complexes=24, until=date(2024, 11, 30), only=["waste_sorting"])``: a demo world, closed when the test is over."""
    made: list[Platform] = []

    def build(*, complexes: int = 24, until: date = DAY, only: Iterable[str] | None = None) -> Platform:
        folder = tmp_path / f"world{len(made)}"
        folder.mkdir()
        made.append(demo_platform(folder, only=only, until=until, complexes=complexes))
        return made[-1]

    yield build
    for one in made:
        one.db.close()
