"""Settings of one process, frozen, from the environment (``ACTIONS_*``) with a data folder for everything it keeps."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")  # the lowest layer knows no other; the same as base/window.py's

SHORTEST_KEY = 16  # bytes
DEFAULTS = ("changeme", "change-me", "change_me", "secret", "password", "default", "example")


class Misconfigured(Exception):
    """A setting with which the platform does not start; the text says which, and what to do."""


@dataclass(frozen=True, kw_only=True)
class SignInConfig:
    """How people sign in; what is None is as suits a real campaign or a demo world (core/services/identity/policy.py).
    ``password_days``: 0 for passwords without an end. ``second_factor``: roles that must have one."""

    password_length: int = 10
    password_days: int | None = None
    idle_minutes: int | None = None
    lock_after: int = 5
    lock_minutes: int = 30
    second_factor: tuple[str, ...] | None = None

    @classmethod
    def read(cls, env: Mapping[str, str]) -> SignInConfig:
        roles = env.get("ACTIONS_SECOND_FACTOR")  # "none" for nobody
        return cls(
            password_length=number(env, "ACTIONS_PASSWORD_LENGTH", least=8) or 10,
            password_days=number(env, "ACTIONS_PASSWORD_DAYS"),
            idle_minutes=number(env, "ACTIONS_IDLE_MINUTES", least=1),
            lock_after=number(env, "ACTIONS_LOCK_AFTER", least=3) or 5,
            lock_minutes=number(env, "ACTIONS_LOCK_MINUTES", least=1) or 30,
            second_factor=tuple(r for r in roles.split(",") if r != "none") if roles else None,
        )


@dataclass(frozen=True, kw_only=True)
class OidcConfig:
    """An office's own identity service. ``label``: what its button says; ``claim``: which of what it says of a person is their
    login here."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str = "单位统一认证"
    claim: str = "preferred_username"

    @classmethod
    def read(cls, env: Mapping[str, str]) -> OidcConfig | None:
        """None where no issuer is set."""
        issuer = env.get("ACTIONS_OIDC_ISSUER", "").rstrip("/")
        if not issuer:
            return None
        plain = urlsplit(issuer).scheme == "http" and urlsplit(issuer).hostname in ("localhost", "127.0.0.1")
        if not (issuer.startswith("https://") or plain):
            raise Misconfigured("ACTIONS_OIDC_ISSUER 须以 https:// 开头")
        if not env.get("ACTIONS_OIDC_CLIENT_ID") or not env.get("ACTIONS_OIDC_CLIENT_SECRET"):
            raise Misconfigured(
                "设置了 ACTIONS_OIDC_ISSUER，还须设置 ACTIONS_OIDC_CLIENT_ID 和 ACTIONS_OIDC_CLIENT_SECRET"
            )
        return cls(
            issuer=issuer,
            client_id=env["ACTIONS_OIDC_CLIENT_ID"],
            client_secret=env["ACTIONS_OIDC_CLIENT_SECRET"],
            label=env.get("ACTIONS_OIDC_LABEL") or cls.label,
            claim=env.get("ACTIONS_OIDC_CLAIM") or cls.claim,
        )


def number(env: Mapping[str, str], name: str, least: int = 0) -> int | None:
    """A whole number, None where nothing is said. Raises ``Misconfigured``."""
    text = env.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise Misconfigured(f"{name} 须为不小于 {least} 的整数，现为“{text}”")
    return int(text)


@dataclass(frozen=True, kw_only=True)
class Config:
    """``data``: folder of the embedded database, uploads and keys (local file system). ``strict``: a plugin's fault
    raises instead of being shown (tests, development). ``plugins``: only these, None for all found. ``public_url``: where
    people reach the platform, with which links in messages begin. ``developing``: for who writes a plugin, on their own
    machine: what fails is shown in the browser with its line; ``packages``: folders of plugins that are not installed.
    ``trusted_hosts``: names the platform answers to, none for any; ``proxies``: how many of our own stand before it and say
    from where a request came. ``webhook_private``: webhooks may go to addresses inside. ``uploads_a_day``,
    ``upload_bytes_a_day``: what one person may upload in a day. ``backups``: folder of the nightly backups, None for
    none; ``keep_backups``: how many of them stay; ``seal_backups``: they are encrypted as a whole. ``busy_timeout``:
    seconds a writer waits for the store before it is told that the system is busy. ``metrics_token``: who shows it may
    read /metrics from elsewhere. ``log``: ``text`` or ``json``. ``section_s``: seconds a plugin may take for its part of
    a document, which is then made in a child process that can be killed; 0: here, for as long as it takes.
    ``clock``: for tests, a clock of their own: ``2024-11-08T08:00+08:00@1700000000*600`` is that moment at that real second,
    600 times as fast."""

    data: Path
    database_url: str
    secret_key: bytes
    old_keys: tuple[bytes, ...] = ()  # given up, but what they sealed can still be read (`actions keys rotate`)
    strict: bool = False
    plugins: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    secure_cookies: bool = False
    public_url: str = ""
    clock: str = ""
    uploads_a_day: int = 1000
    upload_bytes_a_day: int = 2 * 1024**3
    section_s: float = 0
    developing: bool = False
    webhook_private: bool = False
    packages: tuple[Path, ...] = ()
    sign_in: SignInConfig = field(default_factory=SignInConfig)
    oidc: OidcConfig | None = None
    trusted_hosts: tuple[str, ...] = ()
    proxies: int = 0
    backups: Path | None = None
    keep_backups: int = 14
    seal_backups: bool = False
    busy_timeout: float = 10
    metrics_token: str = ""
    log: str = "text"

    @property
    def uploads(self) -> Path:
        return self.data / "uploads"

    @classmethod
    def read(cls, env: Mapping[str, str] | None = None, data: Path | None = None) -> Config:
        """From the environment. The secret key is taken from ``ACTIONS_SECRET_KEY`` or made once in the data folder,
        readable by its owner only."""
        env = os.environ if env is None else env
        folder = (data or Path(env.get("ACTIONS_DATA", "var"))).resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        url = env.get("ACTIONS_DATABASE_URL") or f"sqlite:///{folder / 'actions.db'}"
        chosen = env.get("ACTIONS_PLUGINS")
        return cls(
            data=folder,
            database_url=url,
            secret_key=_key(env["ACTIONS_SECRET_KEY"]) if env.get("ACTIONS_SECRET_KEY") else _kept_key(folder),
            old_keys=(*_words(env.get("ACTIONS_OLD_KEYS", "").replace(",", "\n")), *_words(_read(old_keys_in(folder)))),
            strict=env.get("ACTIONS_STRICT") == "1",
            plugins=tuple(chosen.split(",")) if chosen else None,
            without=tuple(filter(None, env.get("ACTIONS_WITHOUT", "").split(","))),
            secure_cookies=env.get("ACTIONS_SECURE_COOKIES") == "1",
            public_url=env.get("ACTIONS_PUBLIC_URL", ""),
            clock=env.get("ACTIONS_CLOCK", ""),
            webhook_private=env.get("ACTIONS_WEBHOOK_PRIVATE") == "1",
            uploads_a_day=number(env, "ACTIONS_UPLOADS_A_DAY", least=1) or 1000,
            upload_bytes_a_day=(number(env, "ACTIONS_UPLOAD_MB_A_DAY", least=1) or 2048) * 1024**2,
            section_s=float(env.get("ACTIONS_SECTION_S", "30")),
            developing=env.get("ACTIONS_DEVELOPING") == "1",
            packages=tuple(Path(p) for p in env.get("ACTIONS_PACKAGES", "").split(os.pathsep) if p),
            sign_in=SignInConfig.read(env),
            oidc=OidcConfig.read(env),
            trusted_hosts=tuple(filter(None, map(str.strip, env.get("ACTIONS_TRUSTED_HOSTS", "").split(",")))),
            proxies=number(env, "ACTIONS_PROXIES") or 0,
            backups=_backups(env.get("ACTIONS_BACKUPS", ""), folder),
            keep_backups=number(env, "ACTIONS_KEEP_BACKUPS", least=1) or 14,
            seal_backups=env.get("ACTIONS_SEAL_BACKUPS") == "1",
            busy_timeout=float(env.get("ACTIONS_BUSY_TIMEOUT", "10")),
            metrics_token=env.get("ACTIONS_METRICS_TOKEN", ""),
            log=env.get("ACTIONS_LOG", "text"),
        )

    def now(self) -> datetime:
        """The moment it is: the real one, or a test's own."""
        real = datetime.now(TZ)
        if not self.clock:
            return real
        start, _, rest = self.clock.partition("@")
        epoch, _, speed = rest.partition("*")
        return datetime.fromisoformat(start) + (real - datetime.fromtimestamp(float(epoch), TZ)) * float(speed)


def _key(text: str) -> bytes:
    """A key that is short or stands in every manual is none (A69): with it anybody makes a session's cookie of their own."""
    if len(text.encode()) < SHORTEST_KEY or len(set(text)) < 8 or any(word in text.lower() for word in DEFAULTS):
        raise Misconfigured(
            f"ACTIONS_SECRET_KEY 过短或过于常见：请用至少 {SHORTEST_KEY} 个随机字符，或删去它让平台自己生成"
        )
    return text.encode()


def old_keys_in(folder: Path) -> Path:
    """The file of the secrets that were given up, newest first, a line each."""
    return folder / "old.keys"


def change_key(folder: Path) -> None:
    """Put a new secret in the place of the one kept in the data folder, which is first added to the old ones: whenever this
    is killed, every secret is still in one of both files."""
    file, old = folder / "secret.key", old_keys_in(folder)
    _write(old, _kept_key(folder).decode() + "\n" + _read(old))
    _write(file, secrets.token_urlsafe(48))


def _backups(stated: str, data: Path) -> Path | None:
    """``off`` for who makes backups by other means."""
    return None if stated == "off" else Path(stated).resolve() if stated else data / "backups"


def _kept_key(folder: Path) -> bytes:
    file = folder / "secret.key"
    if not file.exists():
        _write(file, secrets.token_urlsafe(48), new=True)
    return file.read_bytes()


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _words(text: str) -> tuple[bytes, ...]:
    return tuple(word.strip().encode() for word in text.splitlines() if word.strip())


def _write(file: Path, text: str, *, new: bool = False) -> None:
    """Whole or not at all, for its owner only. ``new``: not if there is one meanwhile."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        if not new:
            part.replace(file)
            return
        with suppress(FileExistsError):
            os.link(part, file)
    finally:
        part.unlink(missing_ok=True)
