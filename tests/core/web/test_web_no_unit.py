"""An account without a complex is told so, and who enters one, before it fills in a form in vain."""

from __future__ import annotations

from typing import Any

import pytest

from core.base.units import COMMUNITY, COMPANY
from core.estate.units import Community, Company, Complex
from core.services.identity import accounts
from core.services.permission.access import SYSTEM_ACTOR
from core.services.writing import registry
from tests.core.web.signing import by_link

FORM = 'class="record-form"'


@pytest.fixture
def empty(client: Any) -> Any:
    """Communities' browser ``a``, and accounts of a new community and a new company without a complex."""
    found = client("a")
    with found.platform.work(SYSTEM_ACTOR) as work:
        values = work.session.get(Community, 1).values()
        one = registry.save(work, Community, {**values, "name": "新社区", "code": None})
        firm = registry.save(work, Company, {"name": "新物业"})
        accounts.add(work, "new", "新社区", "community", **{COMMUNITY.column: one.id})
        accounts.add(work, "firm", "新物业", "company", **{COMPANY.column: firm.id})
    found.community = one.id
    return found


@pytest.mark.parametrize("path", ["/r/environment.cleanup/new", "/r/environment.cleanup/grid", "/"])
def test_who_has_no_complex_is_told_and_by_whom_it_is_entered(empty: Any, path: str) -> None:
    page = by_link(empty, "new").get(path)
    assert page.status_code == 200
    assert "“新社区”名下还没有登记小区" in page.text and "系统管理员在“基础信息”中登记" in page.text
    assert FORM not in page.text and "grid-form" not in page.text
    assert "名下还没有登记" not in empty.get(path).text, "who has one gets the form"


def test_a_company_without_a_complex_is_told_on_its_first_page(empty: Any) -> None:
    assert "“新物业”名下还没有登记小区" in by_link(empty, "firm").get("/").text


def test_the_form_comes_once_a_complex_is_entered(empty: Any) -> None:
    with empty.platform.work(SYSTEM_ACTOR) as work:
        values = work.session.get(Complex, 1).values() | {
            "name": "新小区",
            "code": None,
            "community_id": empty.community,
        }
        registry.save(
            work, Complex, {f.name: f.kind.text(values[f.name]) for f in Complex.fields()} | {"community_id": "新社区"}
        )
    assert FORM in by_link(empty, "new").get("/r/environment.cleanup/new").text
