"""Loading a campaign's folder into the store: the notice, its units, who answers for what, its targets and days.

The folder is judged as a whole before anything is written. What a row said last time is remembered, so loading again
applies what changed in the files and never undoes what was changed on the pages. Next: world.py.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from core.base.declared import Base
from core.base.errors import Invalid, Problem
from core.base.say import Say
from core.base.window import FAR
from core.estate.campaign import Campaign, Milestone, SettingValue
from core.estate.units import UNITS, Area, Complex, Listing, Responsibility, Unit
from core.services.audit import journal
from core.services.campaign import campaign_plan
from core.services.campaign.campaign_notice import Notice, SettingRow
from core.services.campaign.campaign_plan import HOLDS, Duty, UnitRow
from core.services.work import Work
from core.services.writing import registry

TARGETS, DUTIES, MILESTONES = "目标与期限", "责任分工", "阶段目标"
SEPARATOR = "\x1f"  # never part of a name: fields refuse control characters


class LoadedRow(Base):
    """What a row of the campaign's folder said when it was last loaded."""

    __tablename__ = "loaded_row"
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(16))


@dataclass
class Loaded:
    """What a load did, counted by the Chinese name of the thing. ``kept``: units no longer in the files, left as they
    are. ``doubts``: what the notice leaves open and an administrator should verify."""

    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)
    doubts: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.added or self.changed or self.removed)

    @property
    def days_moved(self) -> bool:
        """Targets or days of a running campaign changed: obligations must be laid out anew."""
        return bool(self.changed[TARGETS] or self.removed[TARGETS])

    def __str__(self) -> str:
        verbs = (("新增", self.added), ("更新", self.changed), ("移除", self.removed))
        parts = [f"{name}{verb} {n}" for verb, counts in verbs for name, n in counts.items() if n]
        return "；".join(parts) or Say("没有变化")


def load(work: Work, folder: Path) -> Loaded:
    """Bring the store up to what ``folder`` says. ``Invalid`` with every problem of it, and nothing written."""
    plan = campaign_plan.read(folder)
    loaded = Loaded(doubts=tuple(plan.doubts()))
    campaign = write_notice(work, plan.notice, loaded)
    for model, rows in plan.units.items():
        write_units(work, model, rows, loaded)
    write_duties(work, plan.duties, loaded)
    doubts = SettingRow(key="campaign.doubts", value=list(loaded.doubts), since=plan.notice.starts_on)
    write_settings(work, [*plan.notice.settings, doubts], loaded)
    if not loaded.nothing:
        counts = {n: [0, count] for n, count in (loaded.added + loaded.changed).items()}
        journal.write(work, "load", "campaign", campaign.id, counts)
    forget(work)
    return loaded


def forget(work: Work) -> None:
    """What ``work`` has read of campaign, settings and names is out of date: units or settings were written."""
    work.session.flush()
    work.forget()


def write_notice(
    work: Work, notice: Notice, loaded: Loaded, *, demo: bool = False, today: date | None = None
) -> Campaign:
    """The campaign and its milestones. One store holds one campaign."""
    found = work.session.scalars(select(Campaign)).first()
    values = {**notice.campaign, "demo": demo, "today": today}
    if found is not None and (found.key, found.demo) != (values["key"], demo):
        text = Say("系统中已有专项行动“{t}”，一个数据库只装一个专项行动", t=found.title)
        raise Invalid([Problem("campaign.toml", text)])
    if found is None:
        found = Campaign(**values)
        work.session.add(found)
        loaded.added["专项行动方案"] += 1
    elif _assign(found, values):
        loaded.changed["专项行动方案"] += 1
    there = {m.key: m for m in work.session.scalars(select(Milestone))}
    for one in notice.milestones:
        if one["key"] not in there:
            work.session.add(Milestone(**one))
            loaded.added[MILESTONES] += 1
        elif _assign(there.pop(one["key"]), one):
            loaded.changed[MILESTONES] += 1
    for gone in there.keys() - {one["key"] for one in notice.milestones}:
        work.session.delete(there[gone])
        loaded.removed[MILESTONES] += 1
    work.session.flush()
    return found


def _assign(row: Any, values: Mapping[str, Any]) -> bool:
    changed = {k: v for k, v in values.items() if getattr(row, k) != v}
    for key, value in changed.items():
        setattr(row, key, value)
    return bool(changed)


def write_units(work: Work, model: type[Unit], rows: Sequence[UnitRow], loaded: Loaded) -> None:
    """New rows are registered, rows that say something else than last time corrected, both through the one door."""
    fresh, gone = _since_last_time(work, model.kind.name, {r.name: repr((r.values, r.since, r.lists)) for r in rows})
    said = [r for r in rows if r.name in fresh]
    there = _there(work, model, {r.name for r in rows}) if said else {}
    forget(work)
    new: dict[date | None, list[UnitRow]] = {}
    for row in said:
        unit_id = there.get(row.name) or there.get(f"#{row.values.get('code')}")
        if unit_id is not None:
            _correct(work, model, row, unit_id, loaded)
        elif model is Area:  # a parent must be there before its parts
            registry.save(work, model, row.values)
            forget(work)
            loaded.added[model.label] += 1
        else:
            new.setdefault(row.since, []).append(row)
    for since, group in new.items():
        ids = registry.save_many(work, model, [r.values for r in group], effective=since)
        listed = [(i, name) for i, row in zip(ids, group, strict=True) for name in row.lists]
        write_listings(work, listed, work.campaign.starts_on)
        loaded.added[model.label] += len(ids)
    loaded.kept += sorted(gone)
    forget(work)


def _there(work: Work, model: type[Unit], names: set[str]) -> dict[str, int]:
    """Ids of the units in the store by name; by ``#code`` those whose name the file no longer uses: renamed ones."""
    rows = work.session.execute(select(model.id, model.name, model.code)).all()
    renamed = {f"#{code}": key for key, name, code in rows if code and name not in names}
    return renamed | {name: key for key, name, _ in rows}


def _correct(work: Work, model: type[Unit], row: UnitRow, unit_id: int, loaded: Loaded) -> None:
    before = work.session.get_one(model, unit_id).version
    unit = registry.save(work, model, row.values, unit_id=unit_id, effective=row.since)
    moved = _relist(work, unit_id, set(row.lists)) if model is Complex else False
    loaded.changed[model.label] += int(unit.version != before or moved)


def _relist(work: Work, complex_id: int, names: set[str]) -> bool:
    """From today on the complex is on exactly these lists (plan Q21)."""
    rows = select(Listing).where(Listing.complex_id == complex_id, Listing.until >= work.today)
    there = {one.name: one for one in work.session.scalars(rows)}
    for name in there.keys() - names:
        if there[name].since >= work.today:
            work.session.delete(there[name])
        else:
            there[name].until, there[name].reason = work.today - timedelta(days=1), "专项行动资料更新"
    work.session.flush()
    write_listings(work, [(complex_id, name) for name in sorted(names - there.keys())], work.today)
    return there.keys() != names


def write_listings(work: Work, listed: Iterable[tuple[int, str]], since: date) -> None:
    """Put complexes on the campaign's named lists (plan Q21)."""
    if rows := [{"name": n, "complex_id": i, "since": since, "until": FAR} for i, n in listed]:
        work.session.connection().execute(insert(Listing), rows)


def write_duties(work: Work, duties: Sequence[Duty], loaded: Loaded) -> None:
    """Who answers for what. A line taken out of the file takes the duty out; one with an end keeps it in history."""
    by_key = {SEPARATOR.join((d.role, d.holder, d.unit, d.since.isoformat())): d for d in duties}
    fresh, gone = _since_last_time(work, "duty", {k: str(d.until) for k, d in by_key.items()})
    if not fresh and not gone:
        return
    names = {kind: _ids(work, UNITS[kind]) for kind in {k.name for pair in HOLDS.values() for k in pair}}
    for key in [*fresh, *gone]:
        role, holder, unit, since = key.split(SEPARATOR)
        on = {"role": role, "since": date.fromisoformat(since)}
        for side, kind, name in zip(("holder", "unit"), HOLDS[role], (holder, unit), strict=True):
            on |= {f"{side}_kind": kind.name, f"{side}_id": names[kind.name].get(name, 0)}
        there = work.session.scalars(select(Responsibility).filter_by(**on)).first()
        if key in by_key and there is None:
            work.session.add(Responsibility(**on, until=by_key[key].until))
            loaded.added[DUTIES] += 1
        elif key in by_key and there is not None:
            loaded.changed[DUTIES] += _assign(there, {"until": by_key[key].until})
        elif there is not None:
            work.session.delete(there)
            loaded.removed[DUTIES] += 1
    work.session.flush()


def _ids(work: Work, model: type[Unit]) -> dict[str, int]:
    return dict(work.session.execute(select(model.name, model.id)).all())


def write_settings(work: Work, rows: Sequence[SettingRow], loaded: Loaded) -> None:
    """Targets, by-dates, due days and facts; every change of one that was there is journalled by its key."""
    by_key = {f"{r.key}@{r.since}": r for r in rows}
    fresh, gone = _since_last_time(work, "setting", {k: repr(r.value) for k, r in by_key.items()})
    there = {f"{s.key}@{s.since}": s for s in work.session.scalars(select(SettingValue))} if fresh or gone else {}
    for key in fresh:
        row, old = by_key[key], there.get(key)
        if old is None:
            work.session.add(SettingValue(key=row.key, value=row.value, since=row.since))
            loaded.added[TARGETS] += 1
        elif old.value != row.value:
            journal.write(work, "set", row.key, old.id, {"value": [old.value, row.value]})
            old.value = row.value
            loaded.changed[TARGETS] += 1
    for key in gone & there.keys():
        journal.write(work, "set", there[key].key, there[key].id, {"value": [there[key].value, None]})
        work.session.delete(there[key])
        loaded.removed[TARGETS] += 1
    if fresh or gone:
        work.campaign.revision += 1  # every process reads its settings anew
    forget(work)


def _since_last_time(work: Work, kind: str, said: Mapping[str, str]) -> tuple[list[str], set[str]]:
    """The keys that say something new, in order, and those no longer there; remembers what is said now."""
    digests = {k: hashlib.sha256(text.encode()).hexdigest()[:16] for k, text in said.items()}
    remembered = select(LoadedRow.key, LoadedRow.digest).where(LoadedRow.kind == kind)
    last = dict(work.session.execute(remembered).all())
    fresh, gone = [k for k in said if last.get(k) != digests[k]], last.keys() - said.keys()
    old = {k for k in fresh if k in last} | gone
    connection = work.session.connection()
    if old:
        connection.execute(delete(LoadedRow).where(LoadedRow.kind == kind, LoadedRow.key.in_(old)))
    if fresh:
        connection.execute(insert(LoadedRow), [{"kind": kind, "key": k, "digest": digests[k]} for k in fresh])
    return fresh, set(gone)
