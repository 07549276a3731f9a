"""What happened, to what, by whom: one row per change, in the change's own transaction.

`recording` is how a report changes: it notes how the report stood before, lets the caller change it, and then
writes the event, raises the version, and moves counters and search text along. Nothing else changes a report.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Enum, inspect

from app.domain import figures
from app.domain.permissions import Actor
from app.extensions import db
from app.models import Event, Moment, Report, Words, now
from app.models.choices import EventKind, WordsKind

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
    "is_late",
    "publication",
    "content_due_at",
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
    "merged_into_id",
)


@dataclass
class Recording:
    """An event in the making."""

    kind: EventKind
    at: datetime
    public_at: datetime | None
    data: dict[str, Any] = field(default_factory=dict)
    words: list[Words] = field(default_factory=list)
    event: Event | None = None

    def say(self, kind: WordsKind, text: str, *, public: bool, language: str = "vi") -> None:
        """Somebody's words, to stand beside the event. Empty words are none."""
        if text and text.strip():
            clean = text.strip()
            self.words.append(
                Words(kind=kind, original=clean, public_text=clean if public else None, language=language)
            )


def stand(report: Report) -> dict[str, Any]:
    """How a report stands, as plain JSON: what an undo puts back."""
    return {name: _plain(getattr(report, name)) for name in KEPT_OF_REPORT}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp())
    return value.isoformat() if hasattr(value, "isoformat") else value


@contextmanager
def recording(
    report: Report,
    kind: EventKind,
    *,
    by: Actor,
    public: bool = True,
    hold_seconds: int = 0,
    batch: str | None = None,
    at: datetime | None = None,
) -> Iterator[Recording]:
    """Change `report` inside; the event, its words, the figures and the search text follow at the end.

    `hold_seconds` keeps what staff send from the public and the post for that long, so that it can be undone.
    """
    at = at or now()
    before, was = figures.standing(report), stand(report)
    held_by = report.unit_id
    entry = Recording(kind, at, at + timedelta(seconds=hold_seconds) if public else None)
    yield entry
    changed = {name: value for name, value in was.items() if value != _plain(getattr(report, name))}
    data = dict(entry.data)
    if changed:
        data["was"] = changed
    report.version += 1
    report.updated_at = max(at, report.updated_at)
    if entry.public_at is not None:
        report.last_public_word_at = max(at, report.last_public_word_at)
    entry.event = Event(
        report_id=report.id,
        kind=entry.kind,  # an effect may know better than the table: a guarded transfer is a return
        at=at,
        actor_kind=by.kind,
        actor_id=by.person_id,
        unit_id=held_by,
        public_at=entry.public_at,
        batch=batch,
        data=data,
    )
    for words in entry.words:
        words.report_id = report.id
    entry.event.words = entry.words
    db.session.add(entry.event)
    db.session.flush()
    figures.apply(before, figures.standing(report))


def note(report: Report, kind: EventKind, *, by: Actor, data: dict[str, Any] | None = None) -> Event:
    """Something happened that changes nothing of the report itself: a look at contact data."""
    event = Event(
        report_id=report.id,
        kind=kind,
        at=now(),
        actor_kind=by.kind,
        actor_id=by.person_id,
        unit_id=report.unit_id,
        public_at=None,
        data=data or {},
    )
    db.session.add(event)
    return event


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
