"""Whom a record, a measure or an obligation belongs to (责任对象)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UnitKind:
    """A kind of unit. ``name`` is also its table; a record of that unit has the column ``<name>_id``."""

    name: str
    label: str

    @property
    def column(self) -> str:
        return f"{self.name}_id"

    def __str__(self) -> str:
        return self.name


COMPLEX = UnitKind("complex", "小区")
COMMUNITY = UnitKind("community", "社区")
GRID = UnitKind("grid", "网格")
COMPANY = UnitKind("company", "物业企业")
DEPARTMENT = UnitKind("department", "部门")
LEADER = UnitKind("leader", "领导")
ACTION = UnitKind("action", "专项行动")
STREET = UnitKind("area", "街道")
RECORD = UnitKind("record", "填报记录")  # each record owes for itself; its own unit answers

UNIT_KINDS = {k.name: k for k in (COMPLEX, COMMUNITY, GRID, COMPANY, DEPARTMENT, LEADER, ACTION, STREET, RECORD)}
