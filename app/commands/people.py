"""`flask people`: the first administrator, and who holds which role."""

from __future__ import annotations

import click
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask.cli import AppGroup

from app.commands.plainly import on_a_ready_database
from app.config import Config
from app.domain.accounts import find, team
from app.domain.city import store
from app.extensions import unit_of_work

people_cli = AppGroup("people", help="Administrators and staff.")


@people_cli.command("admin")
@click.option("--email", required=True, help="Where the administrator gets letters, and signs in with.")
@click.option("--name", default="", help="The name colleagues see.")
@on_a_ready_database
def name_admin(email: str, name: str) -> None:
    """Make somebody an administrator and print a one-time link to choose a password. Works again for a lost one."""
    try:
        address = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise click.ClickException(f"This is not an e-mail address: {error}") from None
    with unit_of_work():
        path = team.name_first_admin(address, name)
    click.echo(f"{find.clean(address)} is an administrator. Choose a password within 7 days, with this link, once:")
    config: Config = current_app.config["HOIAM"]
    click.echo(f"{config.address}{path}")


@people_cli.command("list")
@on_a_ready_database
def list_people() -> None:
    """Print everybody who holds a role: address, name, roles."""
    staff = find.search("", staff_only=True, most=None)
    city = store.find_current()
    codes = {unit.id: unit.code for unit in city.units.values()} if city else {}
    for person in staff:
        roles = [
            f"{one.role.value}@{codes.get(one.unit_id, one.unit_id) if one.unit_id else 'city'}"
            for one in person.memberships
            if one.ended_at is None
        ]
        if roles:
            click.echo("\t".join((person.email or "(invited)", person.name, " ".join(roles))))
