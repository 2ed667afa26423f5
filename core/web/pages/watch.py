"""For programs that watch the platform: does the process answer (/healthz), may people be sent to it (/readyz), in which numbers
(/metrics, Prometheus; where prometheus-client is installed)."""

from __future__ import annotations

import hmac
import ipaddress
import time
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from core.services.operations import gauges, readiness
from core.web import frame

bp = Blueprint("watch", __name__)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


@bp.route("/readyz")
def readyz() -> ResponseReturnValue:
    """503 with the reasons while nobody should be sent here."""
    found = readiness.reasons(frame.platform())
    return jsonify({"ready": not found, "reasons": found}), 503 if found else 200


@bp.route("/metrics")
def metrics() -> ResponseReturnValue:
    """For this machine itself, or with ``ACTIONS_METRICS_TOKEN``; for anybody else, and where the library is not installed,
    there is no such page."""
    kept: Numbers | None = current_app.extensions.get("metrics")
    if kept is None or not _allowed():
        abort(404)
    return Response(kept.told(), content_type=kept.content_type)


def _allowed() -> bool:
    """A request that a proxy on this machine passed on comes from elsewhere."""
    wanted = frame.platform().config.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if wanted and hmac.compare_digest(given.encode(), wanted.encode()):
        return True
    passed_on = any(h in request.headers for h in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    return not passed_on and ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback


def install(app: Flask) -> None:
    try:
        import prometheus_client.core  # noqa: PLC0415 - an extra; without it there is no /metrics
    except ImportError:
        return
    app.extensions["metrics"] = Numbers(prometheus_client, app)


class Numbers:
    """What this process counted, and at each reading what the store says."""

    def __init__(self, library: Any, app: Flask) -> None:
        self.library, self.registry = library, library.CollectorRegistry()
        self.content_type: str = library.CONTENT_TYPE_LATEST
        labels = ("endpoint", "method", "status")
        self.seconds = library.Histogram(
            "actions_request_seconds",
            "Requests by door and class of answer: how many, how long",
            labels,
            registry=self.registry,
            buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self.registry.register(self)
        app.after_request(self.count)

    def count(self, response: Response) -> Response:
        method = request.method if request.method in METHODS else "other"
        taken = time.perf_counter() - g.get("began", time.perf_counter())
        door = request.endpoint or "none"
        self.seconds.labels(door, method, f"{response.status_code // 100}xx").observe(taken)
        return response

    def collect(self) -> Iterator[Any]:
        """Called by the library at each reading; while the store can't be read the requests are still told."""
        try:
            found = list(gauges.read(frame.reading()))
        except DBAPIError:
            found = []
        for one in found:
            family = self.library.core.GaugeMetricFamily(one.name, one.help, labels=one.labels)
            for labels, number in one.values:
                family.add_metric(labels, number)
            yield family

    def told(self) -> bytes:
        return bytes(self.library.generate_latest(self.registry))
