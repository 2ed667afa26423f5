"""/api/v1/intake: what other systems report, and how it stands. For tokens of the scope ``intake:<key>`` alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from core.services.exchange import intakes
from core.services.exchange.intakes import Standing
from core.services.photos import sent
from core.web import frame
from core.web.pages import api


@api.bp.route("/intake/<key>", methods=["POST"])
def submit(key: str) -> ResponseReturnValue:
    intake = intakes.of(frame.reading(), key)
    idempotency = api.idempotency_key("intake", frame.actor().login, key) or ""
    body, config = api.body(), frame.platform().config
    pictures = sent.read(intakes.photos(intake), body)  # slow: before the one writer's lock is taken
    shelf = sent.Shelf(config.uploads, config.uploads_a_day, config.upload_bytes_a_day)
    told = {"idempotency": idempotency, "reason": request.args.get("reason", "")}
    with frame.writing("api") as work:
        standing, repeated = intakes.submit(work, intake, body, **told, pictures=pictures, shelf=shelf)
    return jsonify(_json(standing)), 200 if repeated else 201


@api.bp.route("/intake/<key>/<receipt>")
def status(key: str, receipt: str) -> ResponseReturnValue:
    work = frame.reading()
    return jsonify(_json(intakes.status(work, intakes.of(work, key), receipt)))


def _json(standing: Standing) -> dict[str, Any]:
    found = asdict(standing)
    return {**found.pop("told"), **found}
