"""Composition root of the web: one platform, its pages, and what guards them."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from core.base.sealed import use_key
from core.config import Config
from core.kernel import plugins
from core.kernel.catalog import Catalog
from core.services import migrations
from core.services.apart import Apart
from core.services.db import Database
from core.services.platform import Platform
from core.web import developing, frame, language, pages, security, show


def create_app(
    config: Config | None = None, catalog: Catalog | None = None, *, platform: Platform | None = None
) -> Flask:
    """The WSGI application, for ``platform`` or for one made from ``config`` (default: the environment's)."""
    platform = platform or open_platform(config or Config.read(), catalog)
    app = Flask("core.web", static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=platform.config.secret_key,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=16 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=platform.config.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.extensions["platform"] = platform
    language.install(app, platform)
    frame.install(app)  # before the token's check: a form sent after the session ended is led to the sign-in page
    csrf = CSRFProtect(app)
    security.protect(app)
    show.install(app)
    for blueprint in pages.BLUEPRINTS:
        app.register_blueprint(blueprint)
    if platform.config.developing:
        developing.install(app)
    csrf.exempt(pages.api.bp)  # it checks the token itself for signed-in browsers
    return app


def open_platform(config: Config, catalog: Catalog | None = None) -> Platform:
    """Load the plugins, open the store and bring it to its newest shape."""
    use_key(config.secret_key)
    strict = config.strict and not config.developing  # who develops sees what is broken in the browser
    catalog = catalog or plugins.load(
        only=config.plugins, without=config.without, strict=strict, packages=config.packages
    )
    db = Database(config.database_url)
    catalog = migrations.upgrade(db, catalog, strict=strict)
    return Platform(config, db, catalog, apart=Apart.of(config, catalog))
