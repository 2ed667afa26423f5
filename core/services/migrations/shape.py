"""Has the store the tables its steps say it has? A step that was rewritten after it had run, or records whose step was never
written, would be met half-way through somebody's page: it is said when the store is opened, and that plugin set aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Table, inspect

from core.base.declared import Base
from core.base.errors import DeclarationError, Invalid, Problem
from core.base.say import Say
from core.kernel.catalog import Catalog, Declared, Fault
from core.services.store.db import Database

REWRITTEN = "改写过已执行的步骤的，换一个空的 ACTIONS_DATA 目录重来（演示数据的目录可以删去）"
MEND = "改了 records.py 的，运行 actions migration {o} 说明 写出下一步；" + REWRITTEN


def fitting(db: Database, catalog: Catalog, *, strict: bool = False) -> Catalog:
    """The Catalog without the plugins whose tables the store lacks; each leaves a fault that names them. Raises ``Invalid``
    where the core's own are missing; ``strict``: ``DeclarationError`` for a plugin's."""
    with db.engine.connect() as connection:
        there = _columns(connection)
    if gone := lacking(there, _core()):
        raise Invalid([Problem("", Say("库里缺少平台自己的{x}：请恢复备份，本程序不会写入", x="、".join(gone)))])
    faults = [fault for slug, plugin in catalog.plugins.items() if (fault := _unfit(there, slug, plugin)) is not None]
    if strict and faults:
        raise DeclarationError(f"{faults[0].plugin}: {faults[0].what}", faults[0].mend)
    return catalog.without(faults)


def lacking(there: dict[str, set[str]], tables: Iterable[Table]) -> list[str]:
    """Tables and columns that are declared and not there, in words."""
    return list(_lacking(there, tables))


def _lacking(there: dict[str, set[str]], tables: Iterable[Table]) -> Iterator[str]:
    for table in sorted(tables, key=lambda t: t.name):
        if table.name not in there:
            yield f"表 {table.name}"
        elif missing := [c.name for c in table.columns if c.name not in there[table.name]]:
            yield f"列 {table.name}.{'、'.join(missing)}"


def _unfit(there: dict[str, set[str]], slug: str, plugin: Declared) -> Fault | None:
    gone = lacking(there, (record.__table__ for record in plugin.records.values()))  # type: ignore[misc]
    if not gone:
        return None
    return Fault(plugin=slug, stage="migrate", what=f"库里缺少{'、'.join(gone)}"[:500], mend=MEND.format(o=slug))


def _columns(connection: Connection) -> dict[str, set[str]]:
    found = inspect(connection).get_multi_columns()
    return {name: {column["name"] for column in columns} for (_schema, name), columns in found.items()}


def _core() -> list[Table]:
    """The core's tables whose modules are imported: those this process may touch."""
    mappers = (m for m in Base.registry.mappers if m.class_.__module__.startswith("core."))
    return [m.local_table for m in mappers if isinstance(m.local_table, Table)]
