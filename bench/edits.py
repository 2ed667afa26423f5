"""``python -m bench.edits``: nobody's edit is lost. Four editors open one record at the same version, two on the page and two programs,
and send different words at the same moment; one may win, the others must be told, on the page with both versions (G18).

It prints counts and ends with 1 if two won, if what the record says is not the winner's, or if somebody was not told.
``--weakened last_one_wins`` lets everybody save whatever was changed meanwhile.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any
from unittest.mock import patch

from sqlalchemy import func, select

from bench import program
from bench.program import KEY
from core.app import create_app
from core.services.audit.journal import JournalEntry
from core.services.exchange import tokens
from core.services.identity import accounts
from core.services.permission.access import SYSTEM_ACTOR
from core.services.platform import Platform
from core.services.writing import records
from core.testing import entered

EDITORS = 4  # half of them programs


@dataclass
class Found:
    """``lost``: edits acknowledged and not kept; ``untold``: refused without both versions in view; ``failed``: other answers."""

    edits: int = 0
    saved: int = 0
    told: int = 0
    lost: int = 0
    untold: int = 0
    failed: int = 0

    @property
    def held(self) -> bool:
        return bool(self.saved and self.told) and not (self.lost or self.untold or self.failed)


def last_one_wins() -> AbstractContextManager[Any]:
    """Weakened: the version a form was opened at is not looked at."""
    real = records.save

    def save(work: Any, key: str, raw: Any, **more: Any) -> Any:
        return real(work, key, raw, **more | {"version": None})

    return patch.object(records, "save", save)


WEAKENED: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    program.PRODUCT: nullcontext,
    "last_one_wins": last_one_wins,
}


class Editor:
    """Opens the record, then sends what it wants to say of it: (was it saved, is its refusal complete)."""

    def __init__(self, platform: Platform, record_id: int) -> None:
        self.browser = create_app(platform=platform).test_client()
        self.record_id = record_id
        with platform.work(SYSTEM_ACTOR) as work:
            link = accounts.one_time_link(work, "a")
            token = tokens.issue(work, "a", "edits", ["read", "write"], per_minute=6000)
        self.enter(link, token)

    def enter(self, link: str, token: str) -> None: ...

    def open(self) -> None:
        raise NotImplementedError

    def send(self, note: str) -> Any:
        raise NotImplementedError

    def told(self, answer: Any, winner: str, mine: str) -> bool:
        raise NotImplementedError


class Person(Editor):
    def enter(self, link: str, token: str) -> None:
        entered(self.browser, link)

    def open(self) -> None:
        page = self.browser.get(f"/r/{KEY}/{self.record_id}/edit").text
        names = ("csrf_token", "version", "idempotency")
        self.form = {n: html.unescape(re.search(rf'name="{n}" value="([^"]*)"', page)[1]) for n in names}  # type: ignore[index]

    def send(self, note: str) -> Any:
        said = {
            "f_complex_id": "#2",
            "f_held_on": "2024-11-19",
            "f_spots": ["出入口"],
            "f_people": "8",
            "f_photos": "demo",
        }
        return self.browser.post(f"/r/{KEY}/{self.record_id}/edit", data=self.form | said | {"f_note": note})

    def told(self, answer: Any, winner: str, mine: str) -> bool:
        return answer.status_code == 409 and winner in answer.text and mine in answer.text


class Program(Editor):
    def enter(self, link: str, token: str) -> None:
        self.headers = {"Authorization": f"Bearer {token}"}

    def open(self) -> None:
        shown = self.browser.get(f"/api/v1/records/{KEY}/{self.record_id}", headers=self.headers)
        self.version = shown.json["version"]

    def send(self, note: str) -> Any:
        headers = self.headers | {"If-Match": f'"{self.version}"'}
        return self.browser.patch(f"/api/v1/records/{KEY}/{self.record_id}", json={"note": note}, headers=headers)

    def told(self, answer: Any, winner: str, mine: str) -> bool:
        return answer.status_code == 409 and answer.json["version"] == self.version + 1


def run(folder: Path, edits: int, *, url: str = "", variant: str = program.PRODUCT, seed: int = 97) -> Found:
    platform = program.small(folder, url)
    with platform.work(SYSTEM_ACTOR) as work:
        record_id = records.save(work, KEY, program.report(1)).record.id
    editors = [(Person, Program)[n % 2](platform, record_id) for n in range(EDITORS)]
    found, together = Found(), Barrier(EDITORS)
    with WEAKENED[variant](), ThreadPoolExecutor(EDITORS) as pool:
        for number in range(edits // EDITORS):
            for one in editors:
                one.open()
            notes = [f"第{number}次，编辑{n}" for n in range(EDITORS)]

            def send(pair: tuple[Editor, str]) -> Any:
                together.wait()
                return pair[0].send(pair[1])

            answers = list(pool.map(send, zip(editors, notes, strict=True)))
            _judge(found, _note(platform, record_id), editors, notes, answers)
    found.lost += found.saved - _journalled(platform, record_id)
    platform.close()
    return found


def _judge(found: Found, kept: str, editors: list[Editor], notes: list[str], answers: list[Any]) -> None:
    found.edits += len(answers)
    for one, note, answer in zip(editors, notes, answers, strict=True):
        if answer.status_code in (200, 302):
            found.saved += 1
            found.lost += note != kept
        elif answer.status_code == 409:
            found.told += 1
            found.untold += not one.told(answer, kept, note)
        else:
            found.failed += 1


def _note(platform: Platform, record_id: int) -> str:
    with platform.reading() as work:
        return str(records.get(work, KEY, record_id).note)  # type: ignore[attr-defined]


def _journalled(platform: Platform, record_id: int) -> int:
    of_it = (JournalEntry.subject == KEY, JournalEntry.subject_id == record_id, JournalEntry.verb == "edit")
    with platform.reading() as work:
        return int(work.session.scalar(select(func.count()).select_from(JournalEntry).where(*of_it)) or 0)


if __name__ == "__main__":
    program.main(__doc__, run, WEAKENED, count=("edits", 400))
