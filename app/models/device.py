"""Browsers that show our notifications, each by the push service it brought."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, PrimaryKey


class Device(Base):
    """One browser of one person. It goes when they turn it off, when the browser is gone, and with the person.

    Whoever files without an account is another person with each report, so a phone may stand here several times.
    """

    __tablename__ = "device"
    __table_args__ = (
        Index("uq_device_endpoint", "endpoint", "person_id", unique=True),
        Index("ix_device_person_id", "person_id"),
    )

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    endpoint: Mapped[str]  # an address of its push service: whoever knows it and our key can wake it
    key: Mapped[str]
    secret: Mapped[str]
    created_at: Mapped[datetime]
