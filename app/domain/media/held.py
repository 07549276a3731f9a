"""While a backup is taken, no file is deleted: what the rows of its moment name must be there when it comes to them.

Whatever is left lying meanwhile is nobody's, and goes with the next sweep. The lock ends with the process that holds
it, so a backup that was killed keeps nothing.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.extensions import db, storage

LOOKING_S = 2.0  # whoever only looks is done in no time
_LOCK = 4848_2025  # of PostgreSQL's advisory locks, ours alone in this database
_TAKE = text("SELECT pg_try_advisory_lock(:lock)")
_LOOK = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database "
    "WHERE locktype = 'advisory' AND classid = 0 AND objid = :lock AND objsubid = 1 AND granted "
    "AND datname = current_database())"
)


class HeldByAnother(Exception):
    """Somebody else is taking a backup of this city right now."""


def let_go(keys: Iterable[str]) -> int:
    """Delete files, after the commit since which no row names them; answers how many. None while files are held."""
    if is_held():
        return 0
    count = 0
    for count, key in enumerate(keys, 1):  # noqa: B007 - the last number is how many there were
        storage().delete(key)
    return count


def is_held() -> bool:
    """Asked after a commit, this knows of every backup whose moment lies before that commit."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            return bool(connection.scalar(_LOOK, {"lock": _LOCK}))
    try:
        with _lock_file().open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextmanager
def held() -> Iterator[None]:
    """Files stay until the end of the block. Raises HeldByAnother."""
    with _held_on_postgresql() if db.engine.dialect.name == "postgresql" else _held_beside_the_file():
        yield


@contextmanager
def _held_on_postgresql() -> Iterator[None]:
    alone = create_engine(db.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
    with alone.connect() as connection:
        if not connection.scalar(_TAKE, {"lock": _LOCK}):
            raise HeldByAnother
        yield


@contextmanager
def _held_beside_the_file() -> Iterator[None]:
    with _lock_file().open("ab") as file:
        waited_until = time.monotonic() + LOOKING_S
        while not _is_ours(file):
            if time.monotonic() > waited_until:
                raise HeldByAnother
            time.sleep(0.01)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # a child of this process may have the file open still


def _is_ours(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_file() -> Path:
    return Path(f"{db.engine.url.database}.held")
