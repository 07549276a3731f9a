"""`flask db` and `flask stats`: the shape of the database, and whether its sums are right."""

from __future__ import annotations

import click
from alembic.util import CommandError
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from app import migrations
from app.domain import figures
from app.domain.city import store
from app.extensions import db, unit_of_work

db_cli = AppGroup("db", help="Move the database from one shape to the next.")
stats_cli = AppGroup("stats", help="Counters, roll-ups and day figures, proved against the rows.")


@db_cli.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database to REVISION, the newest without one."""
    try:
        migrations.upgrade(db.engine, revision)
    except (CommandError, migrations.CannotMigrate) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The database stands at {migrations.current(db.engine)}.")


@db_cli.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Go back to REVISION (`base` empties the database)."""
    try:
        migrations.downgrade(db.engine, revision)
    except (CommandError, migrations.CannotMigrate) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The database stands at {migrations.current(db.engine) or 'base'}.")


@db_cli.command("current")
def current() -> None:
    """Say where the database stands, and where the program wants it."""
    stands, wanted = migrations.current(db.engine), migrations.head()
    click.echo(f"{stands or 'empty'}, {'up to date' if stands == wanted else f'behind {wanted}'}.")


@stats_cli.command("verify")
def verify() -> None:
    """Compare every figure with the sum of its rows; ends with 1 and a line per difference."""
    _needs_a_city()
    found = figures.verify()
    for difference in found:
        click.echo(f"{difference.table} {difference.key}: stands {difference.stands}, should be {difference.should_be}")
    if found:
        click.echo(f"{len(found)} figures differ. To write them anew: flask stats rebuild", err=True)
        raise SystemExit(1)
    click.echo("Every figure is the sum of its rows.")


@stats_cli.command("rebuild")
def rebuild() -> None:
    """Write every figure anew from the rows, in one transaction."""
    _needs_a_city()
    with unit_of_work():
        figures.rebuild()
    click.echo("Every figure was written anew.")


def _needs_a_city() -> None:
    try:
        store.current()
    except (store.NoCity, OperationalError):
        raise click.ClickException("No city is loaded here yet. Run: flask db upgrade, then flask city load") from None
