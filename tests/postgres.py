"""A private PostgreSQL for the tests: Debian's binaries in a temporary folder, as an unprivileged user when we are root."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


def binaries() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``, newest version first; None if there is no PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: -float(p.parts[-3]))
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def cluster() -> Iterator[str]:
    """Start one, give its SQLAlchemy URL, stop and delete it."""
    home = binaries()
    if home is None:
        raise FileNotFoundError("no PostgreSQL binaries: install Debian's package postgresql")
    folder = Path(tempfile.mkdtemp(prefix="actions-pg-"))
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if user == "nobody":
        shutil.chown(folder, user)
    port = _free_port()

    def run(*command: str) -> None:
        done = subprocess.run(
            command, user=user if user == "nobody" else None, cwd=folder, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")

    data = str(folder / "data")
    run(str(home / "initdb"), "-D", data, "-U", "actions", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run(str(home / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://actions@127.0.0.1:{port}/postgres"
    finally:
        run(str(home / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def empty_database(server: str, name: str, template: str = "template1") -> str:
    """The address of a new database ``name`` on ``server``; a copy of ``template``, to which nobody may be connected."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    admin.dispose()
    return server.rsplit("/", 1)[0] + f"/{name}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
