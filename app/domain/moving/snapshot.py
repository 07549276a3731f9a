"""The rows of one moment, into a backup and out of it: a copy of SQLite's file, or PostgreSQL's tables one by one."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
from app.domain.moving.folder import SQLITE, TABLES, Held, Manifest, Note, Told, damaged, digest, private
from app.domain.moving.places import CannotMove, city_of, engine_of
from app.models.choices import PhotoState

PACKED = 4  # of 9: photos are the larger part of a backup, and time matters more
PAGES = 4096  # of SQLite's file at a time
PHOTO, NAMED_BY = "photo", ("name", "state", "raw", "original")


def take(engine: Engine, folder: Path, manifest: Manifest, note: Note, told: Told) -> None:
    """The database as it is now, while others go on writing; the manifest is told what is in it."""
    if engine.dialect.name == "postgresql":
        _take_postgresql(engine, folder, manifest, note, told)
    else:
        _take_sqlite(engine, folder, manifest, note, told)


def _take_sqlite(engine: Engine, folder: Path, manifest: Manifest, note: Note, told: Told) -> None:
    """SQLite's own online copy. The source has begun to read: it sees one state, and writers do not wait for it."""
    path = private(folder / SQLITE)
    with closing(sqlite3.connect(_file(engine), isolation_level=None)) as source, closing(sqlite3.connect(path)) as to:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(to, pages=PAGES, progress=lambda _, left, whole: told("database", whole - left, whole))
        to.execute("PRAGMA journal_mode=DELETE")
    _sync(path)
    with _plain(path).connect() as connection:
        sound = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        if sound != "ok":
            raise CannotMove(f"The database is damaged: {sound}. Look at the disk, and keep your last backup.")
        _describe(connection, manifest)
    note(digest(path), SQLITE)


def _take_postgresql(engine: Engine, folder: Path, manifest: Manifest, note: Note, told: Told) -> None:
    """One transaction that sees one moment; each table is streamed through COPY."""
    (folder / TABLES).mkdir(mode=0o700, exist_ok=True)
    with engine_of(engine.url).connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        _describe(connection, manifest)
        for name, held in manifest.tables.items():
            path = _table(folder, name)
            _copy_out(connection, name, held, path, told)
            note(digest(path), f"{TABLES}/{path.name}")
            held.counter = _counter(connection, name, held)


def _describe(connection: Connection, manifest: Manifest) -> None:
    manifest.city = city_of(connection)
    for table in rows.tables():
        manifest.tables[table.name] = Held(rows.count(connection, table), [one.name for one in table.columns])


# --- the photos that rows name ----------------------------------------------------------------------------------------


def photos(folder: Path, manifest: Manifest) -> Iterator[str]:
    """The keys that the rows of a backup name, read out of the backup itself."""
    named = _named_on_postgresql if manifest.database == "postgresql" else _named_on_sqlite
    for name, state, raw, original in named(folder, manifest):
        if state == PhotoState.RAW.value:
            yield raw
        if state == PhotoState.READY.value:
            yield from (public_key(name, size) for size in SIZES)
        if original:
            yield original


def _named_on_sqlite(folder: Path, manifest: Manifest) -> Iterator[tuple[str, ...]]:
    with closing(sqlite3.connect(f"file:{folder / SQLITE}?mode=ro", uri=True)) as connection:
        yield from connection.execute("SELECT name, state, raw, original FROM photo")


def _named_on_postgresql(folder: Path, manifest: Manifest) -> Iterator[tuple[str, ...]]:
    """As COPY writes: a line a row, tabs between; what we look for needs no escapes."""
    places = [manifest.tables[PHOTO].columns.index(name) for name in NAMED_BY]
    with gzip.open(_table(folder, PHOTO), "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            values = line.rstrip("\n").split("\t")
            yield tuple("" if values[place] == r"\N" else values[place] for place in places)


# --- and back ---------------------------------------------------------------------------------------------------------


def put_back(engine: Engine, folder: Path, manifest: Manifest, told: Told) -> None:
    """The rows of a backup in a database that was reserved for it, all of them or none. Raises CannotMove."""
    if engine.dialect.name == "postgresql":
        _put_postgresql(engine, folder, manifest, told)
    else:
        _put_sqlite(engine, folder, manifest)


def counts(engine: Engine, manifest: Manifest) -> dict[str, int]:
    """How many rows stand in each table of the backup; nothing for an empty database."""
    with create_engine(engine.url, poolclass=NullPool).connect() as connection:
        return _counts(connection, manifest)


def _counts(connection: Connection, manifest: Manifest) -> dict[str, int]:
    there = set(sa.inspect(connection).get_table_names())
    return {name: _count(connection, name) for name in manifest.tables if name in there}


def _put_sqlite(engine: Engine, folder: Path, manifest: Manifest) -> None:
    """Beside its place first, then into it: a kill leaves no half database."""
    target = Path(_file(engine))
    fresh = private(target.with_name(f"{target.name}.restoring"))
    shutil.copyfile(folder / SQLITE, fresh)
    _sync(fresh)
    with _plain(fresh).connect() as connection:
        _compare(_counts(connection, manifest), manifest)
    engine.dispose()
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    os.replace(fresh, target)
    sync_folder(target.parent)


def _put_postgresql(engine: Engine, folder: Path, manifest: Manifest, told: Told) -> None:
    """All rows in one transaction; a table's own references hold at the end of its COPY."""
    with engine_of(engine.url).begin() as connection:
        for name, held in manifest.tables.items():
            _copy_in(connection, name, held, _table(folder, name), told)
            if held.counter is not None:
                at = sa.func.pg_get_serial_sequence(name, "id")
                connection.execute(sa.select(sa.func.setval(at, held.counter, True)))
        _compare(_counts(connection, manifest), manifest)
        migrations.stand_at(connection, manifest.schema)


def _compare(found: dict[str, int], manifest: Manifest) -> None:
    for name, held in manifest.tables.items():
        if found.get(name) != held.rows:
            raise CannotMove(f"{name} came back with other than {held.rows} rows: take another backup.")


# --- COPY -------------------------------------------------------------------------------------------------------------


def _copy_out(connection: Connection, name: str, held: Held, path: Path, told: Told) -> None:
    driver: Any = connection.connection.driver_connection
    with (
        private(path).open("wb") as file,
        gzip.GzipFile(fileobj=file, mode="wb", compresslevel=PACKED, mtime=0) as packed,
        _broken_off(connection),
        driver.cursor() as cursor,
        cursor.copy(f"COPY {_named(name, held)} TO STDOUT") as stream,
    ):
        for number, row in enumerate(stream, 1):
            packed.write(row)
            if number % rows.BATCH == 0:
                told(name, number, held.rows)
    _sync(path)


def _copy_in(connection: Connection, name: str, held: Held, path: Path, told: Told) -> None:
    driver: Any = connection.connection.driver_connection
    lines = 0
    with (
        gzip.open(path) as packed,
        _broken_off(connection),
        driver.cursor() as cursor,
        cursor.copy(f"COPY {_named(name, held)} FROM STDIN") as stream,
    ):
        while part := _read(packed, path):
            stream.write(part)
            lines += part.count(b"\n")
            told(name, lines, held.rows)


def _read(packed: gzip.GzipFile, path: Path) -> bytes:
    try:
        return packed.read(CHUNK)
    except (EOFError, gzip.BadGzipFile) as error:
        raise damaged(path) from error


@contextmanager
def _broken_off(connection: Connection) -> Iterator[None]:
    """The driver's own errors, which SQLAlchemy does not see here."""
    errors: Any = connection.dialect.loaded_dbapi
    try:
        yield
    except errors.Error as error:
        raise CannotMove(f"PostgreSQL broke off: {str(error).strip()}. Mend that, then start again.") from error


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


def _table(folder: Path, name: str) -> Path:
    return folder / TABLES / f"{name}.copy.gz"


# --- SQLite's file ----------------------------------------------------------------------------------------------------


def _file(engine: Engine) -> str:
    return str(engine.url.database)


def _plain(path: Path) -> Engine:
    return create_engine(f"sqlite:///{path}", poolclass=NullPool)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
