"""`flask push`: the key by which a city's notifications on phones are signed."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.adapters import push

push_cli = AppGroup("push", help="Notifications on phones and computers.")


@push_cli.command("key")
def make_key() -> None:
    """Print a new key for HOIAM_PUSH_KEY. With another key every device has to be asked again: keep it."""
    click.echo(push.new_key())
