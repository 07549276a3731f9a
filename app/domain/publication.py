"""How much of a report the public sees: none, the pin, or everything. Decided here and nowhere else."""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import areas, events, geo, masking, promises, search, settling
from app.domain.city import store
from app.domain.city.model import Category, City
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.events import Recording
from app.domain.permissions import Actor, Permission, may
from app.extensions import db, undo_seconds
from app.models import Event, Photo, Report, Words
from app.models.choices import REPORTERS_WORDS, EventKind, PhotoState, PlaceSource, Publication, PublishWhen


def at_filing(report: Report, category: Category) -> Publication:
    """What a fresh report shows: its pin, unless the category is sensitive or the edit window still runs."""
    if report.status in settling.GONE or category.publish is PublishWhen.SENSITIVE:
        return Publication.NONE
    if category.publish is PublishWhen.AT_ONCE and not report.is_content_hidden:
        return Publication.FULL
    return Publication.PIN


def release(city: City, report: Report) -> None:
    """The time to edit is over: what a fresh report shows is shown now, and what must be checked waits for it."""
    report.publication = at_filing(report, city.category_of(report.category_id))
    if report.publication is Publication.FULL:
        for words in reporters_words(report):
            words.public_text = masking.covered(words.original, words.uncovered or ())
        if not report.photo_count:
            report.content_due_at = None


def follow_status(report: Report) -> None:
    """Called after every change of status: what is gone is public no more."""
    if report.status in settling.GONE:
        report.publication = Publication.NONE
        report.content_due_at = None
    elif report.hidden_at is not None:  # a person still has to look at it
        report.publication = Publication.NONE


def follow_category(city: City, report: Report, was: Category, at: datetime) -> None:
    """The report has another category now: how exact its public point is, and whether it is public, follow it.

    What was checked for a category of everyday things is checked again for a sensitive one.
    """
    follow_place(city, report)
    category = city.category_of(report.category_id)
    becomes_sensitive = category.publish is PublishWhen.SENSITIVE and was.publish is not PublishWhen.SENSITIVE
    if becomes_sensitive:
        settling.show_nothing_later(report)
        if report.publication is Publication.FULL:
            await_check(city, report, at)
        report.publication = Publication.NONE
    elif category.publish is not PublishWhen.SENSITIVE and report.publication is Publication.NONE:
        report.publication = Publication.PIN


def follow_place(city: City, report: Report) -> None:
    """The public point, from the true one: as exact as the category allows, and inside the ward."""
    category, ward = city.category_of(report.category_id), city.ward_of(report.ward_id).code
    point = None
    if report.place_source is not PlaceSource.WARD:
        is_inside = partial(areas.is_inside_ward, ward)
        point = geo.public_point(report.lat, report.lng, category.precision, is_inside)
    report.public_lat, report.public_lng = point or (None, None)
    report.public_cell = geo.cell_of(*point) if point else None


def await_check(city: City, report: Report, at: datetime) -> None:
    """New words or photos of the reporter wait for "Publish the content", unless never to be published."""
    if not report.is_content_hidden and report.content_due_at is None:
        report.content_due_at = promises.to_publish(city, report.unit_id, at)


@dataclass(frozen=True)
class Checked:
    """What staff decided: the public text of each of the reporter's words (None: stays private), which photos show."""

    texts: dict[int, str | None] = field(default_factory=dict)
    photos: frozenset[int] = frozenset()
    faces_shown: int = (
        0  # found by a machine, uncovered by whoever checks, who says that they are of adults in public roles
    )


def publish(report: Report, checked: Checked, *, by: Actor) -> Event:
    """Make the checked words and photos public, once the time to take it back is over.

    Call inside a unit of work; the report is fresh and locked.
    """
    _may_publish(report, by)
    if report.is_content_hidden:
        raise Invalid(_l("The reporter asked that words and photos stay private."))
    with _deciding(report, EventKind.PUBLISHED, by, public=False) as entry:
        entry.data |= {"first": _not_shown_yet(report)}
        public_at = entry.at + timedelta(seconds=undo_seconds())
        masked = _set_texts(report, checked, public_at)
        shown = _set_photos(report, checked, public_at)
        entry.data |= {"photos": shown, "masked": masked, "faces_shown": checked.faces_shown}
        report.publication = Publication.FULL
        report.hidden_at = None
        if not _awaits_developing(report):
            report.content_due_at = None
        report.withheld_reason = ""
    search.refresh(report)
    assert entry.event is not None
    return entry.event


def _deciding(report: Report, kind: EventKind, by: Actor, *, public: bool) -> AbstractContextManager[Recording]:
    """Like every step of staff: it can be taken back for a while, and is shown after it."""
    batch = secrets.token_urlsafe(9)
    return events.recording(report, kind, by=by, public=public, hold_seconds=undo_seconds(), batch=batch)


def withhold(report: Report, reason: str, *, by: Actor) -> Event:
    """Keep words and photos private, from now on; the page says why once the time to take it back is over."""
    _may_publish(report, by)
    if not reason.strip():
        raise Invalid(_l("Say why the content is not published. The reason stands on the page."), field="reason")
    with _deciding(report, EventKind.WITHHELD, by, public=True) as entry:
        settling.show_nothing_later(report)
        _set_texts(report, Checked(), entry.at)
        _set_photos(report, Checked(), entry.at)
        if report.publication is Publication.FULL or report.publication is Publication.NONE:
            category = store.current().category_of(report.category_id)
            sensitive = category.publish is PublishWhen.SENSITIVE
            report.publication = Publication.NONE if sensitive else Publication.PIN
        report.hidden_at = None
        report.content_due_at = None
        report.withheld_reason = reason.strip()
    search.refresh(report)
    assert entry.event is not None
    return entry.event


def _may_publish(report: Report, by: Actor) -> None:
    if not may(by, Permission.PUBLISH, report):
        raise Forbidden(_l("Publishing this report is not yours to decide."))
    if report.status in settling.GONE:
        raise Stale(_l("The report has moved on meanwhile. Look at it again, then decide."))


def reporters_words(report: Report) -> list[Words]:
    """The words a check may make public, oldest first."""
    return list(
        db.session.scalars(
            select(Words)
            .where(Words.report_id == report.id, Words.kind.in_(REPORTERS_WORDS), Words.erased_at.is_(None))
            .order_by(Words.id)
        )
    )


def _set_texts(report: Report, checked: Checked, at: datetime) -> int:
    """What was public already stays so: a better mask counts at once."""
    masked = 0
    for words in reporters_words(report):
        text = checked.texts.get(words.id)
        was_public = words.public_text is not None
        words.public_text = text.strip() if text and text.strip() else None
        if not was_public:
            words.public_at = at
        masked += words.public_text is not None and words.public_text != words.original
    return masked


def _set_photos(report: Report, checked: Checked, at: datetime) -> int:
    shown = 0
    mine = select(Photo).where(Photo.report_id == report.id, Photo.event_id.is_(None))
    for photo in db.session.scalars(mine):
        is_shown = photo.id in checked.photos and photo.state is PhotoState.READY
        photo.published_at = (photo.published_at or at) if is_shown else None
        shown += is_shown
    return shown


def _awaits_developing(report: Report) -> bool:
    """Is a photo of the reporter not ready to be looked at yet? It still waits for somebody's decision."""
    raw = select(Photo.id).where(Photo.report_id == report.id, Photo.event_id.is_(None), Photo.state == PhotoState.RAW)
    return db.session.scalar(raw.limit(1)) is not None


def _not_shown_yet(report: Report) -> dict[str, list[int]]:
    """Ids of the words and photos that nothing has published so far: what an undo hides again."""
    photos = select(Photo.id).where(
        Photo.report_id == report.id, Photo.event_id.is_(None), Photo.published_at.is_(None)
    )
    words = [one.id for one in reporters_words(report) if one.public_text is None]
    return {"words": words, "photos": list(db.session.scalars(photos))}


def take_back(report: Report, event: Event) -> None:
    """A decision is undone within its minute, the report's own fields are put back already.

    What a publication was the first to show is hidden again. What a withholding hid is masked no more, so a person
    looks at it once more before it is public.
    """
    if event.kind is EventKind.PUBLISHED:
        first = event.data.get("first", {})
        for words in db.session.scalars(select(Words).where(Words.id.in_(first.get("words", ())))):
            words.public_text = None
        for photo in db.session.scalars(select(Photo).where(Photo.id.in_(first.get("photos", ())))):
            photo.published_at = None
    elif event.kind is EventKind.WITHHELD and report.publication is Publication.FULL:
        city = store.current()
        sensitive = city.category_of(report.category_id).publish is PublishWhen.SENSITIVE
        report.publication = Publication.NONE if sensitive else Publication.PIN
        await_check(city, report, report.updated_at)
