"""The table of contents: what a running Hồi Âm is made of, in the order it is put together."""

from __future__ import annotations

from flask import Flask

from app import commands, errors, routes, statements, web
from app.adapters import init_app as init_adapters
from app.config import ROOT, Config
from app.extensions import babel, csrf, db, init_database, limiter, login
from app.jobs import nudge

__all__ = ["Config", "create_app", "db"]


def create_app(config: Config | None = None) -> Flask:
    """The application, ready to serve or to run commands."""
    config = config or Config.from_env()
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.from_mapping(config.as_flask())
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    init_database(app, config)
    statements.init_app(app)  # counted, timed, the slow ones told
    login.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)

    init_adapters(app)  # storage, mail, text messages, geocoder
    web.init_app(app)  # language, security headers, filters
    babel.init_app(app, locale_selector=web.language.chosen)
    errors.init_app(app)  # what the domain refuses becomes a page
    commands.init_app(app)  # flask city, demo, start, work
    routes.init_app(app)  # every blueprint, one line each
    nudge.init_app(app)  # what was written is told to the workers of a larger city
    return app
