"""What the city promises, and whether it kept it."""

from __future__ import annotations

from datetime import datetime

from app.domain.city.model import Limit
from app.domain.deadlines.working_time import WorkingTime


def promise(limit: Limit, working_time: WorkingTime, start: datetime) -> datetime:
    """The moment by which a limit that runs from `start` is kept. ValueError for one in both units, or in none."""
    if limit.minutes and limit.days is None:
        return working_time.add_minutes(start, limit.minutes)
    if limit.days and limit.minutes is None:
        return working_time.add_days(start, limit.days)
    raise ValueError("A limit is some working minutes or some working days.")


def remaining_minutes(working_time: WorkingTime, now: datetime, due: datetime) -> int:
    """Working minutes left, kept while a pause lasts and added again after it; 0 when overdue."""
    return working_time.minutes_between(now, due)
