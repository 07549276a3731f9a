"""Photos and drafts. A file is written and synced before its row; masking makes a new name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, PrimaryKey
from app.models.choices import PhotoKind, PhotoState


class Draft(Base):
    """What somebody has begun to report: kept seven days for whoever holds the cookie."""

    __tablename__ = "draft"
    __table_args__ = (Index("uq_draft_client_id", "client_id", unique=True), Index("ix_draft_expires_at", "expires_at"))

    id: Mapped[PrimaryKey]
    client_id: Mapped[str]
    secret_hash: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))


class Photo(Base):
    __tablename__ = "photo"
    __table_args__ = (
        Index("uq_photo_name", "name", unique=True),
        Index("ix_photo_report_id", "report_id", "position"),
        Index("ix_photo_draft_id", "draft_id"),
        Index("ix_photo_raw", "id", sqlite_where=text("state = 'raw'"), postgresql_where=text("state = 'raw'")),
    )

    id: Mapped[PrimaryKey]
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[PhotoKind]
    state: Mapped[PhotoState]
    name: Mapped[str]  # random; of the derivatives that may be shown
    original: Mapped[str] = mapped_column(default="")  # key of the private, stripped original
    raw: Mapped[str] = mapped_column(default="")  # key of the file as it came, until it is developed
    claimed_until: Mapped[datetime | None]  # somebody develops it until then; later it is anybody's again
    position: Mapped[int] = mapped_column(default=0)
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]  # bytes as it came
    alt: Mapped[str] = mapped_column(default="")
    phash: Mapped[int | None] = mapped_column(BigInteger)
    has_location: Mapped[bool] = mapped_column(
        default=False
    )  # taken in our page with the device's place, or GPS inside
    lat: Mapped[float | None]  # private
    lng: Mapped[float | None]
    taken_at: Mapped[datetime | None]
    boxes: Mapped[list[Any]] = mapped_column(default=list)  # black boxes, relative 0..1
    found: Mapped[list[Any] | None]  # what a machine saw: [sort, x, y, width, height] each; None: nobody looked
    reason: Mapped[str] = mapped_column(default="")  # why a proof photo carries no place
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    is_demo: Mapped[bool] = mapped_column(default=False)


class PhotoBand(Base):
    """A quarter of a photo's hash, to find pictures that were sent before (`domain/media/alike.py`)."""

    __tablename__ = "photo_band"
    __table_args__ = (Index("ix_photo_band_photo_id", "photo_id"),)

    band: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photo.id"), primary_key=True)


class RetiredName(Base):
    """A photo's former name: it answers 410, so that a masked face does not live on under its old address."""

    __tablename__ = "retired_name"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
