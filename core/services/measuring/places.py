"""The part of the campaign a report may be of: one community, or an area (a street, a county) with every community in it.
An area's figures are the sums of n and d of its communities, so streets add up to their county (decisions/0018).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from core.base.units import COMMUNITY
from core.estate.units import Area, Community
from core.services.work import Work


@dataclass(frozen=True, kw_only=True)
class Place:
    """``areas``: the areas that lie in it, itself among them; none for a community. ``query``: it as the query of a page."""

    name: str
    communities: frozenset[int]
    areas: frozenset[int] = frozenset()
    query: tuple[tuple[str, str], ...]


def community(work: Work, unit_id: int) -> Place:
    name = work.look.unit_name(COMMUNITY, unit_id)
    return Place(name=name, communities=frozenset({unit_id}), query=(("community", str(unit_id)),))


def areas(work: Work) -> dict[int, Place]:
    """Every area that holds a community, from the smallest: streets, then the county, the prefecture above them."""
    parents, names = dict[int, int | None](), dict[int, str]()
    for key, name, parent in work.session.execute(select(Area.id, Area.name, Area.parent_id)):
        parents[key], names[key] = parent, name
    homes = dict(work.session.execute(select(Community.id, Community.area_id)).all())
    held: dict[int, set[int]] = {}
    inner: dict[int, set[int]] = {}
    for home, street in homes.items():
        for place in _upward(street, parents):
            held.setdefault(place, set()).add(home)
    for key in parents:
        for place in _upward(key, parents):
            inner.setdefault(place, set()).add(key)
    return {
        key: Place(
            name=names[key],
            communities=frozenset(held[key]),
            areas=frozenset(inner[key]),
            query=(("area", str(key)),),
        )
        for key in sorted(held, key=lambda k: (len(inner[k]), k))
    }


def streets(work: Work) -> list[Place]:
    """The areas communities stand in directly, in order of registration; one in a street's own campaign."""
    found = areas(work)
    direct = work.session.scalars(select(Community.area_id).distinct().order_by(Community.area_id))
    return [found[key] for key in direct]


def choices(work: Work) -> dict[int, Place]:
    """The areas worth choosing between: streets, and what holds several but not all of them."""
    found = areas(work)
    every = frozenset().union(*(p.communities for p in found.values()))
    return {key: place for key, place in found.items() if place.communities != every}


def within(work: Work, place: Place | None) -> list[Place]:
    """The streets of ``place`` (None: of the whole campaign), if there are several: what its report tells one by one."""
    found = [s for s in streets(work) if place is None or s.areas <= place.areas]
    return found if len(found) > 1 else []


def named(work: Work, name: str) -> Place | None:
    """The area or community of that name; None if there is none."""
    found = next((p for p in areas(work).values() if p.name == name), None)
    key = None if found else next((k for k, n in work.look.names(COMMUNITY).items() if n == name), None)
    return community(work, key) if key is not None else found


def asked(work: Work, query: Mapping[str, str]) -> Place | None:
    """The place a page is asked for by ``community`` or ``area``; None: all of it, also where nothing has that number."""
    one, area = query.get("community", ""), query.get("area", "")
    if one.isdigit() and int(one) in work.look.names(COMMUNITY):
        return community(work, int(one))
    return areas(work).get(int(area)) if area.isdigit() else None


def _upward(area: int, parents: Mapping[int, int | None]) -> list[int]:
    """The area and those above it; a circle in the registry ends it."""
    out: list[int] = []
    place: int | None = area
    while place is not None and place not in out:
        out.append(place)
        place = parents.get(place)
    return out
