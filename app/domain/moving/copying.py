"""A city from one database to another: table by table, a batch a transaction, and at the end both sides are read and
compared, row by row.

The target remembers how far it is, so that a copy that was killed goes on there. Until all is proved it stands at a
revision of its own name, which no program serves.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Table

from app import migrations
from app.domain.moving import rows
from app.domain.moving.places import CannotMove, city_of, held_still, name_of

Told = Callable[[str, int, int], None]  # what, how many of it so far, of how many
REFERENCES = "{}, references"

_marks = sa.MetaData()
_mark = Table(
    "city_copy",
    _marks,
    sa.Column("name", sa.String, primary_key=True),  # of a table, or CITY
    sa.Column("at", sa.String, nullable=False),  # JSON: the last key that is there, or DONE
)
CITY, DONE = "the city", "done"


def copy(source: Engine, target: Engine, told: Told) -> int:
    """Bring the city to the target and prove it; answers how many rows. Raises CannotMove, and leaves the source."""
    if source.url == target.url:
        raise CannotMove("Both are the same database.")
    if migrations.current(source) != migrations.head():
        raise CannotMove("The database is not migrated. Run: flask db upgrade")
    with held_still(source) as reading:
        _prepare(target, city_of(reading))
        for table in rows.tables():
            _copy_rows(reading, target, table, told)
        for table in rows.tables():
            if rows.own_references(table):
                _copy_references(reading, target, table, told)
        return _prove_and_finish(reading, target, told)


# --- the target -------------------------------------------------------------------------------------------------------


def _prepare(target: Engine, city: str) -> None:
    """A fresh target, or one that this city was on its way to. Whatever holds anything else is refused."""
    stands = migrations.current(target)
    if stands is None:
        migrations.upgrade(target)
    elif stands not in (migrations.UNFINISHED, migrations.head()):
        raise CannotMove(f"{name_of(target)} stands at {stands}: name a database with nothing in it.")
    with target.begin() as connection:
        if stands == migrations.UNFINISHED:
            if _reached(connection, CITY) != city:
                raise CannotMove(f"{name_of(target)} holds a part of another city: name one with nothing in it.")
            return
        if any(rows.count(connection, table) for table in rows.tables()):
            raise CannotMove(f"{name_of(target)} holds a city already: name a database with nothing in it.")
        _marks.create_all(connection)
        _reach(connection, CITY, city)
        migrations.stand_at(connection, migrations.UNFINISHED)


def _reached(connection: Connection, name: str) -> Any:
    if not sa.inspect(connection).has_table(_mark.name):
        return None
    at = connection.scalar(sa.select(_mark.c.at).where(_mark.c.name == name))
    return None if at is None else json.loads(at)


def _reach(connection: Connection, name: str, at: Any) -> None:
    said = {"at": json.dumps(at)}
    changed = connection.execute(sa.update(_mark).where(_mark.c.name == name).values(said))
    if not changed.rowcount:
        connection.execute(sa.insert(_mark).values(name=name, **said))


# --- rows -------------------------------------------------------------------------------------------------------------


def _copy_rows(source: Connection, target: Engine, table: Table, told: Told) -> None:
    _batches(source, target, table, table.name, rows.insert, told)


def _copy_references(source: Connection, target: Engine, table: Table, told: Told) -> None:
    _batches(source, target, table, REFERENCES.format(table.name), rows.point, told)


def _batches(
    source: Connection,
    target: Engine,
    table: Table,
    name: str,
    write: Callable[[Connection, Table, list[rows.Row]], None],
    told: Told,
) -> None:
    """Each batch and the mark that it is there are one transaction: a kill leaves both or neither."""
    with target.connect() as connection:
        after = _reached(connection, name)
    if after == DONE:
        return
    whole, written = rows.count(source, table), 0
    places = [[one.name for one in table.columns].index(key) for key in rows.keys(table)]
    for page in rows.pages(source, table, after=after):
        with target.begin() as connection:
            write(connection, table, page)
            _reach(connection, name, [page[-1][place] for place in places])
        written += len(page)
        told(name, written, whole)
    with target.begin() as connection:
        _reach(connection, name, DONE)


# --- the proof --------------------------------------------------------------------------------------------------------


def _prove_and_finish(source: Connection, target: Engine, told: Told) -> int:
    with target.begin() as connection:
        whole = _compare(source, connection, told)
        set_counters(connection)
        _marks.drop_all(connection)
        migrations.stand_at(connection, migrations.head())
    return whole


def _compare(source: Connection, target: Connection, told: Told) -> int:
    whole, wrong = 0, []
    for number, table in enumerate(rows.tables(), 1):
        here, there = rows.total(source, table), rows.total(target, table)
        whole += here.rows
        if here != there:
            wrong.append(f"{table.name} ({here.rows} and {there.rows} rows)")
        told("comparing", number, len(rows.tables()))
    if wrong:
        raise CannotMove(
            f"The two differ in {', '.join(wrong)}: somebody wrote to the city since the copy began. Stop the service, "
            "empty the target, then start again."
        )
    return whole


def set_counters(connection: Connection) -> None:
    """The next row of each table gets the next number. SQLite sees to that by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in rows.tables():
        if "id" in table.columns:
            highest = connection.scalar(sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(table.name)))
            if highest:
                connection.execute(
                    sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), highest, True))
                )
