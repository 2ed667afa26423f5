"""Every record class x role x own and foreign object, against a second telling of who reaches what (A15-A18, A21, G21): lists and
single records agree; what is foreign is answered like what is missing, whatever is tried on it, and stays as it was."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from core.base.record import Record
from core.estate.units import Community, Complex, Grid
from core.kernel import plugins
from core.services.audit.journal import JournalEntry
from core.services.backups.archive import stored
from core.services.identity import accounts
from core.services.identity.accounts import Account
from core.services.permission import rights
from core.services.permission.access import Actor
from core.services.platform import Platform
from tests.core.web.people import browsers, one_of_each
from tests.plugins.worlds import demo_world

BUSINESS = (rights.OFFICER, rights.GRID, rights.LINKED, rights.COMPANY, rights.DEPARTMENT, "lead")
TRIED = {
    "records.show": ("GET", "/r/{key}/{id}"),
    "records.edit": ("GET", "/r/{key}/{id}/edit"),
    "records.edit POST": ("POST", "/r/{key}/{id}/edit"),
    "records.move": ("POST", "/r/{key}/{id}/move/{step}"),
    "records.remove": ("POST", "/r/{key}/{id}/remove"),
    "records.paper": ("GET", "/r/{key}/{id}/paper.docx"),
    "api.show": ("GET", "/api/v1/records/{key}/{id}"),
    "api.correct": ("PATCH", "/api/v1/records/{key}/{id}"),
    "api.move": ("POST", "/api/v1/records/{key}/{id}/moves/{step}"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, dict[str, Any], dict[str, Actor]]]:
    found = demo_world(
        tmp_path_factory.mktemp("reach"), plugins.load(strict=True).plugins, until=date(2024, 11, 30), complexes=4
    )
    logins = {r: n for r, n in one_of_each(found).items() if r in BUSINESS} | {"lead": "sanitation"}
    with found.reading() as work:
        people = {
            role: accounts.actor_of(
                work.session, work.session.scalars(select(Account).where(Account.login == n)).one(), work.today
            )
            for role, n in logins.items()
        }
    yield found, browsers(found, logins), people
    found.db.close()


def reaches(me: Actor, slug: str, record: Record, homes: dict[str, dict[int, Any]]) -> bool:
    """Who reaches a record, told once more and otherwise: over the object, not in SQL."""
    kind, unit = type(record).unit.name, record.unit_id
    if type(record).public and me.role != rights.COMPANY:
        return True
    if me.role == rights.DEPARTMENT:
        own = kind == "department" and unit == me.department_id
        return own or slug in me.leads or slug in me.shares or (kind == "action" and unit in me.heads)
    if type(record).confidential or (me.role == rights.COMPANY and not type(record).firm):
        return False
    if kind == "complex":
        one = homes["complex"][unit]
        return {
            rights.OFFICER: one.community_id == me.community_id,
            rights.GRID: me.grid_id is not None and one.grid_id == me.grid_id,
            rights.COMPANY: me.company_id is not None and one.company_id == me.company_id,
            rights.LINKED: unit in me.linked,
        }[me.role]
    if kind == "grid" and me.role == rights.OFFICER:
        return bool(homes["grid"][unit].community_id == me.community_id)
    same = {"community": me.community_id, "grid": me.grid_id, "company": me.company_id}.get(kind)
    role = {"community": rights.OFFICER, "grid": rights.GRID, "company": rights.COMPANY}.get(kind)
    return me.role == role and same == unit


def reached(found: Platform, me: Actor) -> Iterator[tuple[str, list[Record], list[Record]]]:
    """(key, records the person reaches, records they don't) of every class."""
    with found.reading() as work:
        kinds: tuple[Any, ...] = (Complex, Grid, Community)
        homes = {m.__tablename__: {u.id: u for u in work.session.scalars(select(m))} for m in kinds}
        for key, model in work.catalog.records.items():
            rows = work.session.scalars(select(model).order_by(model.id)).all()
            slug = key.partition(".")[0]
            yield (
                key,
                [r for r in rows if reaches(me, slug, r, homes)],
                [r for r in rows if not reaches(me, slug, r, homes)],
            )


def told(answer: Any) -> str:
    """What an answer says, without the frame of the page, in which its own address stands."""
    return str(answer.text.partition("<main")[2] or answer.text)


def digest(found: Platform) -> str:
    """Of every row but the journal's and the sessions'."""
    out = hashlib.sha256()
    with found.db.engine.connect() as connection:
        for table in stored(connection):
            if table.name not in ("journal", "sign_in"):
                for row in connection.execute(select(table)):
                    out.update(json.dumps([str(v) for v in row], ensure_ascii=False).encode())
    return out.hexdigest()


@pytest.mark.parametrize("role", BUSINESS)
def test_a_list_holds_what_the_person_reaches_and_nothing_else(world: Any, role: str) -> None:
    found, people, actors = world
    wrong, some = [], 0
    for key, own, _foreign in reached(found, actors[role]):
        total = people[role].get(f"/api/v1/records/{key}").get_json()["total"]
        some += len(own)
        if total != len(own):
            wrong.append((key, total, len(own)))
    assert wrong == []
    assert some or role == rights.DEPARTMENT  # one that leads nothing reaches nothing; the others do


@pytest.mark.parametrize("role", BUSINESS)
def test_what_is_foreign_is_answered_like_what_is_missing_and_stays(world: Any, role: str) -> None:
    found, people, actors = world
    browser, before, wrong, tried = people[role], digest(found), [], 0
    missing = {name: browser.open(address.format(key="environment.cleanup", id=999999, step="check"), method=method, json={})
               for name, (method, address) in TRIED.items()}  # fmt: skip
    for n, (key, _own, foreign) in enumerate(reached(found, actors[role])):
        if not foreign:
            continue
        step = type(foreign[0]).workflow.transitions[0].key
        names = (
            list(TRIED) if n % 6 == 0 else ["records.show", list(TRIED)[n % len(TRIED)]]
        )  # each class, each door in turn
        for name in names:
            method, address = TRIED[name]
            headers = {"If-Match": '"1"'} if name == "api.correct" else {}
            got = browser.open(
                address.format(key=key, id=foreign[0].id, step=step), method=method, json={}, headers=headers
            )
            no_paper = name == "records.paper" and found.catalog.paper_of(found.catalog.records[key]) is None
            tried += 1
            if got.status_code != 404 or (
                missing[name].status_code == 404 and not no_paper and told(got) != told(missing[name])
            ):
                wrong.append((name, key, got.status_code))
    assert wrong == [] and tried > 40
    assert digest(found) == before


def test_a_refusal_is_in_the_journal(world: Any) -> None:
    found, people, actors = world
    key, record = next((k, f[0]) for k, _own, f in reached(found, actors[rights.OFFICER]) if f)
    people[rights.OFFICER].get(f"/r/{key}/{record.id}")
    with found.reading() as work:
        last = work.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()
        assert (last.verb, last.login) == ("refused", "one-community")
        assert last.changes["path"] == [None, f"/r/{key}/{record.id}"]


def test_several_at_once_are_refused_whole_if_one_is_foreign(world: Any) -> None:
    """A16."""
    found, people, actors = world
    lead, key = people["lead"], "environment.cleanup"
    with found.reading() as work:
        own = work.session.scalars(select(work.catalog.records[key].id).limit(1)).one()
    before = digest(found)
    assert lead.post(f"/r/{key}/bulk", data={"step": "check", "id": [str(own), "999999"]}).status_code in (
        302,
        404,
        422,
    )
    officer = people[rights.OFFICER]
    foreign = next(f[0].id for k, _own, f in reached(found, actors[rights.OFFICER]) if k == key and f)
    officer.post(f"/r/{key}/bulk", data={"step": "check", "id": [str(foreign)]})
    assert digest(found) == before


def test_order_filter_and_search_tell_nothing_of_what_is_hidden(world: Any) -> None:
    """A17: a personal field orders nothing and is no filter; the API names the words it does not know, and obeys none."""
    found, people, _actors = world
    officer = people[rights.OFFICER]
    for key, model in found.catalog.records.items():
        hidden = [f.name for f in model.fields() if f.personal]
        if hidden:
            for name in hidden:
                asked = f"/api/v1/records/{key}?sort={name}&{name}=x&fields={name}&expand=account"
                answer = officer.get(asked)
                named = {p["field"] for p in answer.get_json()["problems"]}
                assert answer.status_code == 422 and named == {"sort", name, "fields", "expand"}
                rows = re.compile(rf"/r/{re.escape(key)}/(\d+)")
                pages = [officer.get(f"/r/{key}{query}").text for query in ("", f"?sort={name}&{name}=x")]
                assert rows.findall(pages[0]) == rows.findall(pages[1])


def test_fields_nobody_may_type_are_refused_or_left(world: Any) -> None:
    """A18."""
    found, people, actors = world
    officer = people[rights.OFFICER]
    key = "environment.cleanup"
    own = next(o[0] for k, o, _f in reached(found, actors[rights.OFFICER]) if k == key and o)
    for extra in ({"state": "checked"}, {"version": 99}, {"created_by": "x"}, {"role": "administrator"}, {"id": 1}):
        got = officer.patch(f"/api/v1/records/{key}/{own.id}", json=extra, headers={"If-Match": f'"{own.version}"'})
        assert got.status_code == 422, extra


def test_a_door_that_forgot_whom_it_is_for_is_found(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur (Rule 0): with the filter taken out the same comparison fails."""
    from sqlalchemy import true  # noqa: PLC0415

    from core.services.permission import access  # noqa: PLC0415

    monkeypatch.setattr(access, "visible", lambda actor, slug, record: true())
    with pytest.raises(AssertionError):
        test_a_list_holds_what_the_person_reaches_and_nothing_else(world, rights.OFFICER)
    with pytest.raises(AssertionError):
        test_what_is_foreign_is_answered_like_what_is_missing_and_stays(world, rights.OFFICER)
