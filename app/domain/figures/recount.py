"""What the figures should be, summed by the database from the reports themselves: a second telling, in SQL, of what
`totals.py` adds report by report. `verify` holds the two against each other.

The statements are put together from names of our own tables, columns and choices; nobody's input is in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text

from app.domain.city import store
from app.domain.figures.totals import (
    ALL,
    BY_WARD,
    DAY_COLUMNS,
    DAY_KEYS,
    LEVELS,
    MAP_COLUMNS,
    MAP_KEYS,
    MONTH_LEVELS,
    POINTLESS,
    UNIT_KEYS,
    WARD_LEVEL,
    Key,
)
from app.extensions import db
from app.models import Report, now
from app.models.choices import CLASS_OF, StatusClass

MOST_TOLD = 200  # differences of one table
_FINEST = 2 * (24 - WARD_LEVEL)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not the sum of its rows."""

    table: str
    key: Key
    stands: dict[str, int]
    should_be: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Sum:
    """One table of figures and the statement that sums its rows anew."""

    table: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    statement: str

    @property
    def names(self) -> str:
        return ", ".join(f'"{name}"' for name in (*self.keys, *self.columns))


def verify() -> list[Difference]:
    """Every figure that is not the sum of its rows, at most MOST_TOLD a table; empty when all are right."""
    return [difference for one in _sums() for difference in _differences(one)]


def rebuild() -> None:
    """Write every figure anew from the rows, in the caller's transaction."""
    for one in _sums():
        db.session.execute(text(f"DELETE FROM {one.table}"))  # nosec B608
        sums = f"SELECT {one.names} FROM ({one.statement}) AS x"  # nosec B608
        db.session.execute(text(f"INSERT INTO {one.table} ({one.names}) {sums}"))  # nosec B608


def _differences(one: _Sum) -> list[Difference]:
    """What stands and should not, and what should and does not, put together by key. Rows of nothing are nothing."""
    some = " OR ".join(f"{name} <> 0" for name in one.columns)
    stands = f"SELECT {one.names} FROM {one.table} WHERE {some}"  # nosec B608
    should = f"SELECT {one.names} FROM ({one.statement}) AS x"  # nosec B608
    found: dict[Key, list[dict[str, int]]] = {}
    for side, (ours, theirs) in enumerate(((stands, should), (should, stands))):
        only = f"SELECT * FROM ({ours}) AS a EXCEPT SELECT * FROM ({theirs}) AS b LIMIT {MOST_TOLD}"  # nosec B608
        for row in db.session.execute(text(only)):
            key, numbers = tuple(row[: len(one.keys)]), [int(n) for n in row[len(one.keys) :]]
            nothing = dict.fromkeys(one.columns, 0)
            found.setdefault(key, [nothing, nothing])[side] = dict(zip(one.columns, numbers, strict=True))
    return [Difference(one.table, key, was, should_be) for key, (was, should_be) in found.items()]


def _sums() -> tuple[_Sum, ...]:
    known = offsets(ZoneInfo(store.current().timezone), *_span())
    local = LocalTime(db.session.get_bind().dialect.name, known)
    units = "SELECT unit_id, status, count(*) AS n FROM report GROUP BY unit_id, status"
    return (
        _Sum("unit_count", UNIT_KEYS, ("n",), units),
        _Sum("map_count", MAP_KEYS, tuple(MAP_COLUMNS.values()), _map_sum(local)),
        _Sum("day_figure", DAY_KEYS, DAY_COLUMNS, _day_sum(local)),
    )


# --- the map ----------------------------------------------------------------------------------------------------------


def _map_sum(local: LocalTime) -> str:
    """Reports are grouped once by their finest square, ward, category and month; every level is a sum of those."""
    numbers = ", ".join(f"sum(CASE WHEN {_is(one)} THEN 1 ELSE 0 END) AS {name}" for one, name in MAP_COLUMNS.items())
    names = ", ".join(MAP_COLUMNS.values())
    shown = " OR ".join(_is(one) for one in MAP_COLUMNS)
    return f"""
        WITH finest AS (
            SELECT public_cell >> {_FINEST} AS cell, ward_id, category_id, {local.month("filed_at")} AS month, {numbers}
            FROM report WHERE publication <> 'none' AND ({shown}) GROUP BY 1, 2, 3, 4
        ), counted AS (
            SELECT cell, ward_id, category_id, month, {names} FROM finest
            UNION ALL SELECT cell, ward_id, {ALL}, month, {names} FROM finest
        )
        {" UNION ALL ".join(_level(*one) for one in _squares())}"""  # nosec B608


def _squares() -> Iterator[tuple[int, str, str, str, str]]:
    """Level, ward, month and cell of each kind of square, as SQL, and which rows lie in one."""
    placed = "cell IS NOT NULL"
    yield BY_WARD, f"{ALL}", f"{ALL}", "ward_id", "1 = 1"
    yield POINTLESS, f"{ALL}", f"{ALL}", "ward_id", "cell IS NULL"
    for level in LEVELS:
        yield level, f"{ALL}", f"{ALL}", _cell(level), placed
    for level in MONTH_LEVELS:
        yield level, f"{ALL}", "month", _cell(level), placed
    yield WARD_LEVEL, "ward_id", f"{ALL}", "cell", placed
    yield WARD_LEVEL, "ward_id", "month", "cell", placed


def _level(level: int, ward: str, month: str, cell: str, where: str) -> str:
    numbers = ", ".join(f"sum({name}) AS {name}" for name in MAP_COLUMNS.values())
    return (
        f"SELECT {level} AS level, category_id, {ward} AS ward_id, {month} AS month, {cell} AS cell, {numbers} "
        f"FROM counted WHERE {where} GROUP BY 2, 3, 4, 5"  # nosec B608
    )


def _cell(level: int) -> str:
    return f"cell >> {2 * (WARD_LEVEL - level)}"


def _is(wanted: StatusClass) -> str:
    return "status IN ({})".format(", ".join(f"'{status}'" for status, one in CLASS_OF.items() if one is wanted))


# --- days -------------------------------------------------------------------------------------------------------------

_DIMENSIONS = (("city", "0"), ("unit", "unit_id"), ("ward", "ward_id"), ("category", "category_id"))
_FACTS = {  # by the moment that gives the day: which rows count, and what each adds to
    "filed_at": ("status <> 'held'", {"filed": "1 = 1", "reopened": "reopened > 0"}),
    "received_at": (
        "status <> 'held' AND received_at IS NOT NULL",
        {"received": "1 = 1", "received_on_time": "received_at <= receive_due_at"},
    ),
    "resolved_at": (
        f"resolved_at IS NOT NULL AND ({_is(StatusClass.DONE)} OR {_is(StatusClass.DECLINED)})",
        {
            "resolved": _is(StatusClass.DONE),
            "resolved_on_time": f"{_is(StatusClass.DONE)} AND NOT is_late",
            "fixed": f"{_is(StatusClass.DONE)} AND outcome = 'fixed'",
            "declined": _is(StatusClass.DECLINED),
            "rated": f"{_is(StatusClass.DONE)} AND rating IS NOT NULL",
            "rated_well": f"{_is(StatusClass.DONE)} AND rating IN ('satisfied', 'acceptable')",
        },
    ),
}


def _day_sum(local: LocalTime) -> str:
    """Reports are grouped once by day, unit, ward and category; every dimension is a sum of those."""
    parts = []
    for moment, (where, adds) in _FACTS.items():
        numbers = ", ".join(
            f"sum(CASE WHEN {adds[name]} THEN 1 ELSE 0 END) AS {name}" if name in adds else f"0 AS {name}"
            for name in DAY_COLUMNS
        )
        what = f"{local.day(moment)} AS day, unit_id, ward_id, category_id, {numbers}"
        parts.append(f"SELECT {what} FROM report WHERE {where} GROUP BY 1, 2, 3, 4")  # nosec B608
    sums = ", ".join(f"sum({name}) AS {name}" for name in DAY_COLUMNS)
    some = " OR ".join(f"sum({name}) <> 0" for name in DAY_COLUMNS)
    dimensions = (
        f"""SELECT {local.date("day")} AS "on", '{name}' AS dimension, {key} AS "key", {sums}
            FROM facts GROUP BY 1, 2, 3 HAVING {some}"""  # nosec B608
        for name, key in _DIMENSIONS
    )
    return f"WITH facts AS ({' UNION ALL '.join(parts)}) {' UNION ALL '.join(dimensions)}"


# --- local time -------------------------------------------------------------------------------------------------------


class LocalTime:
    """The city's days and months of a column of epoch seconds, in SQL. A database need not know the zone: its offsets
    and the moments at which they change are written into the statement."""

    def __init__(self, dialect: str, known: list[tuple[int, int]]) -> None:
        self.is_postgresql = dialect == "postgresql"
        self._offsets = known

    def day(self, column: str) -> str:
        """Days since 1970-01-01."""
        return f"(({column} + {self._offset(column)}) / 86400)"

    def month(self, column: str) -> str:
        """A number like 202511."""
        if self.is_postgresql:
            return f"CAST(to_char({self.date(self.day(column))}, 'YYYYMM') AS INTEGER)"
        return f"CAST(strftime('%Y%m', {self.day(column)} * 86400, 'unixepoch') AS INTEGER)"

    def date(self, day: str) -> str:
        if self.is_postgresql:
            return f"(DATE '1970-01-01' + CAST({day} AS INTEGER))"
        return f"date({day} * 86400, 'unixepoch')"

    def _offset(self, column: str) -> str:
        *earlier, (_, last) = self._offsets
        if not earlier:
            return str(last)
        cases = " ".join(f"WHEN {column} < {until} THEN {offset}" for until, offset in earlier)
        return f"(CASE {cases} ELSE {last} END)"


def _span() -> tuple[datetime, datetime]:
    first = db.session.scalar(select(func.min(Report.filed_at)))
    last = db.session.scalar(select(func.max(Report.updated_at)))
    here = now()
    return first or here, (last or here) + timedelta(days=1)


def offsets(zone: ZoneInfo, first: datetime, last: datetime) -> list[tuple[int, int]]:
    """Seconds east of UTC within these moments: (until when, how many), the last one open."""
    found: list[tuple[int, int]] = []
    at, offset = first, _east(zone, first)
    while at < last:
        following = at + timedelta(days=1)
        if (changed := _east(zone, following)) != offset:
            found.append((_change(zone, at, following), offset))
            offset = changed
        at = following
    return [*found, (0, offset)]


def _east(zone: ZoneInfo, at: datetime) -> int:
    shift = at.astimezone(zone).utcoffset()
    return int(shift.total_seconds()) if shift else 0


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> int:
    """The second at which the offset of `after` begins."""
    low, high, new = int(before.timestamp()), int(after.timestamp()), _east(zone, after)
    while high - low > 1:
        middle = (low + high) // 2
        if _east(zone, datetime.fromtimestamp(middle, UTC)) == new:
            high = middle
        else:
            low = middle
    return high
