"""A server in a process of its own: ``python -m bench.serve product FOLDER PORT`` or ``floor FOLDER PORT``."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
THREADS = 8  # as `actions serve`


@contextmanager
def server(kind: str, folder: Path) -> Iterator[tuple[int, int, float]]:
    """(port, process id, seconds until the first answer) while it runs."""
    port, began = free_port(), time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bench.serve", kind, str(folder), str(port)], cwd=ROOT)
    try:
        _answered(process, port)
        yield port, process.pid, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(20)


def _answered(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/signin", timeout=10):
                return
        except HTTPError:
            raise
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.01)
    raise RuntimeError("the server did not answer")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def resident(pid: int) -> float:
    """Memory a process holds, MiB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS")) / 1024


def main(kind: str, folder: str, port: str) -> None:
    import waitress  # noqa: PLC0415 - the parts differ by what is served

    if kind == "floor":
        from bench.floor_app import create  # noqa: PLC0415

        app = create(Path(folder) / "floor.db")
    else:
        from dataclasses import replace  # noqa: PLC0415

        from core.app import create_app  # noqa: PLC0415
        from core.config import Config  # noqa: PLC0415

        app = create_app(replace(Config.read({}, Path(folder)), secret_key=b"only for the bench"))
    waitress.serve(app, host="127.0.0.1", port=int(port), threads=THREADS, ident=None)


if __name__ == "__main__":
    main(*sys.argv[1:4])
