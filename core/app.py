"""Composition root of the web: one platform, its pages, and what guards them."""

from __future__ import annotations

import gc

from flask import Flask
from flask.helpers import get_debug_flag
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import select
from werkzeug.middleware.proxy_fix import ProxyFix

from core.base import keys
from core.config import Config, Misconfigured
from core.estate.campaign import Campaign
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services import migrations
from core.services.operations import logs
from core.services.platform import Platform
from core.services.reporting.apart import Apart
from core.services.store import preflight
from core.services.store.db import Database
from core.web import developing, doors, frame, language, pages, security, show, tracing

SELDOM = (20_000, 20, 20)  # with its defaults Python looks for cycles so often that it costs a save a fifth of its time


def create_app(
    config: Config | None = None, catalog: Catalog | None = None, *, platform: Platform | None = None
) -> Flask:
    """The WSGI application, for ``platform`` or for one made from ``config`` (default: the environment's)."""
    platform = platform or open_platform(config or Config.read(), catalog)
    _fit_to_serve(platform)
    app = Flask("core.web", static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=platform.config.secret_key,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=16 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=platform.config.secure_cookies,
        SESSION_COOKIE_NAME="__Host-session" if platform.config.secure_cookies else "session",
        TRUSTED_HOSTS=list(platform.config.trusted_hosts) or None,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.extensions["platform"] = platform
    tracing.install(app)  # first: whatever is logged bears the number of its request
    if count := platform.config.proxies:  # only then is what a request says of where it came from believed (A12)
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    language.install(app, platform)
    frame.install(app)  # before the token's check: a form sent after the session ended is led to the sign-in page
    csrf = CSRFProtect(app)
    security.protect(app)
    show.install(app)
    pages.watch.install(app)
    for blueprint in pages.BLUEPRINTS:
        app.register_blueprint(blueprint)
    doors.check(app.url_map.iter_rules())
    if platform.config.developing:
        developing.install(app)
    pages.oidc.install(app, platform.config.oidc)
    csrf.exempt(pages.api.bp)  # it checks the token itself for signed-in browsers
    return app


def _fit_to_serve(platform: Platform) -> None:
    """Raises ``Misconfigured``: what shows code and errors to whoever asks does not serve a real campaign (A69)."""
    if not (platform.config.developing or get_debug_flag()):
        return
    with platform.db.reading() as session:
        if session.scalar(select(Campaign.demo).limit(1)) is False:
            raise Misconfigured("正式方案不能以开发或调试方式运行：请去掉 ACTIONS_DEVELOPING 和 FLASK_DEBUG")


def wsgi() -> Flask:
    """For a WSGI server of one's own (``gunicorn 'core.app:wsgi()'``): with the log of ``actions serve``, without the clock."""
    config = Config.read()
    logs.install(config.log)
    return create_app(config)


def open_platform(config: Config, catalog: Catalog | None = None) -> Platform:
    """Load the plugins, open the store and bring it to its newest shape."""
    gc.set_threshold(*SELDOM)
    keys.use(config.secret_key, *config.old_keys)
    strict = config.strict and not config.developing  # who develops sees what is broken in the browser
    catalog = catalog or plugins.load(
        only=config.plugins, without=config.without, strict=strict, packages=config.packages
    )
    with preflight.opening(config):
        db = Database(config.database_url, busy_s=config.busy_timeout)
        catalog = migrations.ready(db, catalog, strict=strict)
    return Platform(config, db, catalog, apart=Apart.of(config, catalog))
