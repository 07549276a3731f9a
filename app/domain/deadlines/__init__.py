"""Promises in working time: when a report is due, and how that was reckoned.

All moments are aware; those handed out are UTC and whole minutes.
"""

from __future__ import annotations

from app.domain.deadlines.arithmetic import Arithmetic, DayKind, Step, explain
from app.domain.deadlines.promises import promise, remaining_minutes
from app.domain.deadlines.working_time import NeverOpen, WorkingTime, working_time_by, working_time_of

__all__ = [
    "Arithmetic",
    "DayKind",
    "NeverOpen",
    "Step",
    "WorkingTime",
    "explain",
    "promise",
    "remaining_minutes",
    "working_time_by",
    "working_time_of",
]
