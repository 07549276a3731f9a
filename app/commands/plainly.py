"""What can be expected to go wrong while a command runs is one sentence with its remedy, and the end is 1."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import click
from alembic.util import CommandError
from flask import current_app
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from app import migrations
from app.config import Config
from app.domain import areas
from app.domain.city import store
from app.domain.city.problems import Refused
from app.domain.errors import Refusal
from app.domain.moving.places import CannotMove
from app.extensions import db, unhurried

P = ParamSpec("P")

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def plainly(command: Callable[P, None]) -> Callable[P, None]:
    """Nothing a command meets is shown as a trace, but for a mistake of ours; and it may take its time."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        with told_plainly(current_app.config["HOIAM"]), unhurried():
            command(*args, **kwargs)

    return wrapped


def on_a_ready_database(command: Callable[P, None]) -> Callable[P, None]:
    """`plainly`, and only where the database has the shape this program reads and writes."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        need_migrated()
        command(*args, **kwargs)

    return plainly(wrapped)


def need_migrated() -> None:
    migrations.refuse_unknown(db.engine)
    if migrations.current(db.engine) != migrations.head():
        raise click.ClickException("The database is not migrated. Run: flask db upgrade")


@contextmanager
def told_plainly(config: Config) -> Iterator[None]:
    """The sentences. What is not expected goes on as it came."""
    try:
        yield
    except Refused as refused:
        for problem in refused.problems:
            click.echo(str(problem))
        count = len(refused.problems)
        raise click.ClickException(f"{count} problem{'s' if count > 1 else ''}. Nothing was changed.") from None
    except (store.NoCity, areas.UnreadableFile, migrations.CannotMigrate, CannotMove, CommandError, Refusal) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(_file_trouble(error, config)) from error
    except sqlite3.Error as error:  # of a connection of our own
        sentence = _sqlite_trouble(getattr(error, "sqlite_errorcode", 0), config)
        if sentence is None:
            raise
        raise click.ClickException(sentence) from error
    except DatabaseError as error:
        sentence = _database_trouble(error, config)
        if sentence is None:
            raise
        raise click.ClickException(sentence) from error


def _file_trouble(error: OSError, config: Config) -> str:
    if error.errno is None:
        return str(error)  # our own words
    if error.errno == errno.ENOENT:
        return f"{error.filename or error} is missing."
    path = Path(str(error.filename)) if error.filename else config.data
    if error.errno in FULL:
        return _full(path)
    if path.is_relative_to(config.data):
        return _closed(config)
    return f"{path} cannot be used: {error.strerror}."


def _full(path: Path) -> str:
    return f"The disk that holds {path} is full: free about 1 GB, then start again; it goes on where it was."


def _closed(config: Config) -> str:
    return f"{config.data} cannot be written to: set HOIAM_DATA to a folder that can."


def _closed_database(config: Config) -> str:
    """The database may lie elsewhere than the rest of the data."""
    file = Path(str(make_url(config.database_url).database))
    if file.parent == config.data:
        return _closed(config)
    return f"{file} cannot be opened or written: set HOIAM_DATABASE_URL to a file that can, or leave it out."


def _database_trouble(error: DatabaseError, config: Config) -> str | None:
    """The sentence for a trouble that the operator can mend."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return _postgresql_trouble(error) if code is None else _sqlite_trouble(code, config)


def _postgresql_trouble(error: DatabaseError) -> str | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    if state.startswith("53"):
        return f"The server of the database is full: {str(error.orig).strip()}. Make room there, then start again."
    if state == "42501":
        return (
            f"The user of HOIAM_DATABASE_URL may not do this: {str(error.orig).strip()}. Make it the database's owner."
        )
    if isinstance(error, OperationalError) and not state:
        return "The database does not answer: look at HOIAM_DATABASE_URL, and whether its server runs."
    return None


def _sqlite_trouble(code: int, config: Config) -> str | None:
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return _full(config.data)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return _closed_database(config)
        case sqlite3.SQLITE_IOERR:
            return f"The disk under {config.data} refuses to write or is full: look at it, then start again."
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return f"The database in {config.data} is damaged: put a backup in its place."
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"Another program holds the database in {config.data}: stop it, then start again."
    return None
