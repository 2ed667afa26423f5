"""Signing in by an office's own identity service (OpenID Connect: code flow with PKCE, state and nonce). It says who somebody
is; what they may do is said by their account here, and none is made for whoever has none. An extra: ``special-actions[oidc]``.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Flask, abort, current_app, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from core.config import Misconfigured, OidcConfig
from core.services.identity import accounts, signing_in
from core.web import frame
from core.web.pages import signin

bp = Blueprint("oidc", __name__)
log = logging.getLogger("actions.web")
KEY = "oidc"
SECONDS = 10  # the service's own answer is waited for no longer


def install(app: Flask, config: OidcConfig | None) -> None:
    """Nothing where no service is set. Raises ``Misconfigured`` where the extra is not installed."""
    if config is None:
        return
    try:
        from authlib.integrations.flask_client import OAuth  # noqa: PLC0415 - an extra few offices have
    except ImportError:
        raise Misconfigured("设置了 ACTIONS_OIDC_ISSUER，但没有安装：pip install special-actions[oidc]") from None
    app.extensions[KEY] = OAuth(app).register(
        "oidc",
        client_id=config.client_id,
        client_secret=config.client_secret,
        server_metadata_url=f"{config.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
        },
    )


@bp.route("/signin/oidc")
def start() -> ResponseReturnValue:
    """Off to the service, and back to ``next``."""
    session["oidc_next"] = frame.inside(request.args.get("next", "/"))
    base = frame.platform().config.public_url.rstrip("/") or request.host_url.rstrip("/")
    try:
        answer: ResponseReturnValue = _client().authorize_redirect(base + url_for("oidc.back"))
    except _errors() as error:
        return _refused(error)
    return answer


@bp.route("/signin/oidc/back")
def back() -> ResponseReturnValue:
    """What the service says is believed only as far as its signature, issuer, audience, state and nonce hold."""
    client, config = _client(), _config()
    options = {
        "iss": {"essential": True, "value": config.issuer},
        "aud": {"essential": True, "value": config.client_id},
    }
    where = frame.inside(session.pop("oidc_next", "/"))
    try:
        said = client.authorize_access_token(claims_options=options).get("userinfo") or {}
    except _errors() as error:
        return _refused(error)
    login = str(said.get(config.claim) or "")
    found = signing_in.known(frame.platform(), login, frame.whence(), accounts.real_now())
    if found.secret or found.waiting:
        return signin.admitted(found, where)
    return _page(unknown=login or "—"), 401


def _refused(error: Exception) -> ResponseReturnValue:
    log.warning("sign-in by the identity service refused: %s", type(error).__name__)
    return _page(failed_service=True), 401


def _page(**said: object) -> str:
    return render_template("signin.html", next="/", rules=frame.rules(), **said)


def _client() -> Any:
    return current_app.extensions.get(KEY) or abort(404)


def _config() -> OidcConfig:
    found = frame.platform().config.oidc
    assert found is not None
    return found


def _errors() -> tuple[type[Exception], ...]:
    """What the library raises for an answer that does not hold, or for a service that is away."""
    from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 - the extra is there once a client is
    from joserfc.errors import JoseError  # noqa: PLC0415
    from requests import RequestException  # noqa: PLC0415

    return AuthlibBaseError, JoseError, RequestException, ValueError
