"""`flask …`: what is typed, read when somebody types it."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup


class Commands(AppGroup):
    """A process that serves needs none of them, and they would bring it a quarter of its memory: Alembic, the demo."""

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        self._read()
        return super().get_command(context, name)

    def list_commands(self, context: click.Context) -> list[str]:
        self._read()
        return super().list_commands(context)

    def _read(self) -> None:
        from app.commands.table import COMMANDS

        for command in COMMANDS:
            self.add_command(command)


def init_app(app: Flask) -> None:
    app.cli = Commands(app.name)
