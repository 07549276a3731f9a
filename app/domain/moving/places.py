"""The two databases of a move, each on a connection of its own, and what they call themselves."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app.domain.moving import rows
from app.domain.remembered import CODE_KEY
from app.extensions import prepare_sqlite

PATIENCE_S = 3
_HELD = "55P03"  # PostgreSQL's lock_not_available


class CannotMove(Exception):
    """Nothing was damaged; the message says why not, and the remedy."""


def engine_of(url: str | sa.URL) -> Engine:
    """Without a pool; what is begun on SQLite is begun IMMEDIATE, so that it keeps other writers out."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _prepare(connection: sqlite3.Connection, record: object) -> None:
    prepare_sqlite(connection, record)
    connection.execute(f"PRAGMA busy_timeout={PATIENCE_S * 1000}")


@contextmanager
def held_still(source: Engine) -> Iterator[Connection]:
    """A city that nobody can write to meanwhile, to read from. Nothing in it is changed. Raises CannotMove."""
    with source.connect() as connection:
        try:
            if source.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
                named = ", ".join(f'"{table.name}"' for table in rows.tables())
                connection.exec_driver_sql(f"LOCK TABLE {named} IN SHARE MODE NOWAIT")
            else:
                connection.begin()
        except OperationalError as error:
            busy = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if busy or getattr(error.orig, "sqlstate", None) == _HELD:
                raise CannotMove(
                    "The city is being written to right now: stop the service, then start again."
                ) from None
            raise
        try:
            yield connection
        finally:
            connection.rollback()


def city_of(connection: Connection) -> str:
    """What tells one city from every other, without telling its key."""
    kept = sa.table("kept", sa.column("name"), sa.column("value"))
    key = connection.scalar(sa.select(sa.cast(kept.c.value, sa.Text)).where(kept.c.name == CODE_KEY))
    if not key:
        raise CannotMove("There is no city in this database yet.")
    return hashlib.sha256(f"city:{json.loads(key)['hex']}".encode()).hexdigest()[:16]


def name_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
