"""What a campaign's folder says, read and judged as a whole: a Plan, or ``Invalid`` with every problem and its line.

Units are read by the same fields as forms, so a table's headings are the labels of the form. Nothing here writes.
Next: campaigns.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from core.base.errors import Problem
from core.base.fields import read_all
from core.base.kinds import Look
from core.base.kinds_of_time import DayKind
from core.base.say import Say
from core.base.units import ACTION, COMMUNITY, COMPLEX, DEPARTMENT, LEADER, UnitKind
from core.base.window import FAR
from core.estate.units import ROLES, ActionUnit, Area, Community, Company, Complex, Department, Leader, Unit
from core.services.campaign import campaign_notice
from core.services.campaign.campaign_files import BLANK, Findings, Row, document, table

TABLES: tuple[tuple[str, type[Unit]], ...] = (
    ("areas.csv", Area),
    ("communities.csv", Community),
    ("departments.csv", Department),
    ("leaders.csv", Leader),
    ("companies.csv", Company),
    ("complexes.csv", Complex),
)
DOUBT, SINCE, LISTS = {"存疑": "doubt"}, {"起始日期": "since"}, {"名单": "lists"}
HOLDS: dict[str, tuple[UnitKind, UnitKind]] = {
    "leads": (LEADER, ACTION),
    "lead": (DEPARTMENT, ACTION),
    "shares": (DEPARTMENT, ACTION),
    "linked": (LEADER, COMPLEX),
    "first_grid": (LEADER, COMMUNITY),
}
DUTY = {"角色": "role", "责任人": "holder", "对象": "unit", "起始日期": "since", "终止日期": "until"}
PARTS = re.compile(r"[、,，;；\s]+")


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """One unit as the folder says it: what is written by field, blank cells left out. ``doubt``: what an administrator
    should verify (plan Q26-Q28)."""

    values: Mapping[str, Any]
    since: date | None = None
    lists: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def name(self) -> str:
        return str(self.values["name"])


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Who answers for what from when to when, by name."""

    role: str
    holder: str
    unit: str
    since: date
    until: date


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A whole campaign as data."""

    notice: campaign_notice.Notice
    units: Mapping[type[Unit], tuple[UnitRow, ...]]
    duties: tuple[Duty, ...]

    def doubts(self) -> Iterator[str]:
        """What the notice leaves doubtful, one sentence each."""
        gridded = {d.unit for d in self.duties if d.role == "first_grid"}
        for model, rows in self.units.items():
            for row in rows:
                if row.doubt:
                    yield Say("{n}：{d}", n=row.name, d=row.doubt)
                elif model is Community and row.name not in gridded:
                    yield Say("{n}：没有第一网格长，请核", n=row.name)


@dataclass
class FolderLook(Look):
    """``Look`` over the folder itself: a reference is right if another of its rows has that name."""

    ids: dict[str, dict[str, int]] = field(default_factory=dict)
    names: dict[tuple[str, int], str] = field(default_factory=dict)

    def add(self, kind: UnitKind, *texts: str | None) -> None:
        known = self.ids.setdefault(kind.name, {})
        number = len(known) + 1
        for text in filter(None, texts):
            known.setdefault(text, number)
        self.names[kind.name, number] = texts[0] or ""

    def unit_id(self, unit: UnitKind, text: str) -> int | None:
        return self.ids.get(unit.name, {}).get(text)

    def unit_name(self, unit: UnitKind, unit_id: int) -> str:
        return self.names[unit.name, unit_id]

    def has_file(self, token: str) -> bool:
        return False


def read(folder: Path) -> Plan:
    """The plan in ``folder``; ``Invalid`` with all problems, each with file and line, if any part can't be taken."""
    findings, look = Findings(), FolderLook()
    notice, actions = campaign_notice.read(
        document(folder, "campaign.toml", findings), document(folder, "targets.toml", findings), findings
    )
    units: dict[type[Unit], tuple[UnitRow, ...]] = {ActionUnit: _units(ActionUnit, actions, look, findings)}
    for file, model in TABLES:
        needed = [f.name for f in model.fields() if f.required]
        units[model] = _units(model, table(folder, file, columns(model), needed, findings), look, findings)
    rows = table(folder, "responsibilities.csv", DUTY, ("role", "holder", "unit"), findings)
    duties = _duties(rows, notice.starts_on, look, findings)
    findings.settle()
    return Plan(notice=notice, units=units, duties=duties)


def columns(model: type[Unit]) -> dict[str, str]:
    """The headings of a table of units, in order: the labels of the form, then what only a folder says."""
    more = DOUBT | (SINCE | LISTS if model is Complex else {})
    return {f.label: f.name for f in model.fields() if f.name != "grid_id"} | more


def _units(model: type[Unit], rows: list[Row], look: FolderLook, findings: Findings) -> tuple[UnitRow, ...]:
    out: list[UnitRow] = []
    known = {f.name: f.label for f in model.fields()}
    seen: dict[str, int] = {}
    for row in rows:
        raw = {k: v for k, v in row.cells.items() if k in known}
        values, problems = read_all(model.fields(), raw, look, FAR)
        if not problems:
            problems = list(model(**values).check(look))
        name = str(row.cells.get("name", ""))
        if name and name in seen:
            problems.append(Problem("name", Say("“{n}”与第 {i} 行重名", n=name, i=seen[name])))
        for problem in problems:
            findings.add(row.file, row.line, f"{known.get(problem.field, '')}：{problem.text}".removeprefix("："))
        if name:
            seen.setdefault(name, row.line)
            look.add(model.kind, name, values.get("code"), *PARTS.split(values.get("aliases") or ""))
        lists = tuple(filter(None, PARTS.split(row.cells.get("lists", ""))))
        since = _day(row, "since", findings)
        out.append(UnitRow(values=raw, since=since, lists=lists, doubt=row.cells.get("doubt", "")))
    return tuple(out)


def _duties(rows: list[Row], start: date, look: FolderLook, findings: Findings) -> tuple[Duty, ...]:
    out: dict[Duty, int] = {}
    roles = {label: key for key, label in ROLES.items()} | {key: key for key in ROLES}
    for row in rows:
        role = roles.get(row.cells.get("role", ""))
        if role is None:
            findings.add(row.file, row.line, Say("角色应为：{r}", r="、".join(ROLES.values())))
            continue
        holder, unit = (_known(row, k, HOLDS[role][n], look, findings) for n, k in enumerate(("holder", "unit")))
        since, until = _day(row, "since", findings) or start, _day(row, "until", findings) or FAR
        if until < since:
            findings.add(row.file, row.line, Say("终止日期不能早于起始日期"))
        duty = Duty(role=role, holder=holder, unit=unit, since=since, until=until)
        if duty in out:
            findings.add(row.file, row.line, Say("与第 {i} 行重复", i=out[duty]))
        out.setdefault(duty, row.line)
    return tuple(out)


def _known(row: Row, key: str, kind: UnitKind, look: FolderLook, findings: Findings) -> str:
    """The unit's own name for what the cell calls it (a department may be called by an alias, plan Q26)."""
    text = str(row.cells.get(key, ""))
    found = look.unit_id(kind, text)
    if found is None and BLANK.search(text):  # told already
        return text
    if found is None:
        label = next(h for h, k in DUTY.items() if k == key)
        findings.add(row.file, row.line, Say("{l}：没有名为“{v}”的{k}", l=label, v=text, k=kind.label))
        return text
    return look.unit_name(kind, found)


def _day(row: Row, key: str, findings: Findings) -> date | None:
    if key not in row.cells:
        return None
    try:
        return DayKind().read(row.cells[key], FolderLook())
    except ValueError as error:
        label = next(h for h, k in (DUTY | SINCE).items() if k == key)
        findings.add(row.file, row.line, Say("{l}：{e}", l=label, e=error.args[0]))
        return None
