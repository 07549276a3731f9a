"""`flask …`: one line each into jobs and domain."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from flask import Flask

GROUPS = (
    ("app.commands.city", "city_cli"),
    ("app.commands.city", "areas_cli"),
    ("app.commands.database", "db_cli"),
    ("app.commands.database", "stats_cli"),
    ("app.commands.people", "people_cli"),
    ("app.commands.demo", "demo_cli"),
    ("app.commands.serve", "start"),
    ("app.commands.serve", "work"),
)


def init_app(app: Flask) -> None:
    for module, name in GROUPS:
        if find_spec(module):
            app.cli.add_command(getattr(import_module(module), name))
