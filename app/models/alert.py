"""Who wants to hear of new reports around a place, and of which they have not heard yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Key, PrimaryKey
from app.models.choices import Cadence


class Alert(Base):
    """One person's wish: a ward, or a circle around a point; some categories or all."""

    __tablename__ = "alert"
    __table_args__ = (Index("ix_alert_person_id", "person_id"), Index("ix_alert_ward_id", "ward_id"))

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ward_id: Mapped[int | None] = mapped_column(ForeignKey("ward.id"))
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    radius_m: Mapped[int | None]
    categories: Mapped[list[Any]] = mapped_column(default=list)  # codes; empty means every category
    cadence: Mapped[Cadence]
    quiet_from: Mapped[int | None]  # hours of the city's day in which no letter goes out, from … until
    quiet_until: Mapped[int | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    next_at: Mapped[datetime]  # not before then another letter


class AlertCell(Base):
    """The cells of zoom 13 that a circle touches, so that a report finds the circles around it by one look."""

    __tablename__ = "alert_cell"

    cell: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), primary_key=True, autoincrement=False)


class AlertHit(Base):
    """A report that an alert asked for; told once."""

    __tablename__ = "alert_hit"
    __table_args__ = (
        Index(
            "ix_alert_hit_untold",
            "alert_id",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
        Index("ix_alert_hit_report_id", "report_id"),
    )

    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), primary_key=True, autoincrement=False)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True, autoincrement=False)
    found_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
