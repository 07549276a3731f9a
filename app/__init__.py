"""The table of contents: what a running Hồi Âm is made of, in the order it is put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from app import commands, errors, routes, statements, web
from app.adapters import init_app as init_adapters
from app.config import ROOT, Config
from app.extensions import csrf, db, init_database, login
from app.jobs import nudge

__all__ = ["Config", "create_app", "db"]


class Program(Flask):
    """Flask, without asking before each of our functions whether it is asynchronous: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(config: Config | None = None) -> Flask:
    """The application, ready to serve or to run commands."""
    config = config or Config.from_env()
    app = Program(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.from_mapping(config.as_flask())
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    init_database(app, config)
    statements.init_app(app)  # counted, timed, the slow ones told
    login.init_app(app, add_context_processor=False)  # `web` names who is signed in, and asks only when it is shown
    csrf.init_app(app)

    init_adapters(app)  # storage, mail, text messages, geocoder
    web.init_app(app)  # language, limits, security headers, filters
    errors.init_app(app)  # what the domain refuses becomes a page
    commands.init_app(app)  # flask city, demo, start, work
    routes.init_app(app)  # every blueprint, one line each
    nudge.init_app(app)  # what was written is told to the workers of a larger city
    return app
