"""Is this process fit to serve? Asked by whoever runs it, not by residents."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import migrations
from app.domain.city import store
from app.extensions import db


def checks() -> dict[str, str]:
    """What serving needs, and how it stands: "ok", or a few words on what is wrong."""
    found: dict[str, str] = {}
    try:
        db.session.execute(text("SELECT 1"))
        found["database"] = "ok"
        found["schema"] = "ok" if migrations.current(db.engine) == migrations.head() else "not migrated"
        found["city"] = "ok" if store.find_current() else "not loaded"
    except SQLAlchemyError:
        found["database"] = "no answer"
    return found


def is_ready(found: dict[str, str]) -> bool:
    return all(state == "ok" for state in found.values())
