"""The server crash.py kills: ``python -m bench.crash_server product PORT``, settings from the environment. Its answers take a
moment on their way, as on a telephone: so a kill often finds what is stored and not yet answered. Two variants are weakened on
purpose; under them the promise must break."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from flask import Flask, Response
from sqlalchemy.orm import Session

from core.app import create_app
from core.config import Config
from core.services.store.db import Database, Writer
from core.services.writing import records

ON_THE_WAY_S = 0.05  # between the commit and the answer
LATE_S = 0.15


def answers_first() -> None:
    """Weakened: the commit comes after the answer. What is written beside a report (a token's rate) stays as it is."""
    real = Database.writing

    @contextmanager
    def writing(self: Database, **beside: Any) -> Iterator[Session]:
        if beside:
            with real(self, **beside) as session:
                yield session
            return
        session = Writer(self.engine, expire_on_commit=False)
        session.connection()
        try:
            yield session
            session.flush()
        except BaseException:
            session.rollback()
            session.close()
            raise

        def later() -> None:
            time.sleep(LATE_S)
            session.commit()
            session.close()

        Thread(target=later).start()

    Database.writing = writing  # type: ignore[method-assign]


def without_receipt() -> None:
    """Weakened: the record is stored and its key is not."""
    real = records.save

    def save(work: Any, key: str, raw: Any, **more: Any) -> Any:
        return real(work, key, raw, **more | {"idempotency": None})

    records.save = save


VARIANTS = {"product": lambda: None, "answers_first": answers_first, "without_receipt": without_receipt}


def slow(app: Flask) -> Flask:
    @app.after_request
    def on_the_way(response: Response) -> Response:
        time.sleep(ON_THE_WAY_S)
        return response

    return app


def main(variant: str, port: str) -> None:
    import waitress  # noqa: PLC0415 - only the server itself needs it

    logging.disable(logging.CRITICAL)
    VARIANTS[variant]()
    waitress.serve(slow(create_app(Config.read())), host="127.0.0.1", port=int(port), threads=8, ident=None)


if __name__ == "__main__":
    main(*sys.argv[1:3])
