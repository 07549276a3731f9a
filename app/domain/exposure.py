"""A reader says that a page shows somebody's personal data: it is hidden at once, and a person decides.

What the sender wrote or photographed loses its words and photos; where the answer or the place is meant, the whole page
is hidden, because nothing smaller can be. Once a person has looked, the same press hides nothing any more: it asks that
person to look again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import events, promises, search, settling
from app.domain.city import store
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.permissions import Actor, Permission, may
from app.domain.reports.find import get_for_change
from app.domain.standing import put_back
from app.extensions import db
from app.models import Event, Report, Words
from app.models.choices import EventKind, Publication, WordsKind

DAYS_TO_DECIDE = 2
MAX_NOTE = 500
DECIDED = (EventKind.PUBLISHED, EventKind.WITHHELD)
_BACK = ("publication", "content_due_at", "hidden_at")


class Shows(StrEnum):
    """What shows it."""

    CONTENT = "content"  # the sender's words or photos
    ANSWER = "answer"  # the unit's words or photos
    PLACE = "place"


def flag(code: str, shows: Shows | None, note: str, *, by: Actor) -> Event:
    """Hide it and put the report into the queue of publication. Anybody may, inside a unit of work.

    Raises Invalid (with the field) when nothing was chosen, NotFound or Gone for what this actor does not see.
    """
    report = get_for_change(code, by=by)
    if not may(by, Permission.SEE, report) or report.status in settling.GONE:
        raise Forbidden(_l("This report shows nothing to the public right now."))
    if shows is None:
        raise Invalid(_l("Choose what shows it."), field="shows")
    if len(note) > MAX_NOTE:
        raise Invalid(_l("At most %(n)s characters.", n=MAX_NOTE), field="note")
    _flags, is_decided = _history(report)
    with events.recording(report, EventKind.FLAGGED, by=by, public=False) as entry:
        entry.data |= {"shows": shows.value, "hides": not is_decided}
        entry.say(WordsKind.NOTE, note, public=False)
        city = store.current()
        report.content_due_at = promises.working_time(city, report.unit_id).add_days(entry.at, DAYS_TO_DECIDE)
        if not is_decided:
            _hide(report, shows, entry)
    search.refresh(report)
    assert entry.event is not None
    return entry.event


def _hide(report: Report, shows: Shows, entry: events.Recording) -> None:
    settling.show_nothing_later(report)
    if shows is not Shows.CONTENT:
        report.hidden_at = entry.at
        report.publication = Publication.NONE
    elif report.publication is Publication.FULL:
        report.publication = Publication.PIN


def waiting(report: Report) -> list[Event]:
    """What readers said since a person last decided, the oldest first."""
    flags, _is_decided = _history(report)
    return flags


def _history(report: Report) -> tuple[list[Event], bool]:
    """The flags nobody has decided on yet, and whether somebody has decided on one before."""
    told = select(Event).where(
        Event.report_id == report.id,
        Event.kind.in_((EventKind.FLAGGED, *DECIDED)),
        Event.undone_at.is_(None),
    )
    flags: list[Event] = []
    is_decided = False
    for event in db.session.scalars(told.order_by(Event.id)):
        if event.kind in DECIDED:
            is_decided = is_decided or bool(flags)
            flags = []
        elif "shows" in event.data:
            flags.append(event)
    return flags, is_decided


def note_of(flagged: Event) -> str:
    """What the reader wrote with it."""
    said = db.session.scalar(select(Words.original).where(Words.event_id == flagged.id, Words.erased_at.is_(None)))
    return said or ""


def clear(code: str, *, by: Actor, version: int | None = None) -> Event:
    """A person looked and found nothing that must stay hidden: it is shown as before. Inside a unit of work."""
    report = get_for_change(code, by=by, version=version)
    if not may(by, Permission.PUBLISH, report):
        raise Forbidden(_l("Publishing this report is not yours to decide."))
    flags = waiting(report)
    if not flags:
        raise Stale(_l("The report has moved on meanwhile. Look at it again, then decide."))
    was: dict[str, Any] = {"content_due_at": None}
    for flagged in reversed(flags):  # as it stood before the first of them
        was |= {name: value for name, value in flagged.data.get("was", {}).items() if name in _BACK}
    with events.recording(report, EventKind.PUBLISHED, by=by, public=False) as entry:
        entry.data |= {"cleared": [flagged.id for flagged in flags]}
        put_back(report, was)
    search.refresh(report)
    assert entry.event is not None
    return entry.event
