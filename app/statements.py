"""Every statement is counted and timed; those that take too long are written down, without the values they carry.

Whoever types a command waits for what it does: only what serves and works in the background is told as slow.
"""

from __future__ import annotations

import logging
import re
import time
from typing import Any

import click
from flask import Flask, g, has_app_context
from sqlalchemy import event

from app.extensions import db

LONGEST_TOLD = 1_000
_SPACE = re.compile(r"\s+")

log = logging.getLogger(__name__)


class Tally:
    """What one request, or one job, has asked of the database."""

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0


def tally() -> Tally:
    """Of the request or job at hand."""
    found: Tally = g.setdefault("statements", Tally())
    return found


def init_app(app: Flask) -> None:
    slow_s = app.config["HOIAM"].slow_query_ms / 1000

    def begins(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if context is not None:
            context.hoiam_began = time.perf_counter()

    def ends(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        began = getattr(context, "hoiam_began", None)
        if began is None:
            return
        seconds = time.perf_counter() - began
        if has_app_context():
            told = tally()
            told.count += 1
            told.seconds += seconds
        if slow_s and seconds >= slow_s and click.get_current_context(silent=True) is None:
            shown = _SPACE.sub(" ", statement)[:LONGEST_TOLD]
            log.warning("slow statement: %s", shown, extra={"ms": round(seconds * 1000)})

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", begins)
        event.listen(db.engine, "after_cursor_execute", ends)
