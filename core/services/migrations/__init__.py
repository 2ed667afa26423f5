"""The store's shape over time: one Alembic lineage and one version table for the core and one for each plugin, so that a
plugin of another package brings its own and taking one out never blocks the rest (libraries.md, trap 2).

Each step runs inside one explicit transaction: a kill leaves the old shape or the new, never something between.
"""

from __future__ import annotations

import importlib
import pkgutil
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config as AlembicConfig
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from core import services
from core.base.declared import Base
from core.base.errors import DeclarationError, Invalid, Problem
from core.base.say import Say
from core.kernel.catalog import Catalog
from core.kernel.plugins import fault
from core.services.migrations import shape
from core.services.store.db import Database
from core.services.store.store_errors import trouble

CORE = "core"
LOCK = 970097  # any number of our own
OWN = Path(__file__).parent / "versions"


def owners(catalog: Catalog) -> Iterator[tuple[str, Path]]:
    """(owner, folder of its steps), the core first: plugins' tables lean on the core's."""
    yield CORE, OWN
    for slug, plugin in catalog.plugins.items():
        folder = Path(plugin.folder) / "migrations"
        if plugin.records and folder.is_dir():
            yield slug, folder


def upgrade(db: Database, catalog: Catalog, *, strict: bool = False) -> Catalog:
    """Bring every lineage to its newest step. A plugin whose step fails keeps its old tables and is quarantined: the
    Catalog that is returned has its fault instead of it. A step of the core that fails, raises; so does a store that is full or busy."""
    faults = []
    for owner, folder in owners(catalog):
        try:
            with db.engine.begin() as connection:
                if not db.sqlite:  # of two processes that start at once one migrates, the other waits
                    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
                _run(connection, owner, folder)
        except Exception as error:
            if strict or owner == CORE or trouble(error) is not None:  # a full or busy store is no plugin's fault
                raise
            faults.append(fault(owner, "migrate", error))
    return catalog.without(faults)


def ready(db: Database, catalog: Catalog, *, strict: bool = False) -> Catalog:
    """``upgrade``, and the Catalog without the plugins whose tables are still not what they declare (shape.py)."""
    return shape.fitting(db, upgrade(db, catalog, strict=strict), strict=strict)


def current(connection: Connection, owner: str) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": _table(owner)}).get_current_revision()


def newest(folder: Path) -> str | None:
    return _script(folder).get_current_head()


def known(folder: Path) -> set[str]:
    """Every step this program has."""
    return {step.revision for step in _script(folder).walk_revisions()}


def pending(db: Database, catalog: Catalog) -> list[str]:
    """Owners whose tables are not at their newest step."""
    with db.engine.connect() as connection:
        return [owner for owner, folder in owners(catalog) if current(connection, owner) != newest(folder)]


def differences(db: Database, catalog: Catalog, owner: str) -> list[Any]:
    """What the migrated store lacks or has too much of against the owner's declared tables; empty when they agree."""
    _declare_all()
    with db.engine.connect() as connection:
        return list(compare_metadata(_context(connection, owner, catalog), Base.metadata))


def next_step(catalog: Catalog, owner: str, message: str) -> Path | None:
    """Write the next step of ``owner`` against a scratch store which its steps, and the core's, have made; None if the tables
    are what they say. ``Invalid`` if a step there is does not run."""
    own = Catalog(plugins={slug: p for slug, p in catalog.plugins.items() if slug == owner})
    with tempfile.TemporaryDirectory(prefix="actions-steps-") as folder:
        db = Database(f"sqlite:///{folder}/steps.db", durable=False)
        try:
            made = upgrade(db, own)
            if made.faults:
                text = Say("现有的步骤不能执行：{w}。改好它，或删去它重写", w=made.faults[0].what)
                raise Invalid([Problem("", text)])
            return write_step(db, own, owner, message)
        finally:
            db.close()


def write_step(db: Database, catalog: Catalog, owner: str, message: str) -> Path | None:
    """Write the next step of ``owner`` from the difference between its declared tables and a migrated store."""
    _declare_all()
    if owner in catalog.plugins:  # its first step
        (Path(catalog.plugins[owner].folder) / "migrations").mkdir(exist_ok=True)
    folder = dict(owners(catalog))[owner]
    with db.engine.connect() as connection:
        found = produce_migrations(_context(connection, owner, catalog), Base.metadata)
    if found.upgrade_ops is None or found.upgrade_ops.is_empty() or found.downgrade_ops is None:
        return None
    last = newest(folder)
    number = 1 + sum(1 for _ in folder.glob("[0-9]*.py"))
    file = folder / f"{number:04d}_{message.replace(' ', '_')}.py"
    up = render_python_code(found.upgrade_ops, render_item=_plain_type)
    down = render_python_code(found.downgrade_ops, render_item=_plain_type)
    file.write_text(
        f'"""{message}."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        f'revision = "{_revision(owner, number, up + down)}"\ndown_revision = {last!r}\n\n\n'
        f"def upgrade() -> None:\n    {up}\n\n\ndef downgrade() -> None:\n    {down}\n"
    )
    return file


def _revision(owner: str, number: int, what: str) -> str:
    """With a digest of what it does: a step that is thrown away and written anew is another step, and a store that ran the
    first does not take itself for up to date. The version table holds 32 characters."""
    return f"{owner[:19]}_{number:04d}_{sha256(what.encode()).hexdigest()[:6]}"


def _declare_all() -> None:
    """Import every service: a table whose module nobody has imported yet would look as if it were to be dropped."""
    for found in pkgutil.walk_packages(services.__path__, services.__name__ + "."):
        importlib.import_module(found.name)


def _run(connection: Connection, owner: str, folder: Path) -> bool:
    script = _script(folder)
    before = current(connection, owner)
    if before is not None and before not in known(folder):
        if owner != CORE:
            raise DeclarationError(
                f"库里的表停在步骤 {before}，插件现有的步骤里没有它", "插件比数据旧的，装回较新版本；" + shape.REWRITTEN
            )
        text = "表结构（{o}：{s}）比程序新：请换回较新版本的程序，本版本不会写入"
        raise Invalid([Problem("", Say(text, o=owner, s=before))])

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("head", revision)

    with EnvironmentContext(AlembicConfig(), script, fn=steps, destination_rev="head") as environment:
        environment.configure(connection=connection, version_table=_table(owner))
        environment.run_migrations()
    return before != current(connection, owner)


def _script(folder: Path) -> ScriptDirectory:
    return ScriptDirectory(str(folder), version_locations=[str(folder)])


def _table(owner: str) -> str:
    return f"version_{owner}"


def owner_of(table: str, catalog: Catalog) -> str | None:
    """Whose a declared table is: the core's by the module of its class, a healthy plugin's by its records. None for
    anybody else's: a quarantined plugin's classes may still stand in the metadata."""
    for slug, plugin in catalog.plugins.items():
        if any(record.__tablename__ == table for record in plugin.records.values()):
            return slug
    for mapper in Base.registry.mappers:
        if getattr(mapper.local_table, "name", "") == table:
            return CORE if mapper.class_.__module__.startswith("core.") else None
    return None


def _context(connection: Connection, owner: str, catalog: Catalog) -> MigrationContext:
    def mine(_thing: Any, name: str | None, kind: str, reflected: bool, declared: Any) -> bool:
        if kind != "table":
            return True
        if (
            reflected and declared is None
        ):  # in the store only: an owner's forgotten table, or one of a plugin taken out
            return owner != CORE and (name or "").startswith(owner + "_")
        return owner_of(name or "", catalog) == owner

    opts = {
        "version_table": _table(owner),
        "include_object": mine,
        "target_metadata": Base.metadata,
        "compare_type": True,
    }
    return MigrationContext.configure(connection, opts=opts)


def _plain_type(kind: str, thing: Any, _context: Any) -> Any:
    """Steps name plain column types, so that an old step never depends on today's code."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl_instance!r}" if not isinstance(thing.impl_instance, type) else False
    return False
