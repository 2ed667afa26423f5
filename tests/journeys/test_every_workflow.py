"""Every workflow of every plugin is walked in a real browser: each step, on a record of the demo world that waits for it, by a
person who may take it, filled in as a person would; it is taken, or refused with a reason that the page shows.

The journeys of the plugins tell whole stories; this one leaves no step out. Who may not is in test_refusals.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from core.base.units import COMMUNITY, DEPARTMENT
from core.base.workflow import Transition
from core.estate.units import Complex
from core.services.permission.access import SYSTEM_ACTOR
from tests.journeys.test_journey_cleanup import photo
from tests.journeys.test_refusals import LOGINS, OFFICES, roles

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def workflows(platform: Any) -> Iterator[tuple[str, Any]]:
    """One kind of record for each workflow; the common ones (已报 - 已核) are walked once."""
    seen: list[int] = []
    for key, model in platform.catalog.records.items():
        if model.workflow.transitions and id(model.workflow) not in seen:
            seen.append(id(model.workflow))
            yield key, model


def people(site: Any) -> Callable[[str, Any, Any, Transition], str | None]:
    """Who of the demo world may take a step of a record, if anybody; never the one who moved it last where it takes another."""
    with site.platform.work(SYSTEM_ACTOR) as work:
        offices = {login: work.look.unit_id(DEPARTMENT, name) for login, name in OFFICES.items()}
        mine = work.look.unit_id(COMMUNITY, "示例社区D")
        homes = dict(work.session.execute(select(Complex.id, Complex.community_id)).all())

    def who(key: str, model: Any, record: Any, step: Transition) -> str | None:
        home = {"complex": homes.get(record.unit_id), "community": record.unit_id}.get(model.unit.name) == mine
        for login in LOGINS:
            own = model.unit.name == "department" and offices.get(login) == record.unit_id
            may = roles(login, key.partition(".")[0], model.unit.name, own=own, home=home) & set(step.by)
            if may and not (step.another and record.moved_by == login):
                return login
        return None

    return who


def candidates(site: Any, model: Any, step: Transition) -> list[Any]:
    """Records the step leads out of, the newest first."""
    with site.platform.work(SYSTEM_ACTOR) as work:
        rows = select(model).where(model.state.in_(step.source)).order_by(model.id.desc()).limit(300)
        found = list(work.session.scalars(rows))
        work.session.expunge_all()
        return found


def fill(page: Any, model: Any, step: Transition) -> None:
    """The step's own fields, by their widgets; what is known already stays."""
    for name in step.fields:
        field = model.field(name)
        box = page.locator(f"details[open] [name=f_{name}]")
        match field.kind.widget.replace("-", "_"):
            case "photos":
                page.locator(f"details[open] [name=f_{name}_new][multiple]").set_input_files(photo())
            case "select" | "unit" | "record":
                if box.count() and box.evaluate("b => b.tagName") == "SELECT" and not box.input_value():
                    box.select_option(index=1)
            case "checkboxes" | "yes_no" | "units":
                ticks = page.locator(f"details[open] label.tick:has([name=f_{name}]) input")
                if ticks.count() and page.locator(f"details[open] [name=f_{name}]:checked").count() == 0:
                    ticks.first.check()
            case "number":
                box.fill(box.input_value() or "5")
            case "date":
                box.fill(box.input_value() or "2024-12-31")
            case "datetime_local":
                box.fill(box.input_value() or "2024-12-31T09:30")
            case "month":
                box.fill(box.input_value() or "2024-12")
            case _:
                box.fill(box.input_value() or "已按要求办理")


def test_every_step_is_taken_or_refused_with_a_reason(visit: Visit, site: Any) -> None:
    who, pages = people(site), {}
    taken: dict[str, set[str]] = {}
    silent, unmet, never = [], [], []
    for key, model in workflows(site.platform):
        for step in model.workflow.transitions:
            found = ((record, who(key, model, record, step)) for record in candidates(site, model, step))
            record, login = next(((r, w) for r, w in found if w), (None, None))
            if record is None:
                never.append(f"{key}:{step.key}")
                continue
            if login not in pages:
                pages[login] = visit(login)
            page = pages[login]
            base = "/".join(page.url.split("/")[:3])
            page.goto(f"{base}/r/{key}/{record.id}")
            block = page.locator(f"details.step:has(form[action$='/move/{step.key}'])")
            if block.count() == 0:
                unmet.append(f"{key}:{step.key} by {login}")
                continue
            block.locator("summary").click()
            fill(page, model, step)
            block.locator("[name=remark]").fill("走一遍流程")
            with page.expect_navigation():
                block.locator("button").click()
            state = page.locator(".state").first.inner_text()
            wrong = page.locator(".alert-danger, .invalid").count()
            if wrong == 0 and model.workflow.state(step.target).label in state:
                taken.setdefault(key, set()).add(step.key)
            elif wrong == 0:
                silent.append(f"{key}:{step.key} -> {state}")
    assert not silent, "a step neither taken nor refused"
    assert not unmet, "a step its role may take is not offered"
    still = {key for key, _ in workflows(site.platform)} - set(taken)  # other journeys may have used up what waited
    steps = sum(len(model.workflow.transitions) for _, model in workflows(site.platform))
    moved = sum(len(one) for one in taken.values())
    print(f"{moved} of {steps} steps taken; no record waits for: {never}; nothing moved in: {sorted(still)}")
    assert moved >= steps * 0.6 and len(still) <= len(list(workflows(site.platform))) * 0.1
