"""The one function that moves a report, and the one that takes a move back."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import deliveries, events, publication, replies, search, settling
from app.domain.city import store
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.permissions import Actor
from app.domain.reports.find import get_for_change
from app.domain.standing import put_back
from app.domain.suspensions import moving as suspensions
from app.domain.workflow import effects
from app.domain.workflow.details import Details
from app.domain.workflow.moves import BY_CODE, Move, moves
from app.extensions import db, undo_seconds
from app.models import Event, Photo, Report, Words, now
from app.models.choices import EventKind, WordsKind

PUBLIC_WORDS = (WordsKind.ANSWER, WordsKind.REASON, WordsKind.FINDING)
MAX_WORDS = 4000


def take(
    code: str,
    move_code: str,
    *,
    by: Actor,
    details: Details | None = None,
    version: int | None = None,
    batch: str | None = None,
) -> Event:
    """Move a report along, start its next clock, write down who did it and why. Inside a unit of work.

    `batch` names the press where one press moves many.

    Raises Forbidden when the move is not this actor's to take, Stale when the report has moved on since the form
    was drawn, Invalid (with the field) when something is missing.
    """
    report = get_for_change(code, by=by, version=version)
    move = moves(report, by).get(move_code)
    if move is None:
        if version is not None and move_code in BY_CODE and report.status not in BY_CODE[move_code].starts:
            raise Stale(_l("The report has moved on meanwhile. Look at it again, then decide."))
        raise Forbidden(_l("This step is not yours to take, or the report has moved on."))
    return _carry_out(report, move, by, details or Details(), batch)


def _carry_out(report: Report, move: Move, by: Actor, details: Details, batch: str | None = None) -> Event:
    _check_words(move, details, by)
    is_held = by.is_staff and move.can_be_undone
    hold = undo_seconds() if is_held else 0
    batch = (batch or secrets.token_urlsafe(9)) if is_held else None
    with events.recording(report, move.event, by=by, public=move.is_public, hold_seconds=hold, batch=batch) as entry:
        step = effects.Step(store.current(), report, details, entry, by)
        entry.data |= {"move": move.code}
        dates = (report.handle_due_at, report.due_at)
        effects.EFFECTS[move.code](step)
        suspensions.count_anew(report, move.code, was=dates, at=entry.at)
        if "due" in entry.data:
            entry.data["due"] = int(report.handle_due_at.timestamp())
        if move.to is not None:
            report.status = move.to
        if move.words is not None:
            is_public = move.is_public and move.words in PUBLIC_WORDS
            entry.say(move.words, details.words, public=is_public, language=details.language)
        publication.follow_status(report)
    event = _written(entry)
    _attach_photos(report, move, details, event)
    search.refresh(report)
    return event


def _written(entry: events.Recording) -> Event:
    assert entry.event is not None  # recording writes it at the end, always
    return entry.event


def _check_words(move: Move, details: Details, by: Actor) -> None:
    if move.words is not None and not details.words.strip():
        raise Invalid(_l("Say it in a few words; they go with this step."), field="words")
    if len(details.words) > MAX_WORDS:
        raise Invalid(_l("At most %(n)s characters.", n=MAX_WORDS), field="words")
    blanks = replies.blanks(details.words) if by.is_staff and move.words in PUBLIC_WORDS else []
    if blanks:
        raise Invalid(_l("Fill in what still stands in brackets: %(blanks)s", blanks=", ".join(blanks)), field="words")


def _attach_photos(report: Report, move: Move, details: Details, event: Event) -> None:
    """Photos of the step belong to its event; an after-photo is public once the step is."""
    if not details.photo_ids:
        return
    mine = select(Photo).where(
        Photo.id.in_(list(details.photo_ids)), Photo.report_id == report.id, Photo.event_id.is_(None)
    )
    for photo in db.session.scalars(mine):
        photo.event_id = event.id
        photo.kind = effects.PHOTO_KINDS.get(move.code, photo.kind)
        photo.reason = "" if photo.has_location else details.proof_reason.strip()[:300]
        photo.published_at = event.public_at


def undo(event_id: int, *, by: Actor) -> Event:
    """Take back what staff sent, while nobody outside has seen it. Inside a unit of work.

    Writes the reverse event and cancels the deliveries. Only the newest step, only by whoever took it.
    """
    event = db.session.get(Event, event_id)
    if event is None or event.report_id is None or event.batch is None or event.actor_id != by.person_id:
        raise Forbidden(_l("This step is not yours to take back."))
    report = get_for_change(db.session.get_one(Report, event.report_id).code, by=None)
    if event.undone_at is not None:
        return event
    if now() >= event.at + timedelta(seconds=undo_seconds()):  # at that moment it is public
        raise Stale(_l("The time to take this back has passed."))
    if _newest_change(report) != event.id:
        raise Stale(_l("The report has moved on since; this step can no longer be taken back."))
    with events.recording(report, EventKind.UNDONE, by=by, public=False) as entry:
        entry.data |= {"undoes": event.id, "kind": event.kind.value}
        if event.kind is EventKind.MERGED:
            effects.leave_heads(report)
        put_back(report, event.data.get("was", {}))
        if event.kind is EventKind.UNMERGED:
            effects.rejoin_heads(report)
        event.undone_at = entry.at
        _hide(event)
        publication.take_back(report, event)
        settling.forget(report, event)
    deliveries.cancel(event)
    search.refresh(report)
    return _written(entry)


def _newest_change(report: Report) -> int | None:
    return db.session.scalar(
        select(Event.id)
        .where(Event.report_id == report.id, Event.undone_at.is_(None), Event.kind.not_in(settling.BESIDE))
        .order_by(Event.id.desc())
        .limit(1)
    )


def _hide(event: Event) -> None:
    """An undone step is never public: not its words, not its photos."""
    event.public_at = None
    for words in db.session.scalars(select(Words).where(Words.event_id == event.id)):
        words.public_text = None
    for photo in db.session.scalars(select(Photo).where(Photo.event_id == event.id)):
        photo.published_at = None


def can_undo(event: Event, by: Actor) -> bool:
    """Is this step still within its minute, and this actor's own?"""
    return (
        event.batch is not None
        and event.undone_at is None
        and event.actor_id == by.person_id
        and now() < event.at + timedelta(seconds=undo_seconds())
    )
