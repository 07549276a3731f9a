"""The few things every part shares: the database, who is signed in, languages, limits, and `unit_of_work()`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
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
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, UOWTransaction

if TYPE_CHECKING:
    from app.adapters.storage import Storage

db = SQLAlchemy()
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()
limiter = Limiter(get_remote_address, default_limits=[])

WRITE = "hoiam_write"


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


def init_database(app: Flask, url: str) -> None:
    """Connect `db`, with the habits each database needs."""
    options: dict[str, Any] = {"url": url, "hide_parameters": True}  # what somebody typed is in no error's words
    if url.startswith("postgresql"):
        options |= {"isolation_level": "AUTOCOMMIT", "pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}
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


def undo_seconds() -> int:
    """How long what staff send can be taken back."""
    return int(current_app.config["HOIAM"].undo_seconds)


def argon2_memory_kib() -> int:
    """How much memory one hash of a password takes."""
    return int(current_app.config["HOIAM"].argon2_memory_kib)
