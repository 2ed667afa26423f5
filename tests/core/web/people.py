"""An account of every role beside those of the small or the demo world, and browsers signed in as them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from core.app import create_app
from core.base.window import FAR
from core.estate.units import Community, Company, Complex, Department, Grid, Leader, Responsibility
from core.services.identity import accounts, sessions
from core.services.identity.accounts import Account
from core.services.permission import rights
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.writing import registry

MATRIX = tuple(r for r in rights.ROLES if r != rights.SYSTEM)


def one_of_each(found: Platform) -> dict[str, str]:
    """{role: login}; a grid with a complex of its own, a company with its complexes, a leader linked to one complex, a department
    that leads nothing."""
    with found.work(SYSTEM_ACTOR) as work:
        session = work.session
        home = session.scalars(select(Community).order_by(Community.id)).first()
        assert home is not None
        mine = session.scalars(select(Complex).where(Complex.community_id == home.id).order_by(Complex.id)).all()
        served = session.scalars(select(Complex).where(Complex.company_id.is_not(None)).order_by(Complex.id)).first()
        assert mine and served is not None
        (grid,) = registry.save_many(work, Grid, [{"name": "甲网格", "community_id": home.id}])
        mine[0].grid_id = grid
        (department,) = registry.save_many(work, Department, [{"name": "旁观部门"}])
        (leader,) = registry.save_many(work, Leader, [{"name": "某挂钩领导"}])
        span = {"since": work.campaign.starts_on, "until": FAR}
        one = {
            "role": "linked",
            "holder_kind": "leader",
            "holder_id": leader,
            "unit_kind": "complex",
            "unit_id": mine[0].id,
        }
        session.add(Responsibility(**one, **span))
        units: dict[str, dict[str, int | None]] = {
            rights.OFFICER: {"community_id": home.id},
            rights.GRID: {"grid_id": grid},
            rights.LINKED: {"leader_id": leader},
            rights.COMPANY: {"company_id": session.get_one(Company, served.company_id).id},
            rights.DEPARTMENT: {"department_id": department},
        }
        for role in MATRIX:
            accounts.add(work, f"one-{role}", rights.ROLES[role], role, **units.get(role, {}))
        work.touched.clear()
    return {role: f"one-{role}" for role in MATRIX}


def browsers(found: Platform, logins: dict[str, str]) -> dict[str, Any]:
    """A signed-in test client of each."""
    rules = replace(found.config.sign_in, second_factor=())  # a tested matter of its own
    app = create_app(platform=replace(found, config=replace(found.config, sign_in=rules)))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    out = {}
    for role, login in logins.items():
        with found.db.writing() as session:
            account = session.scalars(select(Account).where(Account.login == login)).one()
            secret = sessions.begin(session, account.id, sessions.SESSION, accounts.real_now())
        out[role] = app.test_client()
        out[role].set_cookie("actions_session", secret)
        token = re.search(r'name="csrf_token" value="([^"]+)"', out[role].get("/status").text)
        assert token is not None
        out[role].environ_base["HTTP_X_CSRFTOKEN"] = token[1]
    return out
