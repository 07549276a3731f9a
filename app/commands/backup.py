"""`flask backup` and `flask restore`: a whole city in a folder, and a city made from it."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.commands.plainly import on_a_ready_database, plainly
from app.commands.progress import shown
from app.domain.city import store
from app.domain.moving import backup
from app.extensions import db

_folder = click.argument("path", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False))


@click.command("backup")
@_folder
@with_appcontext
@on_a_ready_database
def back_up(path: Path) -> None:
    """Write the whole city into FOLDER: database, photos and the secret key. The service may go on meanwhile."""
    store.current()
    db.session.close()
    with shown() as told:
        made = backup.back_up(path, told)
    click.echo(f"{made.rows} rows and {made.photos} photo files stand in {path}, and were read back.")
    if made.lost:
        click.echo(f"{made.lost} photo files are missing in the city itself: {path / 'lost.txt'} names them.")
    click.echo("The city's secret key is among them: keep the folder where nobody else can read it.")


@click.command("restore")
@_folder
@with_appcontext
@plainly
def restore(path: Path) -> None:
    """Make the city of the backup in FOLDER, in the empty place that the settings name."""
    with shown() as told:
        made = backup.restore(path, current_app.config["HOIAM"].data, told)
    click.echo(
        f"{made.manifest.rows} rows and {made.manifest.photos} photo files stand again, as of {made.manifest.made_at}."
    )
    if not made.has_its_key:
        click.echo(
            f"HOIAM_SECRET_KEY is another key than the city's: set it to what {path / 'secret.key'} says, or leave "
            "it out; else every link in people's hands stops working."
        )
