"""Counters, roll-ups and day figures: written by `domain.figures.apply` in the report's transaction, nowhere else; and
what is reckoned from time to time."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Key
from app.models.choices import Status


class UnitCount(Base):
    """How many reports a unit holds in each status: the badges."""

    __tablename__ = "unit_count"

    unit_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    status: Mapped[Status] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(default=0)


class MapCount(Base):
    """Public reports per cell of a zoom level, category, ward and month (0: all of them): wide views, filtered or not,
    without counting rows.

    Zooms 12–16 stand for the whole city and all time, 13, 15 and 16 by month, 16 by ward and by ward and month. Level 0
    counts by ward (`cell` is the ward's id); level -1 counts there only those without a public point of their own,
    which stand in the ward's badge and nowhere on the map.
    """

    __tablename__ = "map_count"

    level: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    ward_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    month: Mapped[int] = mapped_column(primary_key=True)  # 202511
    cell: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    n_open: Mapped[int] = mapped_column(default=0)
    n_done: Mapped[int] = mapped_column(default=0)
    n_declined: Mapped[int] = mapped_column(default=0)


class DayFigure(Base):
    """One row per local day, dimension (city, unit, ward, category) and key. Sums answer every public number."""

    __tablename__ = "day_figure"
    __table_args__ = (Index("ix_day_figure_key", "dimension", "key", "on"),)

    on: Mapped[date] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    filed: Mapped[int] = mapped_column(default=0)
    received: Mapped[int] = mapped_column(default=0)
    received_on_time: Mapped[int] = mapped_column(default=0)
    resolved: Mapped[int] = mapped_column(default=0)
    resolved_on_time: Mapped[int] = mapped_column(default=0)
    fixed: Mapped[int] = mapped_column(default=0)
    declined: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    rated: Mapped[int] = mapped_column(default=0)
    rated_well: Mapped[int] = mapped_column(default=0)  # satisfied or acceptable


class FixTime(Base):
    """Half of the `n` reports of a category in a ward (0: the whole city) that were fixed in the last twelve months
    were fixed within `half_s` seconds. A job writes it; no row where they are few."""

    __tablename__ = "fix_time"

    category_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    ward_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    n: Mapped[int]
    half_s: Mapped[int]
