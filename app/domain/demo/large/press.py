"""The press: copies are printed in a process of their own and written by this one, all of them or none.

Indexes, and on PostgreSQL foreign keys, are set aside meanwhile and made again at the end, in the same transaction: a
press that is stopped leaves the database as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import text
from sqlalchemy.schema import CreateIndex

from app.domain import codes, figures
from app.domain.city.model import City
from app.domain.demo.apart import apart
from app.domain.demo.large.edition import Edition, draw, group
from app.domain.demo.large.stencil import NULL, TABLES, Stencil, columns_of, cut, rows_in
from app.domain.demo.life import Life
from app.domain.demo.rows import Builder, Ids
from app.domain.demo.seasons import Seasons
from app.domain.demo.spots import Spots
from app.domain.demo.writing import count_on, insert_rows, with_room
from app.extensions import db, unit_of_work
from app.models import Base, Event, Person, Report

CHUNK = 10_000
Told = Callable[[int, int], None]
_Texts = dict[str, str]  # by table, as COPY reads it


@dataclass(frozen=True, slots=True)
class Print:
    """Everything the press needs: the stencils, the copies, and the ids from which they count."""

    stencils: list[Stencil]
    columns: dict[str, tuple[str, ...]]
    edition: Edition
    first: Ids
    code_key: bytes


def print_all(
    city: City,
    lives: Sequence[Life],
    spots: Spots,
    seasons: Seasons,
    told: Told,
    *,
    reports: int,
    seed: int,
    first: Ids,
    code_key: bytes,
    step: Callable[[str], None],
) -> None:
    """Write `reports` copies of these lives. `told` hears how many are written, `step` what is done after them."""
    groups = group(lives, seasons.until)
    stencils, columns = _cut_all(city, lives, code_key)
    edition = draw(city, lives, groups, spots, seasons, reports, seed)
    made = Print(stencils, columns, edition, first, code_key)
    is_sqlite = db.engine.dialect.name == "sqlite"
    set_aside, write = (_set_aside_on_sqlite, _insert) if is_sqlite else (_set_aside_on_postgresql, _copy)
    with apart(partial(_chunks, made)) as printed, unit_of_work():
        with set_aside(step):
            written = 0
            for texts in printed:
                write(texts, made.columns)
                written = min(written + CHUNK, reports)
                told(written, reports)
            for model in (Report, Event, Person):
                count_on(model)
        step("Figures")
        figures.rebuild()
    if not is_sqlite:
        step("Vacuum")
        _vacuum()


def _cut_all(city: City, lives: Sequence[Life], code_key: bytes) -> tuple[list[Stencil], dict[str, tuple[str, ...]]]:
    builder = Builder(city, Ids(1, 1, 10**12), code_key, None)
    stencils: list[Stencil] = []
    columns: dict[str, tuple[str, ...]] = {}
    for life in lives:
        sheet = builder.build([life])
        stencils.append(cut(life, sheet))
        columns |= columns_of(sheet)
    return stencils, columns


# --- printing ---------------------------------------------------------------------------------------------------------


def _chunks(made: Print) -> Iterator[_Texts]:
    """The text of so many reports at a time, in the order of their ids."""
    edition, first = made.edition, made.first
    events = np.array([one.events for one in made.stencils])[edition.life]
    people = np.array([one.has_person for one in made.stencils]).astype(np.int64)[edition.life]
    event_ids = first.event + np.cumsum(events) - events
    person_ids = first.person + np.cumsum(people) - people
    days = _Calendar()
    for start in range(0, len(edition), CHUNK):
        rows = slice(start, start + CHUNK)
        sheets: list[list[str]] = [[] for _ in TABLES]
        for life, *values in zip(
            edition.life[rows].tolist(),
            range(first.report + start, first.report + start + CHUNK),
            event_ids[rows].tolist(),
            person_ids[rows].tolist(),
            edition.shift[rows].tolist(),
            _degrees(edition.lat[rows]),
            _degrees(edition.lng[rows]),
            edition.cell[rows].tolist(),
            _degrees(edition.public_lat[rows]),
            _degrees(edition.public_lng[rows]),
            _or_null(edition.public_cell[rows], 0),
            _codes(first.report + start, min(CHUNK, len(edition) - start), made.code_key),
            _or_null(edition.row_of_earlier[rows], first.report),
            _or_null(edition.row_of_head[rows], first.report),
            _codes_of(edition.row_of_head[rows], first.report, made.code_key),
            strict=False,
        ):
            stencil = made.stencils[life]
            if stencil.days:
                values += days.written(stencil.days, values[3])
            stencil.press(values, sheets)
        yield {name: "".join(sheet) for name, sheet in zip(TABLES, sheets, strict=True)}


class _Calendar:
    """Days as they are written, each made once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], str] = {}

    def written(self, days: list[tuple[str, int]], shift: int) -> list[str]:
        weeks = round(shift / (7 * 86_400)) * 7
        return [self._one(form, day + weeks) for form, day in days]

    def _one(self, form: str, day: int) -> str:
        key = form, day
        if key not in self._known:
            self._known[key] = date.fromordinal(day).strftime(form)
        return self._known[key]


def _degrees(values: Any) -> list[str]:
    return [NULL if one != one else f"{one:.6f}" for one in values.tolist()]


def _or_null(values: Any, more: int) -> list[Any]:
    """Numbers counted from `more` on; the text of nothing where there is none."""
    return [_Nothing if one < 0 else one + more for one in values.tolist()]


class _NothingType:
    """A blank that stays empty, whatever is added to it."""

    def __add__(self, more: Any) -> str:
        return NULL


_Nothing = _NothingType()


def _codes(first: int, count: int, key: bytes) -> list[str]:
    return [codes.code_of(id, key) for id in range(first, first + count)]


def _codes_of(rows: Any, first: int, key: bytes) -> list[str]:
    return ["" if row < 0 else codes.code_of(first + row, key) for row in rows.tolist()]


# --- the database -----------------------------------------------------------------------------------------------------


def _copy(texts: _Texts, columns: dict[str, tuple[str, ...]]) -> None:
    driver: Any = db.session.connection().connection.driver_connection  # psycopg's own, for COPY
    with driver.cursor() as cursor:
        for name in TABLES:
            if texts[name]:
                names = ", ".join(f'"{column}"' for column in columns[name])
                with cursor.copy(f'COPY "{name}" ({names}) FROM STDIN'.encode()) as copy:
                    copy.write(texts[name])


def _insert(texts: _Texts, columns: dict[str, tuple[str, ...]]) -> None:
    for name in TABLES:
        if texts[name]:
            insert_rows(name, columns[name], rows_in(texts[name]))


@contextmanager
def _set_aside_on_sqlite(step: Callable[[str], None]) -> Iterator[None]:
    """Indexes and triggers are dropped, and made again as they were; the text that is searched is read anew."""
    session = db.session
    with_room()
    found = session.execute(text(_ON_SQLITE))
    kept = [(kind, name, sql) for kind, name, table, sql in found if table in TABLES]
    for kind, name, _sql in kept:
        session.execute(text(f'DROP {kind} "{name}"'))
    yield
    for number, (_kind, _name, sql) in enumerate(kept, 1):
        step(f"Index {number} of {len(kept)}")
        session.connection().exec_driver_sql(sql)
    step("Search")
    for (name,) in session.execute(text(_SEARCHED)).all():
        session.execute(text(f"INSERT INTO {name}({name}) VALUES ('rebuild')"))  # nosec B608 - a table of ours


_SEARCHED = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE % USING fts5(%'"
_ON_SQLITE = """
    SELECT type, name, tbl_name, sql FROM sqlite_master
    WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, name"""


@contextmanager
def _set_aside_on_postgresql(step: Callable[[str], None]) -> Iterator[None]:
    """Indexes and foreign keys of the tables that are written are dropped, and made again as they were."""
    session = db.session
    for setting in ("synchronous_commit = off", "maintenance_work_mem = '1GB'", "statement_timeout = 0"):
        session.execute(text(f"SET LOCAL {setting}"))
    ours = {str(index.name): index for table in Base.metadata.tables.values() for index in table.indexes}
    keys = session.execute(text(_KEYS), {"tables": list(TABLES)}).all()
    indexes = session.execute(text(_INDEXES), {"tables": list(TABLES)}).all()
    counted = session.execute(text(_COUNTED), {"tables": list(TABLES)}).all()
    for table, name, _definition in keys:
        session.execute(text(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"'))
    for _table, name, _definition in indexes:
        session.execute(text(f'DROP INDEX "{name}"'))
    yield
    for number, (_table, name, definition) in enumerate(indexes, 1):
        step(f"Index {number} of {len(indexes)}")
        # as the model says it where it does: what PostgreSQL tells of a condition comes back in other words each time
        session.execute(CreateIndex(ours[name]) if name in ours else text(definition.replace(":", "\\:")))
    for name, column, words in counted:
        session.execute(text(f'ALTER INDEX "{name}" ALTER COLUMN {column} SET STATISTICS {words}'))
    for number, (table, name, definition) in enumerate(keys, 1):
        step(f"Key {number} of {len(keys)}")
        session.execute(text(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}'))


_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype IN ('f', 'u') AND conrelid::regclass::text = ANY(:tables) ORDER BY contype DESC, conname"""
_INDEXES = """
    SELECT tablename, indexname, indexdef FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = ANY(:tables)
    AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY tablename, indexname"""
_COUNTED = """
    SELECT index.relname, attnum, attstattarget FROM pg_attribute
    JOIN pg_class AS index ON index.oid = attrelid JOIN pg_index ON indexrelid = attrelid
    WHERE indrelid::regclass::text = ANY(:tables) AND attstattarget >= 0"""


_RING = {"ring": "vacuum_buffer_usage_limit"}


def _vacuum() -> None:
    """Outside any transaction: pages just written are looked at once, so that indexes alone can answer."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # of pages just written it need not write each 2 MB back before it takes the next; PostgreSQL 15 has no choice
        connection.execute(text("SELECT set_config(name, '128MB', false) FROM pg_settings WHERE name = :ring"), _RING)
        for name in (*TABLES, "map_count", "day_figure", "unit_count"):
            connection.execute(text(f'VACUUM (ANALYZE) "{name}"'))
