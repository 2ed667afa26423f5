"""What follows from a change (plan 1.6, A2 to A1-9): whoever is entered once as party secretary and once as member of the
committee is registered as holding both posts, and 一肩挑 counts without entering anybody twice (story 3).

Names are sealed, so they cannot be joined in SQL; they are compared here, of one complex at a time, in memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from core.api import Change, Door, Reaction, counts
from plugins.party_coverage.records import CrossPost, Organisation
from plugins.party_coverage.records_complex import PARTY_POSTS, SEATS


@dataclass(frozen=True)
class Post:
    """A post in a party organisation."""

    name: str
    post: str
    from_on: date
    until_on: date | None


def reckon(change: Change, door: Door) -> None:
    """Bring the register of one complex up to date with both bodies."""
    home = change.unit_id
    wanted = dict(_both(home, door))
    x = CrossPost
    rows = select(x.id, x.seat, x.name, x.party_post, x.committee_post, x.from_on, x.until_on, x.state)
    held = {row.seat: row for row in door.read(rows.where(x.complex_id == home, x.seat.is_not(None)))}
    for seat, values in wanted.items():
        row = held.get(seat)
        if row is None:
            door.save(CrossPost, {"complex_id": home, "seat": seat, **values})
        elif any(getattr(row, name) != value for name, value in values.items()):
            door.correct(CrossPost, row.id, values)
    for seat, row in held.items():
        if seat not in wanted and (row.until_on is None or row.until_on > door.today):
            door.correct(CrossPost, row.id, {"until_on": max(door.today, row.from_on)})


def _both(home: int, door: Door) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each seat whose holder has a party post too: the highest party post, from when both were held until one ended."""
    posts = list(_party_posts(home, door))
    seats = [seat for _, some in door.ask("party_coverage_seats", complex_id=home, read=door.read) for seat in some]
    for seat in seats:
        same = [p for p in posts if _plain(p.name) == _plain(seat["name"]) and seat["post"] in SEATS[:3]]
        for post in sorted(same, key=lambda p: PARTY_POSTS.index(p.post))[:1]:
            begun = max(post.from_on, seat["from_on"])
            ended = min((d for d in (post.until_on, seat["until_on"]) if d is not None), default=None)
            if begun <= door.today and (ended is None or ended >= begun):
                found = {"name": seat["name"], "party_post": post.post, "committee_post": seat["post"]}
                yield seat["origin"], found | {"from_on": begun, "until_on": ended}


def _party_posts(home: int, door: Door) -> Iterator[Post]:
    o = Organisation
    rows = select(o.secretary, o.deputies, o.committee, o.founded_on, o.secretary_on, o.ended_on)
    for secretary, deputies, committee, founded_on, secretary_on, ended_on in door.read(
        rows.where(o.complex_id == home, counts(o))
    ):
        for names, post, since in (
            (secretary, PARTY_POSTS[0], secretary_on or founded_on),
            (deputies, PARTY_POSTS[1], founded_on),
            (committee, PARTY_POSTS[2], founded_on),
        ):
            for name in (names or "").split("、"):
                if name.strip():
                    yield Post(name, post, since, ended_on)


def _plain(name: str) -> str:
    """Without the blanks that two-character names are often typed with."""
    return "".join(name.split())


REACTIONS = (
    Reaction(
        to=("party_coverage.organisation", "self_governance.member", "self_governance.committee"),
        label="交叉任职、“一肩挑”自动登记",
        code="F1.3",
        run=reckon,
        removals=True,
    ),
)
