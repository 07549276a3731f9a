"""`flask db` and `flask stats`: the shape of the database, and whether its sums are right."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app import migrations
from app.commands.plainly import on_a_ready_database, plainly
from app.commands.progress import shown
from app.config import DATABASES
from app.domain import figures, heartbeat
from app.domain.city import store
from app.domain.moving import copying, places
from app.extensions import db, unit_of_work

db_cli = AppGroup("db", help="Move the database from one shape to the next.")
stats_cli = AppGroup("stats", help="Counters, roll-ups and day figures, proved against the rows.")


@db_cli.command("upgrade")
@click.argument("revision", default="head")
@plainly
def upgrade(revision: str) -> None:
    """Bring the database to REVISION, the newest without one."""
    migrations.upgrade(db.engine, revision)
    click.echo(f"The database stands at {migrations.current(db.engine)}.")


@db_cli.command("downgrade")
@click.argument("revision")
@plainly
def downgrade(revision: str) -> None:
    """Go back to REVISION (`base` empties the database)."""
    migrations.downgrade(db.engine, revision)
    click.echo(f"The database stands at {migrations.current(db.engine) or 'base'}.")


@db_cli.command("current")
@plainly
def current() -> None:
    """Say where the database stands, and where the program wants it."""
    stands, wanted = migrations.current(db.engine), migrations.head()
    if stands == wanted:
        click.echo(f"{stands}, up to date.")
    elif migrations.is_known(stands):
        click.echo(f"{stands or 'empty'}, behind {wanted}.")
    else:
        click.echo(f"{stands}, which this program does not know.")


@db_cli.command("copy")
@click.option("--to", "to", required=True, metavar="URL", help="As HOIAM_DATABASE_URL; a database with nothing in it.")
@click.option("--stopped", is_flag=True, help="The service is stopped, though a worker was heard of just now.")
@on_a_ready_database
def copy_city(to: str, stopped: bool) -> None:
    """Bring the city to another database, from SQLite to PostgreSQL or back. Killed, the same command goes on.

    Stop the service before. The source is only read; both sides are compared row by row at the end.
    """
    if not stopped and heartbeat.is_alive():
        raise click.ClickException(
            "A worker of this city was at work within the last two minutes: what is written from here on would stay "
            "behind. Stop the service; then wait two minutes, or say --stopped."
        )
    db.session.close()
    target = places.engine_of(_known(to))
    with shown() as told:
        count = copying.copy(places.engine_of(db.engine.url), target, told)
    click.echo(
        f"{count} rows stand in {places.name_of(target)}, and each was compared. Now set HOIAM_DATABASE_URL to it,"
    )
    click.echo("run flask stats verify, and start the service.")


def _known(url: str) -> str:
    """Never said back: it may hold a password."""
    try:
        kind = make_url(url).drivername
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in DATABASES:
        raise click.ClickException(
            "--to must look like postgresql+psycopg://user:password@host/hoiam or sqlite:////folder/hoiam.sqlite3."
        )
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@stats_cli.command("verify")
@on_a_ready_database
def verify() -> None:
    """Compare every figure with the sum of its rows; ends with 1 and a line per difference."""
    store.current()
    found = figures.verify()
    for difference in found:
        click.echo(f"{difference.table} {difference.key}: stands {difference.stands}, should be {difference.should_be}")
    if found:
        click.echo(f"{len(found)} figures differ. To write them anew: flask stats rebuild", err=True)
        raise SystemExit(1)
    click.echo("Every figure is the sum of its rows.")


@stats_cli.command("rebuild")
@on_a_ready_database
def rebuild() -> None:
    """Write every figure anew from the rows, in one transaction."""
    store.current()
    with unit_of_work():
        figures.rebuild()
    click.echo("Every figure was written anew.")
