"""For who writes a plugin (``actions serve --dev``): what is broken is shown in the browser with the lines around it, instead
of being set aside. Never in a served installation: the command refuses any address but this machine's own."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from core.base.errors import DeclarationError
from core.web import frame

AROUND = 4


@dataclass(frozen=True)
class Shown:
    """One error: what, how to mend it if we know, and the author's own lines, the failing one marked."""

    place: str
    what: str
    mend: str = ""
    lines: tuple[tuple[int, str, bool], ...] = ()
    trace: str = ""


def serve(host: str, port: int, app: Callable[..., Any], watched: Sequence[str]) -> None:
    """Serve ``app`` and start anew whenever a loaded module or one of the ``watched`` files changes."""
    from werkzeug.serving import run_simple  # noqa: PLC0415 - only who develops is served this way

    run_simple(host, port, app, use_reloader=True, extra_files=watched, threaded=True)


def install(app: Flask) -> None:
    app.before_request(_broken)
    app.register_error_handler(Exception, _failed)


def _broken() -> ResponseReturnValue | None:
    """A plugin that can't be loaded hides every page: its author is here to mend it."""
    faults = frame.platform().catalog.faults
    if not faults:
        return None
    shown = [Shown(f"{f.plugin} · {f.stage}", f.what, f.mend, _last_lines(f.trace), f.trace) for f in faults]
    return render_template("developing.html", shown=shown), 500


def _failed(error: Exception) -> ResponseReturnValue:
    trace = "".join(traceback.format_exception(error))
    mend = error.mend if isinstance(error, DeclarationError) else ""
    shown = Shown("", f"{type(error).__name__}: {error}", mend, _last_lines(trace), trace)
    return render_template("developing.html", shown=[shown]), 500


def _last_lines(trace: str) -> tuple[tuple[int, str, bool], ...]:
    """The lines around the last place of ``trace`` that lies in a plugin: outside this package and what is installed."""
    own = str(Path(__file__).resolve().parents[1])
    places = [line.split('"') for line in trace.splitlines() if line.strip().startswith('File "')]
    for _, file, rest in reversed(places):
        if file.startswith(own) or "site-packages" in file or file.startswith("<") or "/lib/python" in file:
            continue
        number = int(rest.removeprefix(", line ").split(",")[0])
        linecache.checkcache(file)
        around = range(max(1, number - AROUND), number + AROUND + 1)
        told = [(n, linecache.getline(file, n).rstrip("\n"), n == number) for n in around]
        return ((0, f"{file}:{number}", False), *((n, text, hot) for n, text, hot in told if text or hot))
    return ()
