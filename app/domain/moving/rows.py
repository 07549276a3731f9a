"""Rows as they lie in a database, without what the program makes of them: plain values that are equal on SQLite and
PostgreSQL, read a batch at a time in the order of their keys.

Statements are put together from names of our own tables and columns; nobody's input is in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from app.models import Base

Row = tuple[Any, ...]
BATCH = 1000
_MOST = 1 << 256


def tables() -> Sequence[Table]:
    """Every table of ours, each after those it points to."""
    return Base.metadata.sorted_tables


def own_references(table: Table) -> list[str]:
    """Columns that point to other rows of the same table, which may come later."""
    return [one.name for one in table.columns if any(key.column.table is table for key in one.foreign_keys)]


def keys(table: Table) -> list[str]:
    return [one.name for one in table.primary_key]


def count(connection: Connection, table: Table) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table.name))) or 0


def pages(connection: Connection, table: Table, *, after: Sequence[Any] | None = None) -> Iterator[list[Row]]:
    """The rows in the order of their keys, those behind `after` only."""
    names = [one.name for one in table.columns]
    places = [names.index(key) for key in keys(table)]
    order: list[sa.ColumnClause[Any]] = [sa.column(key) for key in keys(table)]
    statement = sa.select(*map(_read, table.columns)).select_from(sa.table(table.name)).order_by(*order).limit(BATCH)
    while True:
        behind = statement if after is None else statement.where(sa.tuple_(*order) > sa.tuple_(*map(_untyped, after)))
        page = [_plain(row, table) for row in connection.execute(behind)]
        if page:
            yield page
            after = [page[-1][place] for place in places]
        if len(page) < BATCH:
            return


def insert(connection: Connection, table: Table, page: Sequence[Row]) -> None:
    """Write rows as they are; what they say of other rows of this table is left for `point`."""
    names = [one.name for one in table.columns]
    later = dict.fromkeys(own_references(table))
    target = sa.table(table.name, *map(sa.column, names))
    connection.execute(sa.insert(target), [dict(zip(names, row, strict=True)) | later for row in page])


def point(connection: Connection, table: Table, page: Sequence[Row]) -> None:
    """Now that every row is there: what these say of others of their table."""
    names, own = [one.name for one in table.columns], own_references(table)
    changes = [dict(zip(names, row, strict=True)) for row in page]
    changes = [row for row in changes if any(row[name] is not None for name in own)]
    if not changes:
        return
    target = sa.table(table.name, *map(sa.column, names))
    these = [target.c[key] == sa.bindparam(f"this_{key}") for key in keys(table)]
    fresh: dict[str, sa.BindParameter[Any]] = {name: sa.bindparam(f"now_{name}") for name in own}
    connection.execute(
        sa.update(target).where(*these).values(fresh),
        [{f"this_{k}": row[k] for k in keys(table)} | {f"now_{n}": row[n] for n in own} for row in changes],
    )


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a table has, and one number that every value of every row goes into, whatever their order."""

    rows: int
    digest: str


def total(connection: Connection, table: Table) -> Sum:
    number = many = 0
    for page in pages(connection, table):
        many += len(page)
        number = (number + sum(map(_number, page))) % _MOST
    return Sum(many, f"{number:064x}")


def _number(row: Row) -> int:
    said = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(said.encode()).digest(), "big")


def _untyped(value: Any) -> sa.BindParameter[Any]:
    """The database takes it for what the column beside it is: a date is a text to us."""
    return sa.bindparam(None, value, type_=sa.types.NullType(), unique=True)


def _read(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    plain: sa.ColumnClause[Any] = sa.column(column.name)
    return sa.cast(plain, sa.Text).label(column.name) if isinstance(_stored(column), sa.JSON) else plain


def _plain(row: sa.Row[Any], table: Table) -> Row:
    return tuple(_value(value, column) for value, column in zip(row, table.columns, strict=True))


def _value(value: Any, column: sa.Column[Any]) -> Any:
    match _stored(column):
        case sa.Boolean() if value is not None:
            return bool(value)
        case sa.Float() if value is not None:
            return float(value)
        case _:
            return value.isoformat() if isinstance(value, date) else value


def _stored(column: sa.Column[Any]) -> Any:
    """The type below what the program makes of it."""
    kind = column.type
    return kind.impl_instance if isinstance(kind, sa.TypeDecorator) else kind
