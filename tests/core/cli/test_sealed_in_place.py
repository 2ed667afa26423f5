"""A sealed value opens only in the column it was sealed for: what is moved in the database file is named and nothing of it shown;
what was sealed before values were bound still opens and is bound by ``actions keys reseal``."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import cli
from core.base import keys, sealed
from core.base.sealed import Sealed
from core.services.platform import Platform
from core.services.writing import records
from tests.core.cli.test_keys_command import data, read, run
from tests.core.web.canaries import COMPLAINT, GUARD, PEOPLE, leaked

__all__ = ["data"]
SWAP = "UPDATE security_guards_guard SET name = number, number = name WHERE id = 3"
ACROSS = f"UPDATE disputes_complaint SET petitioner = (SELECT number FROM {GUARD.replace('.', '_')} WHERE id = 7) WHERE id = 5"


def shown(key: str, number: int) -> str:
    with cli.opened() as found, found.reading() as work:
        return str(records.get(work, key, number).values())


def written(said: str) -> None:
    with cli.opened() as found, found.db.engine.begin() as connection:
        connection.execute(text(said))


def test_what_is_moved_to_another_column_is_named_and_not_shown(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert run("keys", "verify") == (0, "全部加密值都能在原处打开\n")
    written(SWAP)
    written(ACROSS)
    guard, complaint = shown(GUARD, 3), shown(COMPLAINT, 5)
    assert guard.count("（密文已损坏）") == 2 and leaked(guard) == []
    assert "（密文已损坏）" in complaint and PEOPLE[6].number not in complaint
    assert "security_guards_guard.name does not open" in caplog.text and leaked(caplog.text) == []
    code, told = run("keys", "verify")
    named = ("security_guards_guard.name #3", "security_guards_guard.number #3", "disputes_complaint.petitioner #5")
    assert code == 1 and all(f"打不开：{place}" in told for place in named) and "3 个值打不开" in told


def test_saboteur_a_seal_that_knows_no_place_shows_what_was_moved(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cli.opened() as found, found.work(source="command", settle=False) as work:
        guard: Any = work.session.get_one(found.catalog.records[GUARD], 3)
        guard.name, guard.number = "另写", PEOPLE[2].number + " "
        monkeypatch.setattr(sealed, "_bound", lambda name, place: name.encode())
    written(SWAP)
    assert PEOPLE[2].number in shown(GUARD, 3), "so the test above can fail"


def test_what_was_sealed_before_still_opens_and_is_bound_by_resealing(data: Path) -> None:
    before = read()
    with cli.opened() as found:
        as_before(found)
    assert read() == before
    code, told = run("keys", "show")
    assert code == 0 and "40 个值还没有绑定到所在的列" in told
    assert run("keys", "reseal")[0] == 0 and read() == before
    assert "还没有绑定" not in run("keys", "show")[1]
    written(SWAP)
    assert shown(GUARD, 3).count("（密文已损坏）") == 2


def as_before(platform: Platform) -> None:
    """Seal the guards' names and numbers as the version before did."""
    key = keys.current()
    with Session(platform.db.engine) as session, session.begin():
        for one in session.query(platform.catalog.records[GUARD]).all():
            for name in ("name", "number"):
                nonce = os.urandom(12)
                box = AESGCM(key.sealing).encrypt(nonce, getattr(one, name).encode(), key.name.encode())
                told = {"v": f"{key.name}:{base64.b64encode(nonce + box).decode()}", "i": one.id}
                session.execute(text(f"UPDATE security_guards_guard SET {name} = :v WHERE id = :i"), told)


def test_text_that_is_of_no_column_is_not_sealed() -> None:
    with pytest.raises(RuntimeError, match="of none"):
        Sealed().process_bind_param("a", None)  # type: ignore[arg-type]
