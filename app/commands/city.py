"""`flask city` and `flask areas`: a city's folder and its ward outlines, checked, compared, loaded, written back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.domain import areas
from app.domain.city import check, export, folder, store
from app.domain.city.diff import diff
from app.domain.city.problems import Refused
from app.extensions import unit_of_work

P = ParamSpec("P")

city_cli = AppGroup("city", help="The city as a folder: check it, compare it, load it, write it back.")
areas_cli = AppGroup("areas", help="Ward outlines.")

_folder = click.argument("path", metavar="FOLDER", type=click.Path(path_type=Path))


def _plainly(command: Callable[P, None]) -> Callable[P, None]:
    """What goes wrong is said in plain lines, without a trace, and the end is 1."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Refused as refused:
            for problem in refused.problems:
                click.echo(str(problem))
            count = len(refused.problems)
            click.echo(f"{count} problem{'s' if count > 1 else ''}. Nothing was changed.", err=True)
            raise SystemExit(1) from None
        except (store.NoCity, areas.UnreadableFile, OSError) as error:
            raise click.ClickException(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(f"The database is not ready: {error.orig}. Run the migrations first.") from error

    return wrapped


@city_cli.command("check")
@_folder
@_plainly
def check_folder(path: Path) -> None:
    """Read FOLDER and try its example cases. Ends with 1 and `file:line: message` lines when something is wrong."""
    city = check.checked(path)
    click.echo(
        f"{city.name.vi}: {len(city.wards)} wards, {len(city.units)} units, {len(city.categories)} categories, "
        f"{len(city.rules)} rules, {len(city.sites)} sites. All {len(city.cases)} example cases pass."
    )


@city_cli.command("diff")
@_folder
@_plainly
def show_diff(path: Path) -> None:
    """Show what loading FOLDER would change."""
    changes = diff(store.find_current(), folder.read(path))
    for change in changes:
        click.echo(str(change))
    click.echo(f"{len(changes)} change{'s' if len(changes) > 1 else ''}." if changes else "No difference.")


@city_cli.command("load")
@_folder
@_plainly
def load_folder(path: Path) -> None:
    """Check FOLDER and put it in force, all of it or nothing."""
    city = check.checked(path)
    with unit_of_work():
        loaded = store.load(city)
    if not loaded.changes:
        click.echo(f"Version {loaded.version} is in force already, nothing changed.")
        return
    for change in loaded.changes:
        click.echo(str(change))
    click.echo(f"Version {loaded.version} of {city.name.vi} is in force.")


@city_cli.command("export")
@_folder
@_plainly
def export_folder(path: Path) -> None:
    """Write the city in force to FOLDER."""
    city = store.current()
    written = export.write(city, path)
    click.echo(f"Version {city.version} written to {path}: {', '.join(file.name for file in written)}.")


@areas_cli.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@_plainly
def import_outlines(path: Path) -> None:
    """Load ward outlines from a GeoJSON FILE. Good ones are kept; each refused one is named, and the end is 1."""
    with unit_of_work():
        result = areas.import_file(path)
    for refused in result.refused:
        click.echo(f"{path}: refused {refused}")
    said = f"{len(result.loaded)} ward outlines accepted, {len(result.changed)} changed, {len(result.refused)} refused."
    click.echo(said if result.changed or result.refused else f"{said} Nothing changed.")
    if result.without:
        click.echo(f"{len(result.without)} wards have no outline: {', '.join(result.without)}.")
    if result.refused:
        raise SystemExit(1)
