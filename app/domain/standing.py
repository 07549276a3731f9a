"""How a report stands, as plain JSON: what an event remembers of before, and what puts it back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, Enum, inspect

from app.models import Moment, Report

# What an undo puts back. Facts that only grow (version, counts of people) are not among them.
KEPT_OF_REPORT = (
    "status",
    "outcome",
    "waiting_for",
    "planned_on",
    "unit_id",
    "assignee_id",
    "rule_code",
    "needs_routing_check",
    "transfers",
    "is_transferred",
    "questions_asked",
    "is_appeal_open",
    "appealed_at",
    "reopened",
    "rating",
    "receive_due_at",
    "handle_due_at",
    "due_at",
    "remaining_minutes",
    "extension_asked_until",
    "extended_at",
    "received_at",
    "resolved_at",
    "closed_at",
    "object_until",
    "ask_around_at",
    "doubts",
    "claimed_at",
    "is_late",
    "publication",
    "content_due_at",
    "hidden_at",
    "withheld_reason",
    "has_news",
    "category_id",
    "severity",
    "lat",
    "lng",
    "cell",
    "public_lat",
    "public_lng",
    "public_cell",
    "ward_id",
    "is_ward_confirmed",
    "place_source",
    "accuracy_m",
    "nearest_address",
    "site_code",
    "city_version",
    "merged_into_id",
)


def stand(report: Report) -> dict[str, Any]:
    """How a report stands, as plain JSON: what an undo puts back."""
    return {name: plain(getattr(report, name)) for name in KEPT_OF_REPORT}


def plain(value: Any) -> Any:
    """A value of a report's column as JSON holds it."""
    if isinstance(value, datetime):
        return int(value.timestamp())
    return value.isoformat() if hasattr(value, "isoformat") else value


def put_back(report: Report, was: dict[str, Any]) -> None:
    """Set the report's fields to what an event's `was` says."""
    columns = inspect(Report).columns
    for name, value in was.items():
        setattr(report, name, _typed(columns[name].type, value))


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Moment):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value
