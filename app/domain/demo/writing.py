"""Sheets of rows go into the database: one insert a table, figures added once. In the caller's unit of work."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import column, func, insert, literal_column, select, table, text

from app.domain import figures
from app.domain.city import store
from app.domain.demo.rows import Ids, Sheet
from app.domain.errors import Stale
from app.extensions import db
from app.models import Base, Event, Person, Report

_ROOM_KIB = 200_000  # of a command's own process, given back when it ends


def next_ids() -> Ids:
    return Ids(_next(Report), _next(Event), _next(Person))


def with_room() -> None:
    """Let SQLite hold more pages in memory: codes and cells come in no order, so every index is written everywhere."""
    if db.session.get_bind().dialect.name == "sqlite":
        db.session.execute(text(f"PRAGMA cache_size=-{_ROOM_KIB}"))


def write(sheet: Sheet) -> None:
    """Everything of a batch. Raises Stale when somebody else has written since its ids were counted."""
    if next_ids() != sheet.first:
        raise Stale(_l("Somebody filed a report meanwhile. What stands is whole; start again for the rest."))
    for name, columns, rows in sheet.tables:
        insert_rows(name, columns, rows)
    totals = figures.Totals(ZoneInfo(store.current().timezone))
    for standing in sheet.standings:
        totals.add(standing)
    totals.write()
    for model in (Report, Event, Person):
        count_on(model)


def insert_rows(name: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """One statement for many rows. It is SQLAlchemy's, the rows go to the driver as they are: looking at each value
    again would take as long as writing it."""
    connection = db.session.connection()
    made = insert(table(name, *map(column, columns))).compile(dialect=connection.dialect)
    values: Any = rows if made.positional else [dict(zip(columns, row, strict=True)) for row in rows]
    connection.exec_driver_sql(str(made), values)


def _next(model: type[Base]) -> int:
    """One more than the highest id; the write transaction keeps the ids from there on ours."""
    key: Any = model.__table__.c.id
    return int(db.session.scalar(select(func.coalesce(func.max(key), 0))) or 0) + 1


def count_on(model: type[Base]) -> None:
    """PostgreSQL counts on after ids that were given; SQLite looks for itself."""
    if db.session.get_bind().dialect.name != "postgresql":
        return
    name = model.__tablename__
    highest: Any = func.max(literal_column("id"))
    sequence = func.pg_get_serial_sequence(name, "id")
    db.session.execute(select(func.setval(sequence, highest)).select_from(text(f'"{name}"')))
