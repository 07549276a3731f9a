"""A report as the figures see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.models import Report
from app.models.choices import Outcome, Publication, Rating, Status


@dataclass(frozen=True, slots=True)
class Standing:
    """What the figures need to know of a report, at one moment of its life."""

    unit_id: int
    ward_id: int
    category_id: int
    status: Status
    publication: Publication
    public_cell: int | None
    filed_at: datetime
    received_at: datetime | None
    receive_due_at: datetime
    resolved_at: datetime | None
    is_late: bool
    outcome: Outcome | None
    reopened: int
    rating: Rating | None


COLUMNS = tuple(Standing.__slots__)


def standing(report: Report) -> Standing:
    return Standing(*(getattr(report, name) for name in COLUMNS))
