"""Who may not move a record is refused at every step of every workflow, whatever the page shows (plan 1.1, 1.5).

The table below is the plan's own, written out: it doesn't ask the access rules whether they are right.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select

from core.app import create_app
from core.base.units import COMMUNITY, DEPARTMENT
from core.estate.units import Complex
from core.services.permission.access import SYSTEM_ACTOR
from core.testing import entered

pytestmark = pytest.mark.browser  # for the served demo world; it needs no browser itself

LEADS = {
    "department": {"self_governance", "market_order", "environment", "safety", "micro_projects"},
    "sanitation": {"environment"},
    "party": {"party_coverage", "dual_reporting"},
    "mediation": {"disputes", "security_guards"},
    "squad": {"enforcement"},
    "police": {"security_guards"},
    "safety_office": {"safety"},
}
SHARES = {
    "department": {"party_coverage", "disputes", "enforcement", "security_guards", "dual_reporting"},
    "party": {"self_governance"},
    "police": {"self_governance", "disputes", "enforcement"},
    "petitions": {"self_governance"},
    "market": {"enforcement", "safety"},
    "safety_office": {"enforcement"},
    "squad": {"environment", "micro_projects"},
}
OFFICES = {
    "department": "城管办",
    "sanitation": "环卫办",
    "party": "党建办",
    "mediation": "综治办",
    "squad": "执法中队",
    "police": "派出所",
    "safety_office": "安办",
    "market": "市场监管所",
    "petitions": "信访办",
}
LOGINS = ("community", *OFFICES, "leader", "coordination", "administrator")


def roles(login: str, slug: str, unit: str, *, own: bool, home: bool) -> set[str]:
    """What the plan makes the person towards a record: ``own``: it is their department's; ``home``: it lies in their community."""
    if login == "coordination":
        return {"coordinator", "lead", "reporter"} if slug == "safeguards" else {"coordinator"}
    if login == "community":
        return {"reporter"} if home else set()
    if login not in OFFICES:
        return set()
    found = {"lead"} if slug in LEADS.get(login, ()) else set()
    if own or (unit not in ("department", "action") and slug in LEADS.get(login, set()) | SHARES.get(login, set())):
        found.add("reporter")
    if unit == "action" and slug in LEADS.get(login, ()):
        found.add("reporter")
    return found


def test_no_step_of_any_workflow_is_taken_by_who_may_not(site: Any) -> None:
    app = create_app(platform=site.platform)
    clients: dict[str, tuple[Any, str]] = {}
    for login in LOGINS:
        client = app.test_client()
        entered(client, site.link(login).rpartition("/")[2])
        page = client.get("/registry").get_data(as_text=True)
        clients[login] = client, re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    with site.platform.work(SYSTEM_ACTOR) as work:
        offices = {login: work.look.unit_id(DEPARTMENT, name) for login, name in OFFICES.items()}
        mine = work.look.unit_id(COMMUNITY, "示例社区D")
        homes = dict(work.session.execute(select(Complex.id, Complex.community_id)).all())
        rows = [
            (key, state, record_id, work.session.get_one(model, record_id).unit_id)
            for key, model in work.catalog.records.items()
            for state, record_id in work.session.execute(select(model.state, func.min(model.id)).group_by(model.state))
        ]
    tried, wrong, steps = Counter[str](), [], 0
    for key, state, record_id, unit_id in rows:
        model, slug = site.platform.catalog.records[key], key.partition(".")[0]
        home = {"complex": homes.get(unit_id), "community": unit_id}.get(model.unit.name) == mine
        for step in (t for t in model.workflow.transitions if state in t.source):
            steps += 1
            for turn, (login, (client, token)) in enumerate(clients.items()):
                if (steps + turn) % 2:  # half of them at each step
                    continue
                own = model.unit.name == "department" and offices.get(login) == unit_id
                if roles(login, slug, model.unit.name, own=own, home=home) & set(step.by):
                    continue
                sent = {"csrf_token": token, "remark": "试一试"}
                answer = client.post(f"/r/{key}/{record_id}/move/{step.key}", data=sent)
                tried[login] += 1
                if answer.status_code not in (403, 404):
                    wrong.append((key, state, step.key, login, answer.status_code))
    with site.platform.work(SYSTEM_ACTOR) as work:
        moved = [
            (key, state)
            for key, state, record_id, _unit in rows
            if work.session.get_one(work.catalog.records[key], record_id).state != state
        ]
    assert not wrong and not moved
    assert set(tried) == set(LOGINS) and min(tried.values()) > 30, "everyone was refused at many workflows"
