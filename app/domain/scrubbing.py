"""What was erased is gone from the pages of the database too, not only from its rows.

SQLite writes zeros over what is deleted (`secure_delete`), except in its indexes of words and its journal: the indexes
are merged and the journal cut off. PostgreSQL keeps old versions of rows until it is vacuumed.
"""

from __future__ import annotations

from sqlalchemy import text

from app.extensions import db, unit_of_work
from app.models import Kept, now

NAME = "to_scrub"
MERGE = (  # SQLite's indexes, of words and of names
    text("INSERT INTO report_fts(report_fts) VALUES ('optimize')"),
    text("INSERT INTO person_fts(person_fts) VALUES ('optimize')"),
)
TABLES = (
    "words",
    "report_contact",
    "person",
    "delivery",
    "draft",
    "photo",
    "report_text",
    "participation",
    "neighbour_answer",
)


def ask() -> None:
    """Something was erased, in the caller's unit of work."""
    db.session.merge(Kept(name=NAME, value={}, updated_at=now()))


def scrub() -> int:
    """Clean up after what was erased since the last time; 1 where there was something. Harmless to repeat."""
    if db.session.get(Kept, NAME) is None:
        return 0
    with unit_of_work() as session:
        session.delete(session.get_one(Kept, NAME))  # what is erased from now on asks anew
        if session.get_bind().dialect.name == "sqlite":
            for merge in MERGE:
                session.execute(merge)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        else:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text(f"VACUUM {', '.join(TABLES)}"))
            connection.invalidate()  # with its patience
    return 1
