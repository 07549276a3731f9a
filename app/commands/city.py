"""`flask city` and `flask areas`: a city's folder and its ward outlines, checked, compared, loaded, written back."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app.commands.plainly import on_a_ready_database, plainly
from app.domain import areas
from app.domain.city import check, export, folder, store
from app.domain.city.diff import diff
from app.extensions import unit_of_work

city_cli = AppGroup("city", help="The city as a folder: check it, compare it, load it, write it back.")
areas_cli = AppGroup("areas", help="Ward outlines.")

_folder = click.argument("path", metavar="FOLDER", type=click.Path(path_type=Path))


@city_cli.command("check")
@_folder
@plainly
def check_folder(path: Path) -> None:
    """Read FOLDER and try its example cases. Ends with 1 and `file:line: message` lines when something is wrong."""
    city = check.checked(path)
    click.echo(
        f"{city.name.vi}: {len(city.wards)} wards, {len(city.units)} units, {len(city.categories)} categories, "
        f"{len(city.rules)} rules, {len(city.sites)} sites. All {len(city.cases)} example cases pass."
    )


@city_cli.command("diff")
@_folder
@on_a_ready_database
def show_diff(path: Path) -> None:
    """Show what loading FOLDER would change."""
    changes = diff(store.find_current(), folder.read(path))
    for change in changes:
        click.echo(str(change))
    click.echo(f"{len(changes)} change{'s' if len(changes) > 1 else ''}." if changes else "No difference.")


@city_cli.command("load")
@_folder
@on_a_ready_database
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
@on_a_ready_database
def export_folder(path: Path) -> None:
    """Write the city in force to FOLDER."""
    city = store.current()
    written = export.write(city, path)
    click.echo(f"Version {city.version} written to {path}: {', '.join(file.name for file in written)}.")


@areas_cli.command("import")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@on_a_ready_database
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
