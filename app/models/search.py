"""The folded text that search looks through, kept beside the report. Its full-text index is made by the migrations."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Key


class ReportText(Base):
    """`public` holds only what the public may read; `staff` holds everything but contact data.

    On which desk the report lies, and whether it is open, stands here again: PostgreSQL's indexes of what staff search
    for begin with it. Whoever finds something here asks the report too.
    """

    __tablename__ = "report_text"

    report_id: Mapped[int] = mapped_column(Key, ForeignKey("report.id"), primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(default="")
    staff: Mapped[str] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(Key, default=0)  # no foreign key: the report has it
    is_open: Mapped[bool] = mapped_column(default=True)
