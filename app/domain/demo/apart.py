"""A second process that prepares while the first one writes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TypeVar

from app.extensions import db

T = TypeVar("T")


@contextmanager
def apart(make: Callable[[], Iterator[T]]) -> Iterator[Iterator[T]]:
    """What `make` yields, made in a process of its own; here, where the system cannot fork.

    Both processes open their own connections to the database, so none may be in use on entry. The other process ends
    with the block.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        yield make()
        return
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    db.session.rollback()
    db.session.close()
    db.engine.dispose()
    worker = context.Process(target=_send, args=(make, theirs, ours), daemon=True)
    worker.start()
    theirs.close()
    try:
        yield _received(ours)
    finally:
        ours.close()
        worker.terminate()
        worker.join()


def _send(make: Callable[[], Iterator[T]], out: Connection, other_end: Connection) -> None:
    other_end.close()
    for item in make():
        out.send(item)
    out.send(None)
    out.close()


def _received(connection: Connection) -> Iterator[T]:
    try:
        while (item := connection.recv()) is not None:
            yield item
    except EOFError:
        raise RuntimeError("The process that prepares the reports has ended early; see what it says above.") from None
