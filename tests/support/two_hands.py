"""Two writers at once, on two real connections of PostgreSQL: the second has come as far as the first lets it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.extensions import db, unit_of_work

WAITS = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
PATIENCE = 10  # seconds, before a test fails for want of its second hand


def while_the_first_is_not_done(app: Flask, first: Callable[[], object], second: Callable[[], Any]) -> Future[Any]:
    """`first` has written and not yet committed when `second` begins; it commits once `second` waits, or is through.

    Answers what became of the second: its result, or what it raised.
    """

    def elsewhere() -> Any:
        with app.app_context():
            return second()

    with ThreadPoolExecutor(1) as hands, unit_of_work():
        first()
        db.session.flush()
        later = hands.submit(elsewhere)
        _until_it_waits(later)
    return later


def _until_it_waits(later: Future[Any]) -> None:
    engine, end = create_engine(db.engine.url, poolclass=NullPool), monotonic() + PATIENCE
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watching:
        while not later.done() and not watching.scalar(WAITS):
            assert monotonic() < end, "the second hand neither waited nor came through"
