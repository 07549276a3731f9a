"""The map in squares: each tile is a grid of 8×8 groups that are numbers, or a single report.

One query; a second only where a single report has a step that the public is not shown yet.

A group of one *is* its report. Wide views are sums of the roll-up, whatever status, category, ward and months are asked
for; near ones are counted from the rows, inside the index. In between the roll-up tells how many rows the tile has, and
the same statement sums or counts: many stay a sum, few are counted, so that a quiet district shows its reports early.
A near tile in which very many lie is a sum of few large squares.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    not_,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from app.domain import geo, remembered, settling
from app.domain.composed import composed
from app.domain.errors import NotFound
from app.domain.figures import ALL, LEVELS, MAP_COLUMNS, MONTH_LEVELS, POINTLESS, WARD_LEVEL, month_of
from app.domain.public_filters import (
    Filters,
    category_ids,
    conditions,
    months_between,
    newest,
    parameters,
    values_of_newest,
)
from app.extensions import db
from app.models import MapCount, Report, now
from app.models.choices import CLASS_OF, OPEN, Severity, Status, StatusClass

PIXELS = 256  # a tile is so many units wide; a single report says where it is in them
GRID = 1 << geo.GRID_BITS
SQUARES = GRID * GRID
ROLLED_UP_TO = 11  # the deepest zoom that is always answered by the roll-up
SUMMED_UP_TO = LEVELS[-1] - geo.GRID_BITS  # the deepest zoom of which the roll-up knows the whole grid
COARSE_UP_TO = LEVELS[-1]  # so deep a tile can be a sum of large squares, where it is dense
DENSE = 8_000  # reports of a tile, wanted or not: counting so many rows takes some 2 ms
FEW = 1_000  # reports of a tile, wanted or not: so many rows are counted in a moment
NEWEST = 500  # what a search for words draws
YEARS_BACK = 10  # how far "until that month" reaches, where the roll-up answers

# Does a square hold a report with a step that the public is not shown yet? They are few, by an index of their own.
_IS_HELD: ColumnElement[int] = literal_column(
    "max(CASE WHEN report.id IN (SELECT held.id FROM report AS held WHERE held.settles_at IS NOT NULL)"
    " THEN 1 ELSE 0 END)"
)
_ALL: ColumnElement[int] = literal_column(str(ALL))  # what never changes is no value to send with each statement
_from_north_west = attrgetter("row", "column")
_STATUSES_OPEN = ", ".join(f"'{status.value}'" for status in OPEN)


class Group(NamedTuple):
    """What a square of the grid holds. `code`, `letter` and the exact `x`, `y` stand only where it is one report."""

    column: int
    row: int
    n: int
    n_open: int
    code: str = ""
    letter: str = ""
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """One report of a search, by its public point."""

    lat: float
    lng: float
    code: str
    letter: str


def groups(z: int, x: int, y: int, filters: Filters) -> list[Group]:
    """At most 64 groups of a tile, from the north-west on. NotFound for a tile that does not exist.

    A tile knows no words: a search is drawn as `points`.
    """
    try:
        lo, hi = geo.tile_range(z, x, y)
    except ValueError:
        raise NotFound(_l("There is no such tile.")) from None
    rows = _answer(z, filters, _values(z, lo, hi, filters))
    if z <= ROLLED_UP_TO:
        found = [_summed(z, square, n, n_open) for square, n, n_open in rows if n]
    else:
        instead = settling.shown_instead([row.id for row in rows if row.is_held and row.n == 1], now())
        found = [
            _counted(z, row, instead) if row.id else _summed(z, row.square, row.n, row.n_open) for row in rows if row.n
        ]
    return sorted(found, key=_from_north_west)


_Statement = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


def _answer(z: int, filters: Filters, values: dict[str, Any]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of a tile's statement, which is composed once for all filters of a shape."""
    asked = composed(("tile", z, filters.shape), values, lambda: statement(z, filters))
    with db.engine.connect() as connection:
        return connection.execute(asked, values).all()


def statement(z: int, filters: Filters) -> _Statement:
    """Wide views ask the roll-up, near ones the rows; in between whichever the tile's own row of the roll-up says."""
    if z <= ROLLED_UP_TO:
        return _from_roll_up(z, filters)
    lo, hi = (bindparam(name, type_=Report.public_cell.type) for name in ("lo", "hi"))
    if z > COARSE_UP_TO:
        return _from_rows(z, filters, hi)
    is_countable = _rows_of_tile(z, filters) <= bindparam("countable")
    until = case((is_countable, hi), else_=lo)  # else no row is read at all
    return union_all(_from_rows(z, filters, until), _as_rows(_from_roll_up(z, filters).where(not_(is_countable))))


def _from_rows(z: int, filters: Filters, until: ColumnElement[int]) -> Select[*tuple[Any, ...]]:
    """One range of cells, from `lo` on, grouped by the square of the grid."""
    square: ColumnElement[int] = literal_column(f"report.public_cell >> {geo.grid_shift(z)}")
    n_open: ColumnElement[int] = func.sum(
        literal_column(f"CASE WHEN report.status IN ({_STATUSES_OPEN}) THEN 1 ELSE 0 END")
    )
    return (
        select(
            square.label("square"),
            func.count().label("n"),
            n_open.label("n_open"),
            func.min(Report.id).label("id"),
            func.min(Report.public_cell).label("cell"),
            func.min(Report.status).label("status"),
            func.min(Report.severity).label("severity"),
            _IS_HELD.label("is_held"),
        )
        .where(
            Report.public_cell >= bindparam("lo"),
            Report.public_cell < until,
            *conditions(filters, by_cell=True),
        )
        .group_by(square)
    )


def _from_roll_up(z: int, filters: Filters) -> Select[*tuple[Any, ...]]:
    level = _level(z, filters)
    square: ColumnElement[int] = literal_column(f"map_count.cell >> {max(0, 2 * (level - z - geo.GRID_BITS))}")
    n_open = func.sum(MapCount.n_open) if StatusClass.OPEN in filters.classes else literal_column("0")
    categories: BindParameter[int] = bindparam("category_ids", expanding=True)
    months: BindParameter[int] = bindparam("months", expanding=True)
    return (
        select(square.label("square"), _wanted_sum(filters).label("n"), n_open.label("n_open"))
        .where(
            MapCount.level == literal_column(str(level)),
            MapCount.category_id.in_(categories) if filters.categories else MapCount.category_id == _ALL,
            MapCount.ward_id == bindparam("ward_id"),
            MapCount.month.in_(months) if filters.first or filters.last else MapCount.month == _ALL,
            MapCount.cell >= bindparam("rolled_lo"),
            MapCount.cell < bindparam("rolled_hi"),
        )
        .group_by(square)
    )


def _as_rows(sums: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With the other columns of `_from_rows`: a sum is no report."""
    return sums.add_columns(null(), null(), null(), null(), literal_column("0"))


def _rows_of_tile(z: int, filters: Filters) -> ColumnElement[int]:
    """How many rows lie in the tile within the index that counts them, whichever category, ward and month is asked."""
    whole = aliased(MapCount)
    held = whole.n_open if filters.is_open_only else whole.n_open + whole.n_done + whole.n_declined
    one = (whole.level == literal_column(str(z)), whole.category_id == _ALL, whole.ward_id == _ALL, whole.month == _ALL)
    found: ColumnElement[int] = func.coalesce(
        select(held).where(*one, whole.cell == bindparam("tile")).scalar_subquery(), literal_column("0")
    )
    return found


def _values(z: int, lo: int, hi: int, filters: Filters) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if z <= COARSE_UP_TO:
        found |= _values_of_roll_up(z, lo, hi, filters)
    if z > ROLLED_UP_TO:
        found |= {"lo": lo, "hi": hi, **parameters(filters)}
    if ROLLED_UP_TO < z <= COARSE_UP_TO:
        tile = lo >> 2 * (geo.CELL_ZOOM - z)  # the cell of the roll-up that is this tile
        found |= {"tile": tile, "countable": FEW if z <= SUMMED_UP_TO else DENSE}
    return found


def _values_of_roll_up(z: int, lo: int, hi: int, filters: Filters) -> dict[str, Any]:
    down = 2 * (geo.CELL_ZOOM - _level(z, filters))
    return {
        **({"category_ids": category_ids(filters)} if filters.categories else {}),
        "ward_id": filters.city.wards[filters.ward].id if filters.ward else ALL,
        **({"months": _wanted_months(filters)} if filters.first or filters.last else {}),
        "rolled_lo": lo >> down,
        "rolled_hi": hi >> down,
    }


def _level(z: int, filters: Filters) -> int:
    """The coarsest level of the roll-up that knows what is asked and is fine enough for the grid; else the finest."""
    if filters.ward:
        return WARD_LEVEL
    levels = MONTH_LEVELS if filters.first or filters.last else LEVELS
    return next((level for level in levels if level >= z + geo.GRID_BITS), levels[-1])


def _wanted_months(filters: Filters) -> list[int]:
    last = filters.last or now().astimezone(ZoneInfo(filters.city.timezone)).date()
    first = filters.first or date(last.year - YEARS_BACK, last.month, 1)
    return [month_of(day) for day in months_between(first, last)]


def _wanted_sum(filters: Filters) -> ColumnElement[int]:
    """How many reports of the asked classes the rolled-up rows hold."""
    wanted = [getattr(MapCount, name) for one, name in MAP_COLUMNS.items() if one in filters.classes]
    return func.sum(sum(wanted[1:], wanted[0]))


def _wanted_categories(filters: Filters) -> list[int]:
    return category_ids(filters) if filters.categories else [ALL]


def _counted(z: int, row: Any, instead: dict[int, Report]) -> Group:
    """A square. Its numbers are those of the rows; a single report has the shape that the public is shown."""
    column, line = _place(row.square % SQUARES, 0)
    if row.n > 1:
        return Group(column, line, row.n, row.n_open)
    x, y = _within_tile(row.cell, z)
    drawn = instead.get(row.id, row)
    return Group(column, line, 1, row.n_open, remembered.code_of(row.id), letter_of(drawn.status, drawn.severity), x, y)


def _summed(z: int, square: int, n: int, n_open: int) -> Group:
    return Group(*_place(square % SQUARES, max(0, z - SUMMED_UP_TO)), n, n_open)


@cache
def _place(square: int, bits: int) -> tuple[int, int]:
    """Column and row of a square; one that is larger by so many bits than the grid's stands at its middle."""
    column, line = geo.position_in_tile(square, 0)
    half = 1 << bits >> 1
    return ((column << bits) | half) % GRID, ((line << bits) | half) % GRID


def _within_tile(cell: int, z: int) -> tuple[int, int]:
    """Where a cell lies in its tile of zoom z, 0 … 255 from the west and from the north."""
    x, y = geo.tile_of(cell, geo.CELL_ZOOM)
    side = 1 << (geo.CELL_ZOOM - z)
    return x % side * PIXELS // side, y % side * PIXELS // side


def letter_of(status: Status, severity: Severity) -> str:
    """One of the five shapes of a pin that `static/js/map_pins.js` draws: u(rgent), o(pen), w(aiting), d(one), x."""
    kind = CLASS_OF[status]
    if kind is StatusClass.DONE:
        return "d"
    if kind is not StatusClass.OPEN:
        return "x"
    if status in (Status.WAITING, Status.PLANNED):
        return "w"
    return "u" if severity is Severity.URGENT else "o"


def as_json(found: Iterable[Group]) -> str:
    """The wire format. A number: [square 0 … 63, how many, how many of them open]; a report: [x, y, code, letter].

    x and y are 0 … 255 from the tile's north-west corner; the roll-up's single reports are numbers too.
    """
    rows: list[list[Any]] = [
        [one.x, one.y, one.code, one.letter] if one.code else [one.row * GRID + one.column, one.n, one.n_open]
        for one in found
    ]
    return json.dumps(rows, separators=(",", ":"))


def points(filters: Filters, limit: int = NEWEST) -> tuple[list[Point], bool]:
    """The newest reports as points, and whether there are more than `limit`."""

    def compose() -> Select[*tuple[Any, ...]]:
        columns = select(Report.id, Report.public_lat, Report.public_lng, Report.code, Report.status, Report.severity)
        columns = columns.add_columns(Report.settles_at)
        return newest(columns, filters, Report.public_cell.is_not(None), limit=limit + 1)

    values = values_of_newest(filters, None)
    rows = db.session.execute(composed(("points", filters.shape, limit), values, compose), values).all()
    instead = settling.shown_instead([row.id for row in rows if row.settles_at is not None], now())
    return [_point(instead.get(row.id, row)) for row in rows[:limit]], len(rows) > limit


def _point(report: Any) -> Point:
    letter = letter_of(report.status, report.severity)
    return Point(round(report.public_lat, 6), round(report.public_lng, 6), report.code, letter)


def pointless(filters: Filters) -> dict[int, int]:
    """By ward: public reports of these classes and categories that show the ward only, and stand in its badge."""
    statement = (
        select(MapCount.cell, _wanted_sum(filters))
        .where(MapCount.level == POINTLESS, MapCount.category_id.in_(_wanted_categories(filters)))
        .group_by(MapCount.cell)
    )
    return {ward_id: int(n) for ward_id, n in db.session.execute(statement) if n}


__all__ = ["Group", "Point", "as_json", "groups", "letter_of", "pointless", "points", "statement"]
