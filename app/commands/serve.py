"""`flask start`: web and worker in one process, ready from an empty folder. `flask work`: the worker alone.

Each step can be interrupted and is taken up again by the next start.
"""

from __future__ import annotations

import errno
import shlex
import signal
import threading
from types import FrameType
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from app import logs, migrations
from app.commands.demo import fill_demo
from app.commands.large_bodies import listening
from app.commands.plainly import need_migrated, told_plainly
from app.config import Config
from app.domain import city_folder, remembered
from app.domain.city import store
from app.domain.city.problems import Refused
from app.domain.demo.accounts import ACCOUNTS
from app.extensions import db
from app.jobs.worker import working
from app.models import Person, Report

THREADS = 8


@click.command("start")
@click.option("--demo/--no-demo", default=False, help="Fill an empty database with a made-up city life.")
@with_appcontext
def start(demo: bool) -> None:
    """Migrate, load the city, and serve: web and worker in one process."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's own way out
    config: Config = app.config["HOIAM"]
    logs.configure(config.log_level, config.log_format)
    with told_plainly(config):
        _prepare(config, demo)
        server = _listening(app, config)
        db.session.rollback()
        for name in (signal.SIGTERM, signal.SIGINT):  # a shell's background job inherits an ignored SIGINT
            signal.signal(name, _leave)
        with working(app):
            _say_ready(config)
            server.run()
        server.close()
    click.echo("Stopped.")


@click.command("work")
@with_appcontext
def work() -> None:
    """The worker alone: letters, clocks, photos."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's own way out
    config: Config = app.config["HOIAM"]
    logs.configure(config.log_level, config.log_format)
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    with told_plainly(config):
        need_migrated()
        store.current()
        with working(app):
            click.echo("The worker is at work.")
            stopping.wait()
    click.echo("Stopped.")


# --- steps ------------------------------------------------------------------------------------------------------------


def _prepare(config: Config, demo: bool) -> None:
    """Everything a page needs. A second start finds it done."""
    if migrations.current(db.engine) != migrations.head():
        click.echo("Preparing the database …")
        migrations.upgrade(db.engine)
    version = _load_city(config)
    if version is not None:
        click.echo(f"Version {version} of the city is in force.")
    if demo and _wants_demo():
        _fill_demo()


def _load_city(config: Config) -> int | None:
    try:
        return city_folder.load_if_changed(config.city_folder)
    except Refused:
        click.echo(f"The city folder {config.city_folder} has errors:")
        raise


def _wants_demo() -> bool:
    """An empty database, or one whose filling was interrupted: the command knows what is still to do."""
    is_empty = db.session.scalar(select(Report.id).limit(1)) is None and (
        db.session.scalar(select(Person.id).limit(1)) is None
    )
    return is_empty or remembered.is_demo()


def _fill_demo() -> None:
    click.get_current_context().invoke(fill_demo)


def _listening(app: Flask, config: Config) -> Any:
    """The server, bound to its port and not yet serving."""
    try:
        return listening(
            app,
            host=config.host,
            port=config.port,
            threads=THREADS,
            ident="Hoi Am",
            largest_body=app.config["MAX_CONTENT_LENGTH"],
            clear_untrusted_proxy_headers=not config.trusted_proxies,
        )
    except OSError as error:
        raise click.ClickException(_why_not_listening(error, config)) from error


def _why_not_listening(error: OSError, config: Config) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {config.port} is taken by another program: choose another one, for example PORT=8080."
        case errno.EACCES:
            return f"Port {config.port} needs special rights: choose one above 1023, for example PORT=8080."
        case _:
            return f"HOIAM_HOST={config.host} is not an address of this machine: leave it out."


def _say_ready(config: Config) -> None:
    click.echo("")
    click.echo(f"Hồi Âm is ready: {config.address}")
    if remembered.is_demo():
        _say_accounts()
    elif db.session.scalar(select(Person.id).where(Person.password_hash.is_not(None)).limit(1)) is None:
        click.echo("Nobody can sign in yet. Make the first administrator, in a second window:")
        click.echo(f"  {_settings(config)}.venv/bin/flask --app wsgi people admin --email you@example.org")
    click.echo("Stop with Ctrl+C.")
    db.session.rollback()


def _settings(config: Config) -> str:
    """What a second command must be told to find the same city and to print the same address; no secrets."""
    standard = Config.from_env({"HOIAM_SECRET_KEY": config.secret_key})
    told = {
        "HOIAM_DATA": (config.data, standard.data),
        "PORT": (config.port, standard.port),
        "HOIAM_HOST": (config.host, standard.host),
        "HOIAM_PUBLIC_URL": (config.public_url, standard.public_url),
    }
    return "".join(f"{name}={shlex.quote(str(here))} " for name, (here, usual) in told.items() if here != usual)


def _say_accounts() -> None:
    click.echo("This is a demo: every report is made up. Sign in as one of")
    for account in ACCOUNTS:
        click.echo(f"  {account.email:<40} {account.password:<16} {account.title}")


def _leave(number: int, frame: FrameType | None) -> None:
    """A polite request to stop: what is in hand is finished first."""
    raise SystemExit(0)
