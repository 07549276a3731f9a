"""What the city tells everybody about a place, which reports are about it, and what was said since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Key, PrimaryKey
from app.models.choices import NoticeSeverity
from app.models.localized import Localized


class Notice(Base):
    """One notice. Where: wards by their codes, or a circle, or an outline; nothing of it means the whole city."""

    __tablename__ = "notice"
    __table_args__ = (Index("uq_notice_code", "code", unique=True), Index("ix_notice_until", "until", "id"))

    id: Mapped[PrimaryKey]
    code: Mapped[str]  # of its address
    version: Mapped[int] = mapped_column(default=1)
    severity: Mapped[NoticeSeverity]
    title: Mapped[Localized]
    text: Mapped[Localized]
    wards: Mapped[list[Any]] = mapped_column(default=list)
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    radius_m: Mapped[int | None]
    ring: Mapped[list[Any]] = mapped_column(default=list)  # corners (lat, lng) of an outline
    categories: Mapped[list[Any]] = mapped_column(default=list)  # codes; empty means every category
    starts_at: Mapped[datetime]
    clear_at: Mapped[datetime | None]  # when it is expected to be over
    until: Mapped[datetime]  # from then on it is a past one
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class NoticeUpdate(Base):
    """Something new about it, in public words. Told once to everybody whose report joined."""

    __tablename__ = "notice_update"
    __table_args__ = (
        Index("ix_notice_update_notice_id", "notice_id", "id"),
        Index(
            "ix_notice_update_untold",
            "id",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    text: Mapped[Localized]
    is_last: Mapped[bool] = mapped_column(default=False)  # it is over
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]


class NoticeReport(Base):
    """A report that is about what a notice tells. Whoever filed it chose so."""

    __tablename__ = "notice_report"
    __table_args__ = (Index("ix_notice_report_notice_id", "notice_id"),)

    report_id: Mapped[int] = mapped_column(Key, ForeignKey("report.id"), primary_key=True, autoincrement=False)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    joined_at: Mapped[datetime]
