"""Where the scratch worlds lie: as files in a temporary folder, or as databases of their own on a PostgreSQL server."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, make_url, text


class Scratch(Protocol):
    """Stores by name. ``copy`` needs ``source`` closed; ``drop`` leaves nothing behind."""

    def url(self, name: str) -> str: ...
    def copy(self, source: str, target: str) -> None: ...
    def drop(self) -> None: ...


class Files:
    """SQLite files in ``folder``, whose owner deletes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def url(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.db"

    def copy(self, source: str, target: str) -> None:
        shutil.copy(self._folder / f"{source}.db", self._folder / f"{target}.db")

    def drop(self) -> None:
        pass


class Server:
    """Databases beside the one ``url`` names; its user must be allowed to create them."""

    def __init__(self, url: str) -> None:
        self._url, self._prefix = make_url(url), f"check_{secrets.token_hex(4)}_"
        self._made: list[str] = []

    def url(self, name: str) -> str:
        if name not in self._made:
            self._say(f'CREATE DATABASE "{self._prefix}{name}"')
            self._made.append(name)
        return self._url.set(database=self._prefix + name).render_as_string(hide_password=False)

    def copy(self, source: str, target: str) -> None:
        self._say(f'CREATE DATABASE "{self._prefix}{target}" TEMPLATE "{self._prefix}{source}"')
        self._made.append(target)

    def drop(self) -> None:
        for name in self._made:
            self._say(f'DROP DATABASE IF EXISTS "{self._prefix}{name}"')

    def _say(self, command: str) -> None:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(command))
        engine.dispose()


def scratch(folder: Path, url: str) -> Scratch:
    """On the server of ``url``, or in ``folder`` where none is named."""
    return Server(url) if url else Files(folder)
