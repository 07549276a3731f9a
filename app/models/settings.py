"""What a running city remembers about itself, and a unit's own reply templates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, PrimaryKey
from app.models.localized import Localized


class Kept(Base):
    """One remembered value: the key of report codes, the mark of a demo, the worker's last beat."""

    __tablename__ = "kept"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class UnitTemplate(Base):
    """A reply template a unit wrote for itself; loading a city folder never touches it."""

    __tablename__ = "unit_template"
    __table_args__ = (Index("ix_unit_template_unit_id", "unit_id"),)

    id: Mapped[PrimaryKey]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[Localized]
    text: Mapped[Localized]
    for_moves: Mapped[list[Any]] = mapped_column(default=list)
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
