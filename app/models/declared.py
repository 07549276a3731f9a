"""What the city declares for an area and some hours, and who did: the log of it is append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Key, PrimaryKey
from app.models.choices import DeclaredKind
from app.models.localized import Localized


class Declared(Base):
    """Who declared, changed or ended what, and when. `data` holds codes and moments."""

    __tablename__ = "declared"
    __table_args__ = (Index("ix_declared_about", "about", "id"),)

    id: Mapped[PrimaryKey]
    kind: Mapped[DeclaredKind]
    about: Mapped[str]  # the code of the notice, the suspension or the storm
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Suspension(Base):
    """Hours in which promises do not run, for a public reason. Empty wards or categories mean all of them."""

    __tablename__ = "suspension"
    __table_args__ = (Index("uq_suspension_code", "code", unique=True), Index("ix_suspension_until", "until", "id"))

    id: Mapped[PrimaryKey]
    code: Mapped[str]
    reason: Mapped[Localized]
    wards: Mapped[list[Any]] = mapped_column(default=list)
    categories: Mapped[list[Any]] = mapped_column(default=list)
    starts_at: Mapped[datetime]
    until: Mapped[datetime]
    planned_until: Mapped[datetime]  # as it was declared
    created_at: Mapped[datetime]
    applies_at: Mapped[datetime]  # before that it can be taken back as if it had never been
    undone_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]  # nothing is left to move


class SuspendedReport(Base):
    """A report whose dates a suspension moved: as they were, and as it set them."""

    __tablename__ = "suspended_report"
    __table_args__ = (Index("ix_suspended_report_report_id", "report_id"),)

    suspension_id: Mapped[int] = mapped_column(Key, ForeignKey("suspension.id"), primary_key=True, autoincrement=False)
    report_id: Mapped[int] = mapped_column(Key, ForeignKey("report.id"), primary_key=True, autoincrement=False)
    until: Mapped[datetime]  # the end by which they were counted
    handle_was: Mapped[datetime]
    handle_due_at: Mapped[datetime]
    receive_was: Mapped[datetime | None]
    receive_due_at: Mapped[datetime | None]


class Storm(Base):
    """Hours in which danger comes first, for the city or some wards."""

    __tablename__ = "storm"
    __table_args__ = (Index("ix_storm_until", "until", "id"),)

    id: Mapped[PrimaryKey]
    code: Mapped[str]
    wards: Mapped[list[Any]] = mapped_column(default=list)
    starts_at: Mapped[datetime]
    until: Mapped[datetime]
