"""What happened, to what, by whom: one row per change, in the change's own transaction.

`recording` is how a report changes: it notes how the report stood before, lets the caller change it, and then
writes the event, raises the version, and moves counters and search text along. Nothing else changes a report.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.domain import figures, settling
from app.domain.permissions import Actor
from app.domain.standing import plain, stand
from app.extensions import db
from app.models import Event, Report, Words, now
from app.models.choices import EventKind, WordsKind


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

    `hold_seconds` keeps what staff send from the public and the post for that long, so that it can be undone: see
    `domain/settling`.
    """
    at = at or now()
    before, was = figures.standing(report), stand(report)
    held_by, telling = report.unit_id, settling.telling(report)
    entry = Recording(kind, at, at + timedelta(seconds=hold_seconds) if public else None)
    yield entry
    until = at + timedelta(seconds=hold_seconds) if hold_seconds else None
    later = settling.put_off(report, before.publication) if until else {}
    changed = {name: value for name, value in was.items() if value != plain(getattr(report, name))}
    data = dict(entry.data)
    if changed:
        data["was"] = changed
    report.version += 1
    report.updated_at = max(at, report.updated_at)
    if entry.public_at is not None and by.is_staff:  # what the reporter adds is no word of the unit
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
        words.public_at = until if words.public_text is not None else None
    entry.event.words = entry.words
    db.session.add(entry.event)
    db.session.flush()
    if until is not None:
        settling.keep(report, entry.event, until, was=changed | telling, later=later)
    elif entry.kind not in (*settling.BESIDE, EventKind.UNDONE):
        settling.show_at_once(report)
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
