"""The rows of one moment, into a backup and out of it: a copy of SQLite's file, or PostgreSQL's tables one by one."""

from __future__ import annotations

import gzip
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from app import migrations
from app.adapters.storage import CHUNK, sync_folder
from app.domain.media.develop import SIZES
from app.domain.media.keys import public_key
from app.domain.moving import rows
from app.domain.moving.folder import SQLITE, TABLES, Held, Manifest, digest
from app.domain.moving.places import CannotMove, city_of, engine_of
from app.models.choices import PhotoState

PACKED = 4  # of 9: photos are the larger part of a backup, and time matters more


class Snapshot:
    """What stood at one moment: tables, the sums of the files it was written to, and the photos its rows name."""

    def __init__(self) -> None:
        self.city = ""
        self.tables: dict[str, Held] = {}
        self.sums: dict[str, str] = {}
        self.photos: list[str] = []


def take(engine: Engine, folder: Path) -> Snapshot:
    """The database as it is now, while others go on writing."""
    return _take_postgresql(engine, folder) if engine.dialect.name == "postgresql" else _take_sqlite(engine, folder)


def _take_sqlite(engine: Engine, folder: Path) -> Snapshot:
    """In one step: SQLite's own online copy sees one state of the file, and writers do not wait for it."""
    path = folder / SQLITE
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(_file(engine))) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    _sync(path)
    with _plain(path).connect() as connection:
        sound = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        if sound != "ok":
            raise CannotMove(f"The database is damaged: {sound}. Look at the disk, and keep your last backup.")
        taken = _described(connection)
    taken.sums = {SQLITE: digest(path)}
    return taken


def _take_postgresql(engine: Engine, folder: Path) -> Snapshot:
    """One transaction that sees one moment; each table is streamed through COPY."""
    (folder / TABLES).mkdir(mode=0o700, exist_ok=True)
    with engine_of(engine.url).connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        taken = _described(connection)
        for name, held in taken.tables.items():
            path = folder / TABLES / f"{name}.copy.gz"
            _copy_out(connection, name, held, path)
            taken.sums[f"{TABLES}/{path.name}"] = digest(path)
            held.counter = _counter(connection, name, held)
    return taken


def _described(connection: Connection) -> Snapshot:
    taken = Snapshot()
    taken.city = city_of(connection)
    for table in rows.tables():
        taken.tables[table.name] = Held(rows.count(connection, table), [one.name for one in table.columns])
    taken.photos = _photos(connection)
    return taken


def _photos(connection: Connection) -> list[str]:
    """The keys that the rows name; those first that go soonest, which are waiting to be developed."""
    photo = sa.table("photo", *map(sa.column, ("name", "state", "raw", "original")))
    found = connection.execute(sa.select(photo.c.name, photo.c.state, photo.c.raw, photo.c.original)).all()
    waiting = [row.raw for row in found if row.state == PhotoState.RAW.value]
    ready = [public_key(row.name, size) for row in found if row.state == PhotoState.READY.value for size in SIZES]
    return [*waiting, *ready, *(row.original for row in found if row.original)]


# --- and back ---------------------------------------------------------------------------------------------------------


def put_back(engine: Engine, folder: Path, manifest: Manifest) -> None:
    """The rows of a backup in an empty database, all of them or none. Raises CannotMove."""
    if engine.dialect.name == "postgresql":
        _put_postgresql(engine, folder, manifest)
    else:
        _put_sqlite(engine, folder)


def counts(engine: Engine, manifest: Manifest) -> dict[str, int]:
    """How many rows stand in each table of the backup; nothing for an empty database."""
    with create_engine(engine.url, poolclass=NullPool).connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        named = [name for name in manifest.tables if name in there]
        return {name: _count(connection, name) for name in named}


def _put_sqlite(engine: Engine, folder: Path) -> None:
    """Beside its place first, then into it: a kill leaves no half database."""
    target = Path(_file(engine))
    fresh = target.with_name(f"{target.name}.restoring")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    with closing(sqlite3.connect(folder / SQLITE)) as source, closing(sqlite3.connect(fresh)) as made:
        source.backup(made)
    _sync(fresh)
    engine.dispose()
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    os.replace(fresh, target)
    sync_folder(target.parent)


def _put_postgresql(engine: Engine, folder: Path, manifest: Manifest) -> None:
    """The tables as they were then, and all rows in one transaction; a table's own references hold at its end."""
    if migrations.current(engine) is None:
        migrations.upgrade(engine, manifest.schema)
    with engine_of(engine.url).begin() as connection:
        for name, held in manifest.tables.items():
            _copy_in(connection, name, held, folder / TABLES / f"{name}.copy.gz")
            if _count(connection, name) != held.rows:
                raise CannotMove(f"{name} came back with other than {held.rows} rows: take another backup.")
            if held.counter is not None:
                at = sa.func.pg_get_serial_sequence(name, "id")
                connection.execute(sa.select(sa.func.setval(at, held.counter, True)))


# --- COPY -------------------------------------------------------------------------------------------------------------


def _copy_out(connection: Connection, name: str, held: Held, path: Path) -> None:
    driver: Any = connection.connection.driver_connection
    path.touch(mode=0o600)
    with (
        path.open("wb") as file,
        gzip.GzipFile(fileobj=file, mode="wb", compresslevel=PACKED, mtime=0) as packed,
        driver.cursor() as cursor,
        cursor.copy(f"COPY {_named(name, held)} TO STDOUT") as stream,
    ):
        for part in stream:
            packed.write(part)
    _sync(path)


def _copy_in(connection: Connection, name: str, held: Held, path: Path) -> None:
    driver: Any = connection.connection.driver_connection
    with (
        gzip.open(path) as packed,
        driver.cursor() as cursor,
        cursor.copy(f"COPY {_named(name, held)} FROM STDIN") as stream,
    ):
        while part := packed.read(CHUNK):
            stream.write(part)


def _named(name: str, held: Held) -> str:
    """Names of our own tables; those of a backup were checked against its sums, and are quoted all the same."""
    return "{} ({})".format(_quoted(name), ", ".join(map(_quoted, held.columns)))


def _quoted(name: str) -> str:
    if not name.isidentifier():
        raise CannotMove(f"The backup names a table or column {name!r}, which none of ours is called.")
    return f'"{name}"'


def _counter(connection: Connection, name: str, held: Held) -> int | None:
    if "id" not in held.columns:
        return None
    sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(name, "id")))
    if not sequence:
        return None
    last = sa.select(sa.func.pg_sequence_last_value(sa.cast(sequence, sa.dialects.postgresql.REGCLASS)))
    counted: int | None = connection.scalar(last)
    return counted


def _count(connection: Connection, name: str) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0


# --- SQLite's file ----------------------------------------------------------------------------------------------------


def _file(engine: Engine) -> str:
    return str(engine.url.database)


def _plain(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}", poolclass=NullPool)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
