"""Settings of one process, frozen, from the environment (``ACTIONS_*``) with a data folder for everything it keeps."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")  # the lowest layer knows no other; the same as base/window.py's


@dataclass(frozen=True, kw_only=True)
class Config:
    """``data``: folder of the embedded database, uploads and keys (local file system). ``strict``: a plugin's fault
    raises instead of being shown (tests, development). ``plugins``: only these, None for all found. ``public_url``: where
    people reach the platform, with which links in messages begin. ``developing``: for who writes a plugin, on their own
    machine: what fails is shown in the browser with its line; ``packages``: folders of plugins that are not installed.
    ``clock``: for tests, a clock of their own: ``2024-11-08T08:00+08:00@1700000000*600`` is that moment at that real
    second, 600 times as fast. ``section_s``: seconds a plugin may take for its part of a document, which is then made in
    a child process that can be killed; 0: here, for as long as it takes."""

    data: Path
    database_url: str
    secret_key: bytes
    strict: bool = False
    plugins: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    secure_cookies: bool = False
    public_url: str = ""
    clock: str = ""
    section_s: float = 0
    developing: bool = False
    packages: tuple[Path, ...] = ()

    @property
    def uploads(self) -> Path:
        return self.data / "uploads"

    @classmethod
    def read(cls, env: Mapping[str, str] | None = None, data: Path | None = None) -> Config:
        """From the environment. The secret key is taken from ``ACTIONS_SECRET_KEY`` or made once in the data folder,
        readable by its owner only."""
        env = os.environ if env is None else env
        folder = (data or Path(env.get("ACTIONS_DATA", "var"))).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        url = env.get("ACTIONS_DATABASE_URL") or f"sqlite:///{folder / 'actions.db'}"
        chosen = env.get("ACTIONS_PLUGINS")
        return cls(
            data=folder,
            database_url=url,
            secret_key=env["ACTIONS_SECRET_KEY"].encode() if env.get("ACTIONS_SECRET_KEY") else _kept_key(folder),
            strict=env.get("ACTIONS_STRICT") == "1",
            plugins=tuple(chosen.split(",")) if chosen else None,
            without=tuple(filter(None, env.get("ACTIONS_WITHOUT", "").split(","))),
            secure_cookies=env.get("ACTIONS_SECURE_COOKIES") == "1",
            public_url=env.get("ACTIONS_PUBLIC_URL", ""),
            clock=env.get("ACTIONS_CLOCK", ""),
            section_s=float(env.get("ACTIONS_SECTION_S", "30")),
            developing=env.get("ACTIONS_DEVELOPING") == "1",
            packages=tuple(Path(p) for p in env.get("ACTIONS_PACKAGES", "").split(os.pathsep) if p),
        )

    def now(self) -> datetime:
        """The moment it is: the real one, or a test's own."""
        real = datetime.now(TZ)
        if not self.clock:
            return real
        start, _, rest = self.clock.partition("@")
        epoch, _, speed = rest.partition("*")
        return datetime.fromisoformat(start) + (real - datetime.fromtimestamp(float(epoch), TZ)) * float(speed)


def _kept_key(folder: Path) -> bytes:
    file = folder / "secret.key"
    if not file.exists():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(secrets.token_urlsafe(48).encode())
    return file.read_bytes()
