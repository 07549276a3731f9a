"""The few things every part shares: the database, who is signed in, languages, limits, and `unit_of_work()`."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import URL, Connection, Dialect, Engine, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.pool import ConnectionPoolEntry

from app.config import Config, PostgreSQL

if TYPE_CHECKING:
    from app.adapters.storage import Storage

db = SQLAlchemy()
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()
limiter = Limiter(get_remote_address, default_limits=[])

WRITE = "hoiam_write"
RESTED_S = 1.0  # after so long without an answer a connection is asked whether it is still there
RESTS_SINCE = "hoiam_rests_since"
LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


class WriteOutsideUnitOfWork(RuntimeError):
    """Somebody changed a row while reading. Wrap the change in `unit_of_work()`."""


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One write transaction: all of it or none.

    An open read is ended first, since SQLite cannot upgrade it, and what was read before is read again.
    On SQLite the transaction begins IMMEDIATE, so two writers wait for each other and neither is lost.
    """
    session = db.session
    if session.info.get(WRITE):
        raise RuntimeError("a unit of work is already open")
    session.rollback()
    session.expire_all()
    options: dict[str, Any] = {WRITE: True}
    if session.get_bind().dialect.name == "postgresql":
        options["isolation_level"] = "READ COMMITTED"
    session.connection(execution_options=options)
    session.info[WRITE] = True
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(WRITE, None)


def storage() -> Storage:
    """Where photos lie, as configured."""
    kept: Storage = current_app.extensions["storage"]
    return kept


def init_database(app: Flask, config: Config) -> None:
    """Connect `db`, with the habits each database needs."""
    url = config.database_url
    options: dict[str, Any] = {
        "url": url,
        "hide_parameters": True,  # what somebody typed is in no error's words
        "query_cache_size": 300,  # statements in mind: some of a desk's searches take a quarter of a megabyte each
    }
    if url.startswith("postgresql"):
        options |= _postgresql(config.postgresql, make_url(url))
    else:
        options |= {"connect_args": {"timeout": 15, "check_same_thread": False}, "pool_size": 20}
    app.config["SQLALCHEMY_ENGINES"] = {"default": options}
    db.init_app(app)
    # No session of ours is asynchronous: every request would start an event loop only to close none.
    closing = app.teardown_appcontext_funcs
    app.teardown_appcontext_funcs = [close for close in closing if not iscoroutinefunction(close)]
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", prepare_sqlite)
            event.listen(db.engine, "begin", _begin_sqlite)
        else:
            event.listen(db.engine, "checkin", _begins_to_rest)
            event.listen(db.engine, "checkout", _asking(db.engine.dialect))


def _postgresql(habits: PostgreSQL, url: URL) -> dict[str, Any]:
    """No page waits for ever: whatever takes longer is cut off, and its reader sees the page of status 503."""
    limits = zip(LIMITS, (habits.statement_s, habits.lock_s, habits.idle_s), strict=True)
    said = [str(url.query.get("options", "")), *(f"-c {name}={seconds}s" for name, seconds in limits)]
    said.append("-c jit=off")  # no statement of a page lasts as long as compiling it would
    return {
        "isolation_level": "AUTOCOMMIT",
        "skip_autocommit_rollback": True,  # after reading there is nothing to take back
        "pool_size": habits.pool,
        "max_overflow": habits.overflow,
        "pool_timeout": habits.lock_s or None,
        "connect_args": {
            "connect_timeout": habits.connect_s,
            "application_name": url.query.get("application_name", "hoiam"),
            "options": " ".join(said).strip(),
        },
    }


def _begins_to_rest(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[RESTS_SINCE] = time.monotonic()


def _asking(dialect: Dialect) -> Callable[[Any, ConnectionPoolEntry, object], None]:
    """A connection that has rested is asked before it is used: the server may have been started anew. One that has just
    answered is not, since asking takes as long as the statement of a tile."""

    def is_still_there(connection: Any, record: ConnectionPoolEntry, proxy: object) -> None:
        if time.monotonic() - record.info.get(RESTS_SINCE, math.inf) < RESTED_S:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as gone:
            raise InvalidatePoolError from gone

    return is_still_there


@contextmanager
def unhurried() -> Iterator[None]:
    """What an engineer has begun may take as long as it takes: no statement of it is cut off."""
    engine = db.engine
    if engine.dialect.name != "postgresql":
        yield
        return
    event.listen(engine, "connect", _lift_limits)
    _part(engine)
    try:
        yield
    finally:
        event.remove(engine, "connect", _lift_limits)
        _part(engine)


def _lift_limits(connection: Any, record: object) -> None:
    connection.execute("SELECT set_config(name, '0', false) FROM unnest(%s::text[]) AS name", [list(LIMITS)])


def _part(engine: Engine) -> None:
    """The next statement is said on a fresh connection."""
    db.session.close()
    engine.dispose()


def prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    """The habits of every connection to a file of ours."""
    connection.isolation_level = None  # we say BEGIN ourselves; reads run in autocommit
    for pragma in (
        "journal_mode=WAL",
        "busy_timeout=15000",
        "foreign_keys=ON",
        "synchronous=FULL",
        "secure_delete=ON",
        "temp_store=MEMORY",
        "cache_size=-32000",
        "mmap_size=268435456",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITE):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@event.listens_for(Session, "before_flush")
def _writes_need_a_unit_of_work(session: Session, context: UOWTransaction, instances: object) -> None:
    if not session.info.get(WRITE) and not session.info.get("hoiam_free"):
        raise WriteOutsideUnitOfWork("change rows inside unit_of_work()")


def secret_key() -> str:
    """What links are signed with; never in the database."""
    return str(current_app.config["SECRET_KEY"])


def looks_for_faces() -> bool:
    """Does this city want photos looked at by a machine, where it has one?"""
    return bool(current_app.config["HOIAM"].look_for_faces)


def undo_seconds() -> int:
    """How long what staff send can be taken back."""
    return int(current_app.config["HOIAM"].undo_seconds)


def argon2_memory_kib() -> int:
    """How much memory one hash of a password takes."""
    return int(current_app.config["HOIAM"].argon2_memory_kib)
