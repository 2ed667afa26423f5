"""The second factor: set up with a phone, asked for at sign-in, good once (A14), taken away by the security administrator."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import text

from core.base.window import TZ
from core.services.identity import accounts
from core.services.permission.access import SYSTEM_ACTOR
from tests.core.web.signing import (
    PASSWORD,
    account,
    by_link,
    fresh,
    give_password,
    journal_of,
    post,
    real_campaign,
    sign_in,
)

People = Callable[[str], Any]
NOON = datetime(2026, 3, 2, 12, 0, 5, tzinfo=TZ)


class Clock:
    """Real time that a test moves; sessions and codes go by it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(accounts, "real_now", found)
    return found


@pytest.fixture
def a(client: People, clock: Clock) -> Any:
    browser = client("a")
    give_password(browser)
    return by_link(browser)


def secret_of(browser: Any) -> str:
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', browser.get("/me/factor").text)
    assert found is not None
    return found[1].replace(" ", "")


def code(secret: str, clock: Clock, steps: int = 0) -> str:
    return str(pyotp.TOTP(secret).at(clock.now + timedelta(seconds=30 * steps)))


def enrol(browser: Any, clock: Clock) -> tuple[str, list[str]]:
    """(secret, recovery codes)"""
    secret = secret_of(browser)
    page = post(browser, "/me/factor", code=code(secret, clock)).text
    paper = re.findall(r"<code>([A-Z0-9-]{19})</code>", page)
    assert len(paper) == 10, page
    clock.pass_(60)
    return secret, paper


def halfway(browser: Any) -> Any:
    """A browser after the right password."""
    found = fresh(browser)
    answer = sign_in(found, where="/overview")
    assert answer.status_code == 302 and answer.location.startswith("/signin/code?next="), answer.location
    return found


def give(browser: Any, typed: str) -> Any:
    return post(browser, "/signin/code", code=typed, next="/overview")


def test_it_is_set_up_by_scanning_and_asked_for_from_then_on(a: Any, clock: Clock) -> None:
    page = a.get("/me/factor").text
    assert "<svg" in page and "style=" not in page
    assert post(a, "/me/factor", code="000000").status_code == 422
    secret, _paper = enrol(a, clock)
    found = halfway(a)
    assert found.get("/").location.startswith("/signin"), "half way in is not in"
    assert found.get("/api/v1/records/environment.cleanup").status_code == 401
    done = give(found, code(secret, clock))
    assert done.location == "/overview" and found.get("/overview").status_code == 200
    assert "已开启" in found.get("/me").text


def test_a_link_does_not_lead_around_it(a: Any, clock: Clock) -> None:
    enrol(a, clock)
    assert by_link(a).get("/").location.startswith("/signin")


def test_a_code_counts_once(a: Any, clock: Clock) -> None:
    secret, _paper = enrol(a, clock)
    used = code(secret, clock)
    assert give(halfway(a), used).status_code == 302
    assert give(halfway(a), used).status_code == 401
    clock.pass_(30)
    assert give(halfway(a), used).status_code == 401, "nor in the step after"


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 302), (0, 302), (1, 302), (2, 401), (-4, 401), (4, 401)])
def test_a_phone_may_be_half_a_minute_off_and_not_more(a: Any, clock: Clock, steps: int, status: int) -> None:
    secret, _paper = enrol(a, clock)
    clock.pass_(300)
    assert give(halfway(a), code(secret, clock, steps)).status_code == status


def test_five_wrong_codes_lead_back_to_the_beginning_and_lock(a: Any, clock: Clock) -> None:
    secret, paper = enrol(a, clock)
    found = halfway(a)
    assert [give(found, "123456").status_code for _ in range(4)] == [401] * 4
    assert give(found, "123456").location.startswith("/signin?")
    assert give(found, code(secret, clock)).location.startswith("/signin?"), "this half is over"
    assert give(halfway(a), code(secret, clock)).location.startswith("/signin?"), "the right one too"
    assert give(halfway(a), paper[0]).location.startswith("/signin?"), "nor a code on paper"
    clock.pass_(31 * 60)
    assert give(halfway(a), code(secret, clock)).location == "/overview"


def test_the_code_is_owed_within_five_minutes(a: Any, clock: Clock) -> None:
    secret, _paper = enrol(a, clock)
    found = halfway(a)
    clock.pass_(301)
    assert give(found, code(secret, clock)).location.startswith("/signin?")


def test_a_code_on_paper_is_good_once(a: Any, clock: Clock) -> None:
    _secret, paper = enrol(a, clock)
    assert give(halfway(a), paper[3].lower().replace("-", " ")).location == "/overview"
    assert give(halfway(a), paper[3]).status_code == 401
    assert give(halfway(a), paper[4]).location == "/overview"
    assert [line.changes for line in journal_of(a, "set") if "recovery_code" in line.changes]


def test_the_store_holds_neither_the_secret_nor_the_codes(a: Any, clock: Clock) -> None:
    secret, paper = enrol(a, clock)
    with a.platform.reading() as work:
        kept = str(work.session.execute(text("SELECT * FROM second_factor")).all())
        kept += str(work.session.execute(text("SELECT * FROM recovery_code")).all())
        kept += str(work.session.execute(text("SELECT changes FROM journal")).all())
    assert secret not in kept and not any(one in kept or one.replace("-", "") in kept for one in paper)


def test_it_is_switched_off_with_a_code_only(a: Any, clock: Clock) -> None:
    secret, _paper = enrol(a, clock)
    post(a, "/me/factor/off", page="/me", code="123456")
    assert "已开启" in a.get("/me").text
    post(a, "/me/factor/off", page="/me", code=code(secret, clock))
    assert "未开启" in a.get("/me").text
    assert sign_in(fresh(a), where="/overview").location == "/overview"


def test_new_codes_on_paper_end_the_old_ones(a: Any, clock: Clock) -> None:
    secret, paper = enrol(a, clock)
    page = post(a, "/me/factor/paper", page="/me", code=code(secret, clock)).text
    new = re.findall(r"<code>([A-Z0-9-]{19})</code>", page)
    assert len(new) == 10 and not set(new) & set(paper)
    assert give(halfway(a), paper[0]).status_code == 401
    assert give(halfway(a), new[0]).location == "/overview"


def test_the_security_administrator_takes_it_away(a: Any, clock: Clock, client: People) -> None:
    enrol(a, clock)
    admin = client("admin")
    with a.platform.reading() as work:
        number = account(work).id
    assert post(admin, f"/grants/{number}/factor", page="/grants").status_code == 302
    assert a.get("/").status_code == 302, "its sessions end"
    assert sign_in(fresh(a), where="/overview").location == "/overview"
    assert [line.login for line in journal_of(a, "set") if line.changes.get("second_factor") == ["on", "off"]] == [
        "admin"
    ]


def test_in_a_real_campaign_an_administrator_sets_it_up_first(client: People, clock: Clock) -> None:
    browser = client("admin")
    give_password(browser, "admin")
    real_campaign(browser)
    found = fresh(browser)
    assert sign_in(found, "admin", PASSWORD).location == "/"
    for path in ("/", "/people", "/registry", "/me"):
        assert found.get(path).location == "/me/factor", path
    enrol(found, clock)
    assert found.get("/people").status_code == 200
    with browser.platform.work(SYSTEM_ACTOR) as work:
        work.campaign.demo = True
