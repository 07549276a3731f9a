"""The city's units, wards and categories as rows: identity and name. Everything else is in the version, kept whole."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Key, PrimaryKey
from app.models.localized import Localized


class CityVersion(Base):
    """One load of the city folder, whole. A report names the version that routed it."""

    __tablename__ = "city_version"
    __table_args__ = (Index("uq_city_version_number", "number", unique=True),)

    id: Mapped[PrimaryKey]
    number: Mapped[int]
    code: Mapped[str]
    digest: Mapped[str]
    loaded_at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(Key)
    data: Mapped[dict[str, Any]]


class UnitRow(Base):
    __tablename__ = "unit"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[Localized]
    retired_at: Mapped[datetime | None]


class WardRow(Base):
    __tablename__ = "ward"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[Localized]
    valid_from_on: Mapped[date | None]
    valid_to_on: Mapped[date | None]
    retired_at: Mapped[datetime | None]


class CategoryRow(Base):
    __tablename__ = "category"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[Localized]
    retired_at: Mapped[datetime | None]


class WardOutline(Base):
    """A ward's border as imported: reference data, replaceable, never part of the city folder."""

    __tablename__ = "ward_outline"

    ward_id: Mapped[int] = mapped_column(Key, ForeignKey("ward.id"), primary_key=True, autoincrement=False)
    geometry: Mapped[str]  # GeoJSON, WGS 84
    source: Mapped[str] = mapped_column(default="")
    loaded_at: Mapped[datetime]
