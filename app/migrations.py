"""Moving the database from one shape to the next, on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from app.config import ROOT


def _settings(connection: Connection | None = None) -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    settings.attributes["connection"] = connection
    return settings


def _own_engine(engine: Engine) -> Engine:
    """A plain engine beside the application's: no autocommit habits, no pool."""
    return create_engine(engine.url, poolclass=NullPool)


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the database to revision `to`. SQLite's foreign keys stay off meanwhile and are checked at the end,
    since rebuilding a table with them on would silently delete its children."""
    _run(engine, lambda settings: command.upgrade(settings, to))


def downgrade(engine: Engine, to: str) -> None:
    _run(engine, lambda settings: command.downgrade(settings, to))


def _run(engine: Engine, step: Callable[[AlembicConfig], None]) -> None:
    with _own_engine(engine).connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("PRAGMA busy_timeout=15000")
            connection.commit()
        step(_settings(connection))
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"{len(broken)} rows point nowhere after migrating: {broken[:5]}")
        connection.commit()


def current(engine: Engine) -> str | None:
    """The revision the database stands at, None when it is empty."""
    with _own_engine(engine).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    return ScriptDirectory.from_config(_settings()).get_current_head()
