"""Is this process fit to serve? Asked by whoever runs it, not by residents."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.domain import heartbeat
from app.domain.city import store
from app.extensions import db

BESIDE = "worker"


def checks() -> dict[str, str]:
    """What serving needs, and how it stands: "ok", or a few words on what is wrong. Beside it, how the worker is."""
    from app import migrations  # with Alembic, which a process that nobody asks this does not need

    found: dict[str, str] = {}
    try:
        db.session.execute(text("SELECT 1"))
        found["database"] = "ok"
        found["schema"] = "ok" if migrations.current(db.engine) == migrations.head() else "not migrated"
        if found["schema"] == "ok":
            found["city"] = "ok" if store.find_current() else "not loaded"
            found[BESIDE] = "ok" if heartbeat.is_alive() else "not heard of for two minutes"
    except SQLAlchemyError:
        found["database"] = "no answer"
    return found


def is_ready(found: dict[str, str]) -> bool:
    """May requests come here? The worker does not count: taking pages away would not bring it back."""
    return all(state == "ok" for name, state in found.items() if name != BESIDE)
