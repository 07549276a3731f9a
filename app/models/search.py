"""The folded text that search looks through, kept beside the report. Its full-text index is made by the migrations."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Key


class ReportText(Base):
    """`public` holds only what the public may read; `staff` holds everything but contact data."""

    __tablename__ = "report_text"

    report_id: Mapped[int] = mapped_column(Key, ForeignKey("report.id"), primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(default="")
    staff: Mapped[str] = mapped_column(default="")
