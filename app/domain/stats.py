"""The public numbers: sums of day figures and counters, each with what it is a part of. No report is counted here
but the overdue ones, which are a fact about the clock and change with every minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from app.domain.city import store
from app.domain.figures import ALL, BY_WARD, DAY_COLUMNS
from app.domain.public_filters import month_after
from app.extensions import db
from app.models import DayFigure, MapCount, Report, UnitCount, now
from app.models.choices import OPEN, Status
from app.models.report import is_open, is_public

DAYS = 30
MONTHS = 12
CITY, UNIT, WARD, CATEGORY = "city", "unit", "ward", "category"


@dataclass(frozen=True, slots=True)
class Sums:
    """What happened in some days. `x_on_time` and `fixed` are parts of `received` and `resolved`."""

    filed: int = 0
    received: int = 0
    received_on_time: int = 0
    resolved: int = 0
    resolved_on_time: int = 0
    fixed: int = 0
    declined: int = 0
    reopened: int = 0
    rated: int = 0
    rated_well: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    sums: Sums


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of the city, a unit or a ward: the last 30 days, the last 12 months (this one is not over), and how it stands."""

    since: date
    last_days: Sums
    months: tuple[Month, ...]  # oldest first
    open: int
    overdue: int


def today() -> date:
    """The city's local day."""
    return now().astimezone(ZoneInfo(store.current().timezone)).date()


def of(dimension: str, key: int = 0) -> Numbers:
    """The numbers of the city, of the unit or of the ward with this id: three queries."""
    on = today()
    first = _months_before(on.replace(day=1), MONTHS - 1)
    statement = select(DayFigure).where(DayFigure.dimension == dimension, DayFigure.key == key, DayFigure.on >= first)
    days = db.session.scalars(statement).all()
    since = on - timedelta(days=DAYS - 1)
    months = []
    month = first
    while month <= on:
        months.append(Month(month, _sum(day for day in days if day.on.replace(day=1) == month)))
        month = month_after(month)
    recent = _sum(day for day in days if day.on >= since)
    return Numbers(since, recent, tuple(months), _open(dimension, key), _overdue(dimension, key))


def by_key(dimension: str) -> dict[int, Sums]:
    """The last 30 days of every unit or ward that had any: one query."""
    since = today() - timedelta(days=DAYS - 1)
    columns = [func.sum(getattr(DayFigure, name)).label(name) for name in DAY_COLUMNS]
    statement = (
        select(DayFigure.key, *columns)
        .where(DayFigure.dimension == dimension, DayFigure.on >= since)
        .group_by(DayFigure.key)
    )
    return {row[0]: Sums(*(int(n) for n in row[1:])) for row in db.session.execute(statement)}


@dataclass(frozen=True, slots=True)
class MonthOf:
    """A month of the city, a unit, a ward or a category; `key` is its id, 0 for the city."""

    first: date
    dimension: str
    key: int
    sums: Sums


def by_month() -> list[MonthOf]:
    """The last 12 months of everything that had any, oldest first: one query."""
    this = today().replace(day=1)
    starts = [_months_before(this, back) for back in range(MONTHS, -1, -1)][1:]
    which = case(*((DayFigure.on < following, at) for at, following in enumerate(starts[1:])), else_=MONTHS - 1)
    columns = [func.sum(getattr(DayFigure, name)).label(name) for name in DAY_COLUMNS]
    statement = (
        select(which.label("month"), DayFigure.dimension, DayFigure.key, *columns)
        .where(DayFigure.on >= starts[0])
        .group_by("month", DayFigure.dimension, DayFigure.key)
        .order_by("month", DayFigure.dimension, DayFigure.key)
    )
    rows = db.session.execute(statement)
    return [MonthOf(starts[row[0]], row[1], row[2], Sums(*(int(n) for n in row[3:]))) for row in rows]


def _sum(days: Iterable[DayFigure]) -> Sums:
    total: Counter[str] = Counter()
    for day in days:
        for name in DAY_COLUMNS:
            total[name] += getattr(day, name)
    return Sums(**total)


def _months_before(month: date, count: int) -> date:
    at = month.year * 12 + month.month - 1 - count
    return date(at // 12, at % 12 + 1, 1)


def _open(dimension: str, key: int) -> int:
    """What is open now, from the counters. A ward counts what is public; units and the city count everything."""
    if dimension == WARD:
        statement = select(MapCount.n_open).where(
            MapCount.level == BY_WARD, MapCount.category_id == ALL, MapCount.cell == key
        )
    else:
        statement = select(func.sum(UnitCount.n)).where(UnitCount.status.in_(OPEN))
        if dimension == UNIT:
            statement = statement.where(UnitCount.unit_id == key)
    return int(db.session.scalar(statement) or 0)


def open_by_ward() -> dict[int, int]:
    """How many public reports are open now, by ward id; wards without any are left out. One query."""
    counted = select(MapCount.cell, MapCount.n_open).where(
        MapCount.level == BY_WARD, MapCount.category_id == ALL, MapCount.n_open > 0
    )
    return {row.cell: row.n_open for row in db.session.execute(counted)}


def _overdue(dimension: str, key: int) -> int:
    """Open reports whose running promise has passed; a clock that stands still is not late."""
    late = select(func.count()).where(is_open(), Report.due_at < now(), Report.status != Status.WAITING)
    if dimension == UNIT:
        late = late.where(Report.unit_id == key)
    if dimension == WARD:
        late = late.where(Report.ward_id == key, is_public())
    return int(db.session.scalar(late.select_from(Report)) or 0)
