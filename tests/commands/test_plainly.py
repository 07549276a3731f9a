"""Whatever is typed on a folder that is not ready: one sentence with its remedy, never a stack trace."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from app import create_app, migrations
from app.commands.table import COMMANDS
from app.config import Config
from app.domain.city import folder, store
from app.extensions import db, unit_of_work
from tests.support.application import SIX_OUTLINES, SIX_WARDS, close

# Every command but `start`, which makes a folder ready, with what it is told.
TYPED = {
    "city check": [SIX_WARDS],
    "city diff": [SIX_WARDS],
    "city load": [SIX_WARDS],
    "city export": ["out"],
    "areas import": [SIX_OUTLINES],
    "db upgrade": [],
    "db downgrade": ["0001"],
    "db current": [],
    "db copy": ["--to", "sqlite:///copied.sqlite3"],
    "stats verify": [],
    "stats rebuild": [],
    "people admin": ["--email", "a@example.org"],
    "people list": [],
    "push key": [],
    "demo fill": [],
    "demo generate": ["--reports", "3"],
    "work": [],
    "doctor": [],
    "backup": ["saved"],
    "restore": ["saved"],
}
NEEDS_NO_DATABASE = {"city check", "push key"}
ANYWHERE = NEEDS_NO_DATABASE | {"db current", "db upgrade", "doctor", "restore"}
NEEDS_A_CITY = {
    "city export",
    "areas import",
    "stats verify",
    "stats rebuild",
    "demo fill",
    "demo generate",
    "work",
} | {"backup"}
UNMIGRATED = "Error: The database is not migrated. Run: flask db upgrade\n"


def test_every_command_stands_in_the_list_of_this_page() -> None:
    assert set(TYPED) | {"start"} == set(names(COMMANDS))


def names(commands: tuple[click.Command, ...], above: str = "") -> Iterator[str]:
    for command in commands:
        called = f"{above}{command.name}"
        if isinstance(command, click.Group):
            yield from names(tuple(command.commands.values()), f"{called} ")
        else:
            yield called


@pytest.fixture
def elsewhere(
    config: Config, empty_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The program over an empty database and an empty folder."""
    monkeypatch.chdir(tmp_path)
    app = create_app(replace(config, data=tmp_path / "data", database_url=empty_database()))
    yield app
    with app.app_context():
        close(app)


def typed(app: Flask, command: str) -> Result:
    words = [*command.split(), *map(str, TYPED[command])]
    result = app.test_cli_runner().invoke(args=words)
    assert result.exception is None or isinstance(result.exception, SystemExit), (command, result.exception)
    assert "Traceback" not in result.output
    with app.app_context():
        close(app)
    return result


def test_before_the_migrations_each_command_says_so(elsewhere: Flask) -> None:
    for command in TYPED.keys() - ANYWHERE - {"db downgrade"}:
        assert typed(elsewhere, command).output == UNMIGRATED, command
    assert typed(elsewhere, "db downgrade").output.startswith("Error: ")
    assert typed(elsewhere, "db current").output.startswith("empty, behind")
    assert typed(elsewhere, "restore").output == "Error: saved is no backup: it has no manifest.json.\n"


def test_a_database_of_an_older_program_is_not_read(elsewhere: Flask) -> None:
    with elsewhere.app_context():
        migrations.upgrade(db.engine, "0002")
    for command in TYPED.keys() - ANYWHERE - {"db downgrade"}:
        assert typed(elsewhere, command).output == UNMIGRATED, command


def test_a_database_of_a_newer_program_is_not_touched(elsewhere: Flask) -> None:
    with elsewhere.app_context():
        migrations.upgrade(db.engine)
        with unit_of_work() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for command in TYPED.keys() - NEEDS_NO_DATABASE - {"db current", "doctor"}:
        assert typed(elsewhere, command).output.startswith(
            "Error: The database stands at 9999, which this program does not know"
        ), command
    assert typed(elsewhere, "db current").output == "9999, which this program does not know.\n"


def test_without_a_city_what_needs_one_says_so(elsewhere: Flask) -> None:
    with elsewhere.app_context():
        migrations.upgrade(db.engine)
    for command in NEEDS_A_CITY:
        assert typed(elsewhere, command).output == "Error: No city is loaded yet. Run: flask city load cities/hanoi\n"
    for command in TYPED.keys() - NEEDS_A_CITY - {"db downgrade", "db copy", "city load", "doctor", "restore"}:
        assert typed(elsewhere, command).exit_code == 0, command


def overwritten(file: Path) -> None:
    """Every page but the first and the last, as a dying disk leaves it."""
    with file.open("r+b") as damaged:
        damaged.seek(4096)
        damaged.write(os.urandom(file.stat().st_size - 8192))


def shortened(file: Path) -> None:
    os.truncate(file, 200_000)


def of_something_else(file: Path) -> None:
    file.write_bytes(b"this is no database at all, but long enough " * 50)


@pytest.mark.only_sqlite
@pytest.mark.parametrize("damage", [overwritten, shortened, of_something_else])
def test_a_damaged_database_is_named_by_each_command(elsewhere: Flask, damage: Callable[[Path], None]) -> None:
    with elsewhere.app_context():
        migrations.upgrade(db.engine)
        with unit_of_work():
            store.load(folder.read(SIX_WARDS))
        file = Path(str(db.engine.url.database))
        close(elsewhere)
    damage(file)
    for command in TYPED.keys() - NEEDS_NO_DATABASE:
        assert "is damaged: put a backup in its place." in typed(elsewhere, command).output, command


@contextmanager
def nobody_answers(config: Config) -> Iterator[Flask]:
    app = create_app(replace(config, database_url="postgresql+psycopg://nobody@127.0.0.1:9/nothing"))
    yield app
    with app.app_context():
        close(app)


@pytest.mark.only_sqlite
def test_a_server_that_does_not_answer_is_named_by_each_command(config: Config) -> None:
    with nobody_answers(config) as app:
        for command in TYPED.keys() - NEEDS_NO_DATABASE - {"doctor"}:
            assert typed(app, command).output.startswith("Error: The database does not answer"), command


@pytest.mark.only_sqlite
def test_a_database_that_cannot_be_opened_is_named(config: Config, tmp_path: Path) -> None:
    app = create_app(replace(config, database_url=f"sqlite:///{tmp_path}/nowhere/city.sqlite3"))
    for command in TYPED.keys() - NEEDS_NO_DATABASE:
        assert f"{tmp_path}/nowhere/city.sqlite3 cannot be opened or written" in typed(app, command).output, command
