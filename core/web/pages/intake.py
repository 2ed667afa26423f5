"""/api/v1/intake: what other systems report, and how it stands. For tokens of the scope ``intake:<key>`` alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from core.services.exchange import intakes
from core.services.exchange.intakes import Standing
from core.web import frame
from core.web.pages import api


@api.bp.route("/intake/<key>", methods=["POST"])
def submit(key: str) -> ResponseReturnValue:
    intake = intakes.of(frame.reading(), key)
    idempotency = api.idempotency_key("intake", frame.actor().login, key) or ""
    with frame.writing("api") as work:
        reason = request.args.get("reason", "")
        standing, repeated = intakes.submit(work, intake, api.body(), idempotency=idempotency, reason=reason)
    return jsonify(_json(standing)), 200 if repeated else 201


@api.bp.route("/intake/<key>/<receipt>")
def status(key: str, receipt: str) -> ResponseReturnValue:
    work = frame.reading()
    return jsonify(_json(intakes.status(work, intakes.of(work, key), receipt)))


def _json(standing: Standing) -> dict[str, Any]:
    found = asdict(standing)
    return {**found.pop("told"), **found}
