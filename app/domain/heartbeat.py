"""The worker's sign of life, for whoever watches over the city's server."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.extensions import db
from app.models import Kept, now

NAME = "worker"
QUIET_AFTER = timedelta(minutes=2)


def beat() -> None:
    """Say "I am at work", inside a unit of work."""
    db.session.merge(Kept(name=NAME, value={}, updated_at=now()))


def last_beat() -> datetime | None:
    kept = db.session.get(Kept, NAME)
    return kept.updated_at if kept is not None else None


def is_alive() -> bool:
    """Has a worker been at work within the last two minutes?"""
    last = last_beat()
    return last is not None and now() - last <= QUIET_AFTER
