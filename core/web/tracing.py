"""Every request has a number: in the answer's ``X-Request-ID``, on the page of an error, in every line it logs. One line a request
says which door was used, never the address with what is secret in it."""

from __future__ import annotations

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from core.services.operations.logs import REQUEST

log = logging.getLogger("actions.request")
FINE = re.compile(r"[A-Za-z0-9_-]{8,64}")


def install(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_told)
    app.teardown_request(_end)


def _begin() -> None:
    """The number a proxy gave is kept, if it is one."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if FINE.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()
    REQUEST.set(g.request_id)


def _told(response: Response) -> Response:
    if "request_id" not in g:  # a door before ours refused it
        return response
    response.headers["X-Request-ID"] = g.request_id
    me = g.get("actor")
    fields = {
        "method": request.method,
        "door": request.endpoint or "-",
        "path": str(request.url_rule or "-"),
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.began) * 1000, 1),
        "login": me.login if me is not None else "",
    }
    log.info("request", extra={"fields": fields})
    return response


def _end(_error: BaseException | None) -> None:
    REQUEST.set("")  # the thread serves others
