"""Moving the database from one shape to the next, on a connection of its own: one process at a time, and a process
that is killed meanwhile, or finds the disk full, leaves the shape that stood."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app.config import ROOT
from app.models import Base

SCRIPTS = ROOT / "migrations"
PATIENCE_S = 60  # how long to wait for others: a process that is migrating, readers of a table that changes
LOCK_S = 2  # how long one try waits for a table: whoever comes meanwhile waits behind it
PAUSE_S = 1  # before the next try, in which whoever waited is served
UNFINISHED = "unfinished"  # where a database stands until a copy into it is proved: no program serves it
_LOCK = 4847_2025  # of PostgreSQL's advisory locks, ours alone in this database
_HELD_BY_OTHERS = "55P03"  # PostgreSQL's lock_not_available


class CannotMigrate(Exception):
    """The database stays as it was; the message says why, and the remedy."""


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the database to revision `to`. Raises CannotMigrate.

    SQLite's foreign keys stay off meanwhile and are checked at the end, since rebuilding a table with them on would
    silently delete its children.
    """
    refuse_unknown(engine)
    _refuse_what_an_old_version_left(engine)
    _run(engine, lambda settings: command.upgrade(settings, to))


def downgrade(engine: Engine, to: str) -> None:
    """Go back to revision `to`. Raises CannotMigrate."""
    refuse_unknown(engine)
    _run(engine, lambda settings: command.downgrade(settings, to))


def current(engine: Engine) -> str | None:
    """The revision the database stands at, None when it is empty."""
    with _own_engine(engine).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def stand_at(connection: Connection, revision: str | None) -> None:
    """Only say where the database stands, in the caller's transaction; its tables stay."""
    connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": revision})


def head() -> str | None:
    return ScriptDirectory.from_config(_settings()).get_current_head()


def is_known(revision: str | None) -> bool:
    """Does this program know the way from there? From an empty database it does."""
    steps = ScriptDirectory.from_config(_settings()).walk_revisions()
    return revision is None or revision in {step.revision for step in steps}


def refuse_unknown(engine: Engine) -> None:
    """Raises CannotMigrate for a database that a newer program has migrated: this one would misread it."""
    stands = current(engine)
    if stands == UNFINISHED:
        raise CannotMigrate(
            "The database holds a city that is not finished: go on with flask db copy or flask restore, or empty it."
        )
    if not is_known(stands):
        raise CannotMigrate(
            f"The database stands at {stands}, which this program does not know, for it is older: start the newer one, "
            "or put a backup of the database in its place."
        )


def check_references(connection: Connection) -> None:
    """No row points nowhere. Asked before the commit, so that a migration that broke one leaves nothing behind."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise CannotMigrate(f"{len(broken)} rows would point nowhere after migrating: {broken[:5]}")


def _settings(connection: Connection | None = None) -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(SCRIPTS))
    settings.attributes["connection"] = connection
    return settings


def _own_engine(engine: Engine) -> Engine:
    """A plain engine beside the application's: no autocommit habits, no pool."""
    patience = {"timeout": PATIENCE_S} if engine.dialect.name == "sqlite" else {}
    return create_engine(engine.url, poolclass=NullPool, connect_args=patience)


def _run(engine: Engine, step: Callable[[AlembicConfig], None]) -> None:
    if engine.dialect.name == "sqlite":
        with _alone_on_sqlite(_own_engine(engine)) as connection:
            step(_settings(connection))
    else:
        with _alone_on_postgresql(_own_engine(engine)) as connection:
            _try_again_and_again(connection, step)


# --- one process at a time --------------------------------------------------------------------------------------------


@contextmanager
def _alone_on_sqlite(own: Engine) -> Iterator[Connection]:
    """Whatever is begun is begun IMMEDIATE, and `migrations/env.py` begins once: all steps are one transaction.

    The driver left to itself would commit before each change of a table.
    """
    event.listen(own, "connect", _prepare_sqlite)
    event.listen(own, "begin", _begin_sqlite)
    try:
        with own.connect() as connection:
            yield connection
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise CannotMigrate(_busy()) from error
        raise


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.execute("PRAGMA foreign_keys=OFF")  # inside a transaction it would do nothing


def _begin_sqlite(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    driver.isolation_level = None  # we say BEGIN ourselves; Alembic's autocommit_block gives the driver its own back
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def _alone_on_postgresql(own: Engine) -> Iterator[Connection]:
    """A transaction a migration, under a lock of the session, which ends with the process that holds it."""
    with own.connect() as connection:
        waited_until = time.monotonic() + PATIENCE_S
        # asked again and again: a statement that waits would hold up CREATE INDEX CONCURRENTLY of the other process
        while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}):
            connection.rollback()
            if time.monotonic() > waited_until:
                raise CannotMigrate(_busy())
            time.sleep(0.2)
        connection.commit()
        yield connection


def _try_again_and_again(connection: Connection, step: Callable[[AlembicConfig], None]) -> None:
    """A table that others hold is waited for briefly, since everybody who comes later waits behind us; then they are
    let through, and it is tried again. What was migrated before stands.

    CREATE INDEX CONCURRENTLY holds nobody up and may wait as long as all tries together.
    """
    event.listen(connection, "before_cursor_execute", _wait_as_long_as_harmless)
    until = time.monotonic() + PATIENCE_S
    while True:
        _drop_unfinished_indexes(connection)
        try:
            step(_settings(connection))
            return
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _HELD_BY_OTHERS:
                raise
            connection.rollback()
            if time.monotonic() > until:
                raise CannotMigrate(_busy()) from error
        time.sleep(PAUSE_S)


def _wait_as_long_as_harmless(
    connection: Connection, cursor: Any, statement: str, values: Any, context: Any, many: bool
) -> None:
    seconds = PATIENCE_S if " CONCURRENTLY " in statement else LOCK_S
    cursor.execute(f"SET lock_timeout = '{seconds}s'")


def _drop_unfinished_indexes(connection: Connection) -> None:
    """A concurrent index that was cut short stays behind, invalid: it costs every writer and serves nobody."""
    found = text(
        "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid AND indrelid::regclass::text = ANY(:ours)"
    )
    for name in connection.scalars(found, {"ours": list(Base.metadata.tables)}).all():
        connection.execute(text(f"DROP INDEX {name}"))
    connection.commit()


def _busy() -> str:
    return (
        f"Another program has been at work on this database for {PATIENCE_S} seconds: wait until it is done or stop "
        "it, then start again."
    )


# --- what an old version left -----------------------------------------------------------------------------------------


def _refuse_what_an_old_version_left(engine: Engine) -> None:
    """Tables of ours and no revision: a first migration that was not yet one transaction was cut short."""
    with _own_engine(engine).connect() as connection:
        ours = set(inspect(connection).get_table_names()) & set(Base.metadata.tables)
    if ours and current(engine) is None:  # asked last: another process may be done with its first migration just now
        where = engine.url.render_as_string(hide_password=True)
        raise CannotMigrate(
            f"The database {where} is half made: it holds tables without a revision. Put a backup in its place, or "
            "remove it, then start again."
        )
