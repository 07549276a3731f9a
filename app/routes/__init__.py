"""Who asks: a blueprint per audience."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from flask import Flask

BLUEPRINTS = (
    "public",
    "map",
    "numbers",
    "report",
    "own",
    "photos",
    "account",
    "desk",
    "publish",
    "assisted",
    "team",
    "admin",
    "health",
)


def init_app(app: Flask) -> None:
    for name in BLUEPRINTS:
        if find_spec(f"app.routes.{name}"):
            app.register_blueprint(import_module(f"app.routes.{name}").bp)
    if app.config["HOIAM"].development or app.testing:
        from app.routes import styleguide

        app.register_blueprint(styleguide.bp)
