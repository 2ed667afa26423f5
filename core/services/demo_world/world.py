"""The synthetic world (plan section 4): the real notice over invented units. No community, company or person of it
exists, so invented results sit on nobody. Registered through the one door, deterministic by seed. Next: demo.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from core.base.blocks import chinese_number
from core.base.units import COMPLEX, LEADER
from core.base.window import FAR
from core.base.world import DemoComplex, World
from core.estate.units import MANAGED, ActionUnit, Area, Community, Company, Complex, Department, Leader, Responsibility
from core.services.campaign import campaign_plan, campaigns
from core.services.campaign.campaign_plan import Duty, Plan, UnitRow
from core.services.campaign.campaigns import Loaded
from core.services.demo_world.world_sketch import Sketch, company_count, draw, uscc
from core.services.work import Work
from core.services.writing import registry

ORGANS = 18  # 示例市直单位
UNTIL = date(2024, 12, 31)


def build(
    work: Work, folder: Path, *, complexes: int = 72, seed: int = 97, until: date = UNTIL, photo: str = ""
) -> World:
    """Fill an empty store with a world of ``complexes`` under the notice in ``folder``. ``photo``: token of the picture
    that stands for every photo. Refused where a campaign is loaded already (``Invalid``)."""
    plan = campaign_plan.read(folder)
    start = plan.notice.starts_on
    leaders = _notice(work, plan, until)
    sketches = draw(seed, complexes, start, until)
    street = _ids(work, Area)[next(a.name for a in plan.units[Area] if a.values["level"] == "街道")]
    names = list(dict.fromkeys(s.community for s in sketches))
    communities = _register(work, Community, [{"name": f"示例社区{n}", "area_id": street} for n in names])
    companies = _register(work, Company, [_company(n) for n in range(1, company_count(complexes) + 1)])
    community_of = dict(zip(names, communities.values(), strict=True))
    made = _complexes(work, sketches, community_of, list(companies.values()))
    campaigns.write_listings(work, [(c.id, name) for c in made for name in sorted(c.lists)], start)
    _lead(work, plan, made, communities, leaders)
    campaigns.forget(work)
    return World(
        seed=seed,
        start=start,
        until=until,
        complexes=tuple(made),
        communities=tuple((key, name) for name, key in communities.items()),
        companies=tuple((key, name) for name, key in companies.items()),
        departments=_ids(work, Department),
        leaders=leaders,
        photo=photo,
        street=street,
        actions={unit.code: unit.id for unit in work.session.scalars(select(ActionUnit)) if unit.code},
    )


def _notice(work: Work, plan: Plan, until: date) -> dict[str, int]:
    """The notice as it is, its offices, and its leaders as roles without names. Answers the leaders' ids."""
    loaded = Loaded()
    campaigns.write_notice(work, plan.notice, loaded, demo=True, today=until)
    organs = [UnitRow(values={"name": f"示例市直单位{n:02d}", "category": "市直单位"}) for n in range(1, ORGANS + 1)]
    offices = [UnitRow(values=row.values) for row in plan.units[Department]]
    for model in (ActionUnit, Area):
        campaigns.write_units(work, model, plan.units[model], loaded)
    campaigns.write_units(work, Department, [*offices, *organs], loaded)
    campaigns.write_settings(work, plan.notice.settings, loaded)
    heads = [_head(int(a.values["number"])) for a in plan.units[ActionUnit]]
    return _register(work, Leader, [{"name": head, "role": "专项组长"} for head in heads])


def _head(number: int) -> str:
    return f"专项组长{chinese_number(number)}"


def _register(work: Work, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    ids = registry.save_many(work, model, rows)
    campaigns.forget(work)
    return {row["name"]: key for row, key in zip(rows, ids, strict=True)}


def _ids(work: Work, model: type[Any]) -> dict[str, int]:
    return dict(work.session.execute(select(model.name, model.id).order_by(model.id)).all())


def _company(number: int) -> dict[str, str]:
    name = f"示例物业A{number:02d}"
    return {"name": name, "code": uscc(number), "person": f"{name}负责人", "phone": f"000-{number:07d}"}


def _complexes(
    work: Work, sketches: Sequence[Sketch], communities: Mapping[str, int], companies: Sequence[int]
) -> list[DemoComplex]:
    """Registered as they stood before the campaign; who was taken on during it changes on that very day."""
    width = max(2, len(str(len(sketches))))
    names = [f"示例小区{n:0{width}d}" for n in range(1, len(sketches) + 1)]
    rows = [_row(names[n], n + 1, s, communities, companies) for n, s in enumerate(sketches)]
    ids = registry.save_many(work, Complex, rows, effective=min(s.services[0][0] for s in sketches))
    campaigns.forget(work)
    out = []
    for number, (key, name, s) in enumerate(zip(ids, names, sketches, strict=True), 1):
        company = None if s.company is None else companies[s.company]
        for since, state in s.services[1:]:
            registry.save(work, Complex, {"service": state, "company_id": company}, unit_id=key, effective=since)
        out.append(
            DemoComplex(
                id=key,
                name=name,
                community_id=communities[s.community],
                community=s.community,
                ordinal=number,
                type=s.type,
                built=s.built,
                services=s.services,
                company_id=company,
                households=s.households,
                lists=s.lists,
            )
        )
    return out


def _row(name: str, number: int, s: Sketch, communities: Mapping[str, int], companies: Sequence[int]) -> dict[str, Any]:
    first = s.services[0][1]
    return {
        "name": name,
        "code": f"SL{number:05d}",
        "community_id": communities[s.community],
        "type": s.type,
        "built": "已建" if s.built else "在建/新交付",
        "service": first,
        "company_id": companies[s.company] if first in MANAGED and s.company is not None else None,
        "households": s.households,
        "buildings": s.buildings,
        "floor_area": s.floor_area,
        "built_year": s.built_year,
    }


def _lead(
    work: Work, plan: Plan, made: Sequence[DemoComplex], communities: Mapping[str, int], leaders: Mapping[str, int]
) -> None:
    """Offices answer as the notice says; a role leads each action and is linked to complexes by community."""
    start, actions = plan.notice.starts_on, plan.units[ActionUnit]
    duties = [d for d in plan.duties if d.role in ("lead", "shares")]
    duties += [_duty("leads", _head(int(a.values["number"])), a.name, start) for a in actions]
    heads = list(leaders)
    head_of = {key: heads[place % len(heads)] for place, key in enumerate(communities.values())}
    duties += [_duty("first_grid", head_of[key], name, start) for name, key in communities.items()]
    campaigns.write_duties(work, duties, Loaded())
    linked = [_linked(leaders[head_of[c.community_id]], c.id, start) for c in made]
    work.session.connection().execute(insert(Responsibility), linked)


def _duty(role: str, holder: str, unit: str, since: date) -> Duty:
    return Duty(role=role, holder=holder, unit=unit, since=since, until=FAR)


def _linked(leader: int, complex_id: int, since: date) -> dict[str, Any]:
    on = {"holder_kind": LEADER.name, "holder_id": leader, "unit_kind": COMPLEX.name, "unit_id": complex_id}
    return on | {"role": "linked", "since": since, "until": FAR}
