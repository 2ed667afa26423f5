"""Whoever can write the database but has not the key can't change the journal unnoticed; whoever has the key too is found out
by the anchors (reliability.md finding 11; A64, G35). Each kind of tampering at many random places; the saboteurs are the same
checks without anchor or without key, which must miss what they can't see."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import DatabaseError

from core.base import keys
from core.base.errors import Invalid
from core.services.audit import journal, journal_anchor, journal_chain, journal_prune, journal_verify
from core.services.audit.journal_verify import Anchor, Verdict
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.writing import records
from core.testing import at, small_platform

DAY = date(2024, 11, 20)
LINES, TIMES = 40, 300
Tamper = Callable[[Connection, random.Random], int]


def write_lines(platform: Platform, many: int, day: date = DAY) -> None:
    """``many`` lines in units of work of one to five."""
    chance, left = random.Random(many), many
    while left:
        with platform.work(now=at(day), settle=False) as work:
            for _ in range(one := min(left, chance.randint(1, 5))):
                told = {"value": [chance.randint(0, 9), "二〇二四"]}
                journal.write(work, "set", f"test.{chance.randint(0, 9)}", chance.randint(1, 9), told, ("complex", 1))
            left -= one


def verified(platform: Platform, anchors: tuple[Anchor, ...] = ()) -> Verdict:
    with platform.reading() as work:
        return journal_verify.verify(work.session.connection(), anchors)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, tuple[Anchor, ...]]]:
    """A journal of forty lines and more, anchored in the middle and at its end."""
    platform = small_platform(tmp_path_factory.mktemp("journal"))
    anchors = []
    for _ in range(2):
        write_lines(platform, LINES // 2)
        told = verified(platform)
        assert told.whole and told.lines == told.last and told.unchained == 0
        anchors.append(Anchor(at(DAY), told.last, told.digest))
    with platform.db.engine.begin() as connection:  # once: a changed schema is read anew each time
        take_the_triggers_away(connection)
    yield platform, tuple(anchors)
    platform.db.close()


def take_the_triggers_away(connection: Connection) -> None:
    for guard in ("journal_unchanged", "journal_undeleted"):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {guard}"))


@contextmanager
def unguarded(platform: Platform) -> Iterator[Connection]:
    """The database in the hands of somebody who takes the triggers away first; everything is undone afterwards."""
    with platform.db.engine.connect() as connection:
        take_the_triggers_away(connection)
        yield connection
        connection.rollback()


def some_line(connection: Connection, chance: random.Random, *, end: int = 0) -> int:
    last = connection.execute(text("SELECT max(id) FROM journal")).scalar_one()
    return chance.randint(1, last - end)


def changed(connection: Connection, chance: random.Random) -> int:
    line = some_line(connection, chance)
    column, value = chance.choice(
        [
            ("login", "somebody"),
            ("changes", '{"value":[7,"改"]}'),
            ("at", "2020-01-01 00:00:00.000000"),
            ("verb", "x"),
            ("subject_id", 77),
            ("address", "10.9.8.7"),
            ("digest", "0" * 73),
        ]
    )
    connection.execute(text(f"UPDATE journal SET {column} = :v WHERE id = :i"), {"v": value, "i": line})
    return line


def deleted(connection: Connection, chance: random.Random) -> int:
    line = some_line(connection, chance, end=1)
    connection.execute(text("DELETE FROM journal WHERE id = :i"), {"i": line})
    return line


def inserted(connection: Connection, chance: random.Random) -> int:
    """A copy of a line, digest and all, put in somewhere: those behind it move up."""
    line, row = some_line(connection, chance), some_line(connection, chance)
    copied = connection.execute(text("SELECT * FROM journal WHERE id = :i"), {"i": row}).one()
    connection.execute(text("UPDATE journal SET id = -id - 1 WHERE id >= :i"), {"i": line})
    connection.execute(text("UPDATE journal SET id = -id WHERE id < 0"))
    _put(connection, copied, {"id": line, "login": "forged"})
    return line


def reordered(connection: Connection, chance: random.Random) -> int:
    line = some_line(connection, chance, end=1)
    other = chance.randint(line + 1, some_line(connection, chance) + line + 1)
    last = connection.execute(text("SELECT max(id) FROM journal")).scalar_one()
    other = min(other, last)
    for old, new in ((line, -1), (other, line), (-1, other)):
        connection.execute(text("UPDATE journal SET id = :n WHERE id = :o"), {"n": new, "o": old})
    return line


def tail_cut(connection: Connection, chance: random.Random) -> int:
    line = some_line(connection, chance, end=1) + 1
    connection.execute(text("DELETE FROM journal WHERE id >= :i"), {"i": line})
    return line


def rehashed(connection: Connection, chance: random.Random, digest: Any = None) -> int:
    """Change a line and reckon every digest behind it anew, with a key of one's own."""
    line = some_line(connection, chance)
    connection.execute(text("UPDATE journal SET login = 'somebody' WHERE id = :i"), {"i": line})
    digest = digest or (lambda before, content: f"{keys.current().name}:{journal_chain.folded(before, content)}")
    before = journal_chain.at(connection, line - 1) or ""
    for row, content in list(journal_chain.lines(connection, line - 1)):
        before = digest(before, content)
        connection.execute(text("UPDATE journal SET digest = :d WHERE id = :i"), {"d": before, "i": row["id"]})
    return line


def with_the_key(connection: Connection, chance: random.Random) -> int:
    return rehashed(connection, chance, lambda before, content: journal_chain.chained(keys.current(), before, content))


def _put(connection: Connection, row: Row[Any], over: dict[str, Any]) -> None:
    values = {**row._mapping, **over}
    names = ", ".join(values)
    connection.execute(text(f"INSERT INTO journal ({names}) VALUES ({', '.join(':' + n for n in values)})"), values)


def missed(kept: tuple[Platform, tuple[Anchor, ...]], tamper: Tamper, anchors: tuple[Anchor, ...]) -> int:
    """How many of many tamperings are not found, or not at the line that was touched (with a key: before its anchor)."""
    out = 0
    for seed in range(TIMES):
        with unguarded(kept[0]) as connection:
            line = tamper(connection, random.Random(seed))
            first = journal_verify.verify(connection, anchors).first
        if tamper is with_the_key and first is not None:
            at_anchor = min(a.line for a in kept[1] if a.line >= line)
            out += first.line != at_anchor
        else:
            out += first is None or first.line != line
    return out


@pytest.mark.parametrize("tamper", [changed, deleted, inserted, reordered, tail_cut, rehashed, with_the_key])
def test_every_tampering_is_found_and_its_first_line_named(kept: Any, tamper: Tamper) -> None:
    assert missed(kept, tamper, kept[1]) == 0


@pytest.mark.parametrize("tamper", [tail_cut, with_the_key])
def test_without_an_anchor_a_cut_tail_and_a_rewriting_by_the_key_are_missed(kept: Any, tamper: Tamper) -> None:
    """Saboteur: were these found, the test above would show nothing of the anchors."""
    assert missed(kept, tamper, ()) == TIMES


def test_without_a_key_a_rewriting_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saboteur: a chain anybody can reckon."""

    def unkeyed(key: keys.Key, before: str, content: bytes) -> str:
        return f"{key.name}:{journal_chain.folded(before, content)}"

    monkeypatch.setattr(journal_chain, "chained", unkeyed)
    platform = small_platform(tmp_path)
    with platform.db.engine.begin() as connection:  # the store is copied from one with the real chain: chain it anew
        connection.execute(text("DROP TRIGGER journal_unchanged"))
        before = ""
        for row, content in list(journal_chain.lines(connection)):
            before = unkeyed(keys.current(), before, content)
            connection.execute(text("UPDATE journal SET digest = :d WHERE id = :i"), {"d": before, "i": row["id"]})
    write_lines(platform, 20)
    with platform.db.engine.begin() as connection:
        rehashed(connection, random.Random(1))
    assert verified(platform).whole
    platform.db.close()


def test_the_store_itself_refuses_to_change_or_delete_a_line(platform: Platform) -> None:
    write_lines(platform, 3)
    for statement in ("UPDATE journal SET login = 'x' WHERE id = 2", "DELETE FROM journal WHERE id = 3"):
        with pytest.raises(DatabaseError, match="append-only"), platform.db.engine.begin() as connection:
            connection.execute(text(statement))


def test_what_a_savepoint_takes_back_leaves_no_line_and_the_chain_whole(platform: Platform) -> None:
    before = verified(platform).last
    with platform.work(settle=False) as work:
        journal.write(work, "set", "test.a", 1, {})
        nested = work.session.begin_nested()
        journal.write(work, "set", "test.b", 2, {})
        with work.session.begin_nested():
            journal.write(work, "set", "test.c", 3, {})
        nested.rollback()
        with work.session.begin_nested():
            journal.write(work, "set", "test.d", 4, {})
    with pytest.raises(ZeroDivisionError), platform.work(settle=False) as work:
        journal.write(work, "set", "test.e", 5, {})
        raise ZeroDivisionError
    with platform.reading() as work:
        rows = work.session.execute(text(f"SELECT subject FROM journal WHERE id > {before} ORDER BY id"))
        assert rows.scalars().all() == ["test.a", "test.d"]
    assert verified(platform).whole


def test_lines_older_than_the_chain_are_covered_by_its_first(platform: Platform) -> None:
    write_lines(platform, 4)
    with platform.db.engine.begin() as connection:  # as a store of before the migration is
        connection.execute(text("DROP TRIGGER journal_unchanged"))
        connection.execute(text("UPDATE journal SET digest = NULL"))
    old = verified(platform)
    assert old.whole and old.unchained == old.lines
    write_lines(platform, 2)
    told = verified(platform)
    assert told.whole and told.unchained == old.lines and told.lines == old.lines + 2
    with platform.db.engine.begin() as connection:
        connection.execute(text("UPDATE journal SET login = 'x' WHERE id = 3"))
    first = verified(platform).first
    assert first is not None and first.line == 1 and "早于防篡改链" in first.what


def test_a_line_the_platform_did_not_write_has_no_digest(platform: Platform) -> None:
    write_lines(platform, 2)
    last = verified(platform).last
    with platform.db.engine.begin() as connection:
        row = connection.execute(text("SELECT * FROM journal WHERE id = 1")).one()
        _put(connection, row, {"id": last + 1, "digest": None})
    first = verified(platform).first
    assert first is not None and first.line == last + 1


def test_the_daily_anchor_is_kept_once_and_finds_the_tail_cut(platform: Platform) -> None:
    write_lines(platform, 5)

    def keep() -> tuple[Verdict, Anchor | None]:
        with platform.work(settle=False) as work:
            return journal_anchor.keep(work.session.connection(), platform.config.data, work.now)

    told, anchor = keep()
    assert anchor is not None and told.last == anchor.line
    assert keep()[1] is None, "nothing new: no further anchor"
    write_lines(platform, 3)
    again = keep()[1]
    kept = journal_anchor.read(journal_anchor.file_in(platform.config.data))
    assert again is not None and [a.line for a in kept] == [anchor.line, again.line]
    assert verified(platform, tuple(kept)).anchors == 2
    with platform.db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER journal_undeleted"))
        connection.execute(text(f"DELETE FROM journal WHERE id >= {again.line}"))
    write_lines(platform, 1)  # somebody goes on after the cut: the number is there again
    told, nothing = keep()
    assert nothing is None and told.first is not None and told.first.line == again.line


def test_pruning_keeps_six_months_and_the_chain_verifiable(platform: Platform) -> None:
    write_lines(platform, 6, date(2024, 1, 10))
    old = verified(platform).last
    write_lines(platform, 4)
    with pytest.raises(Invalid, match="184"), platform.work(now=at(DAY)) as work:
        journal_prune.prune(work, DAY - timedelta(days=183))
    late = date(2025, 11, 1)  # the small world's own first lines are of 2024-11-08 and stand before
    with platform.work(now=at(late)) as work:
        assert journal_prune.prune(work, date(2024, 11, 15)) == old
    told = verified(platform)
    assert told.whole and told.lines == 5
    with platform.work(now=at(late)) as work:
        assert journal_prune.prune(work, date(2024, 11, 15)) == 0
        assert journal_prune.prune(work, date(2025, 1, 1)) == 4
    assert verified(platform).whole
    with platform.db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER journal_undeleted"))
        connection.execute(text("DELETE FROM journal WHERE id = (SELECT min(id) FROM journal)"))
    assert not verified(platform).whole


def test_lines_about_a_record_that_is_kept_are_not_pruned(platform: Platform) -> None:
    raw = {"complex_id": 1, "held_on": "2024-11-14", "people": 5, "photos": ["demo"], "spots": "出入口"}
    raw["spots"] = "出入口、地下室、入户大堂、卫生死角、垃圾收集点"
    with platform.work(now=at(DAY)) as work:
        kept = records.save(work, "environment.cleanup", raw).record.id
    late = at(date(2026, 1, 1))
    with pytest.raises(Invalid, match="还在"), platform.work(now=late) as work:
        journal_prune.prune(work, date(2025, 1, 1))
    with platform.work(SYSTEM_ACTOR, now=late) as work:
        records.remove(work, "environment.cleanup", kept)
    with platform.work(now=late) as work:
        assert journal_prune.prune(work, date(2025, 1, 1)) > 0
    assert verified(platform).whole


def test_a_key_given_up_leaves_its_lines_vouched_for_by_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = small_platform(tmp_path)
    write_lines(platform, 5)
    keys.use(b"a new one")
    try:
        with platform.work(settle=False) as work:
            journal.checkpoint(work)
        write_lines(platform, 2)
        assert verified(platform).whole
        monkeypatch.delitem(keys._ring, keys.Key.of(platform.config.secret_key).name)
        assert verified(platform).whole, "the old key is gone"
        with unguarded(platform) as connection:
            connection.execute(text("UPDATE journal SET login = 'x' WHERE id = 3"))
            first = journal_verify.verify(connection).first
        assert first is not None and "更换密钥" in first.what
    finally:
        platform.db.close()
        keys.use(platform.config.secret_key)
