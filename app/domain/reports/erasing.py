"""Whoever filed a report leaves it; the case stands. What says who they are goes for good: contact, words, photos.

What is public of their words may stay, in the masked form it has, and a person looks at it once more. Words and photos
change; events, which name nobody, do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, select, update

from app.adapters import mail
from app.domain import events, publication, scrubbing, search
from app.domain.city import store
from app.domain.confirmations import subject_of
from app.domain.errors import Forbidden
from app.domain.media import store as kept_photos
from app.domain.media.develop import SIZES
from app.domain.media.held import let_go
from app.domain.media.keys import public_key
from app.domain.permissions import Actor, Permission, may
from app.domain.reports.find import get_for_change
from app.extensions import db
from app.models import (
    Alert,
    AlertCell,
    AlertHit,
    Consent,
    Delivery,
    Device,
    Draft,
    Event,
    NeighbourAnswer,
    OneTimeCode,
    Participation,
    Person,
    Photo,
    Report,
    ReportContact,
    Words,
    now,
)
from app.models.choices import (
    REPORTERS_WORDS,
    EventKind,
    Part,
    PhotoKind,
    PhotoState,
    Publication,
    WordsKind,
)

THEIR_WORDS = REPORTERS_WORDS | {WordsKind.REQUEST, WordsKind.FORMER}
THEIR_PHOTOS = (PhotoKind.BEFORE, PhotoKind.ADDITION)


@dataclass(frozen=True, slots=True)
class Erased:
    """What no row names any more: keys of files, and numbers of letters that may lie in the outbox of a trial."""

    files: tuple[str, ...] = ()
    letters: tuple[int, ...] = ()


def erase(code: str, *, by: Actor, content_too: bool) -> Erased:
    """Erase the reporter from one report, inside a unit of work. What it answers is for `clear_away` after that.

    Without `content_too` what the public could read and see stays, as it was masked, once a person has looked again.
    Raises Forbidden for anybody but the reporter.
    """
    report = get_for_change(code, by=by)
    if not may(by, Permission.FOLLOW_UP, report):
        raise Forbidden(_l("Only whoever filed this report can do that. Use your link."))
    with events.recording(report, EventKind.ERASED, by=by, public=False) as entry:
        _erase_words(report, content_too=content_too)
        files = tuple(_erase_photos(report, content_too=content_too))
        _look_again(report)
        _erase_contact(report)
        letters = tuple(_erase_people(report))
        report.is_contact_confirmed = False
        report.is_nameless = True
        report.erased_at = entry.at
    search.refresh(report)
    scrubbing.ask()
    return Erased(files, letters)


def clear_away(erased: Erased) -> None:
    """After the commit: the files, and the letters of a city that writes them into a folder."""
    let_go(erased.files)
    mail.forget(erased.letters)


def erase_person(person: Person) -> Sequence[int]:
    """Nothing is left of this person but a number that records of staff may name. Inside a unit of work; answers the
    numbers of the letters they were owed."""
    letters = db.session.scalars(delete(Delivery).where(Delivery.person_id == person.id).returning(Delivery.id)).all()
    db.session.execute(update(Consent).where(Consent.person_id == person.id).values(person_id=None))
    db.session.execute(delete(Participation).where(Participation.person_id == person.id))
    db.session.execute(delete(NeighbourAnswer).where(NeighbourAnswer.person_id == person.id))
    _erase_alerts(person)
    db.session.execute(delete(Device).where(Device.person_id == person.id))
    person.email = person.phone = person.password_hash = None
    person.name = ""
    person.session_epoch += 1
    person.closed_at = person.closed_at or now()
    person.erased_at = now()
    return letters


def _erase_alerts(person: Person) -> None:
    mine = select(Alert.id).where(Alert.person_id == person.id)
    for table in (AlertHit, AlertCell):
        db.session.execute(delete(table).where(table.alert_id.in_(mine)))
    db.session.execute(delete(Alert).where(Alert.person_id == person.id))


def _erase_words(report: Report, *, content_too: bool) -> None:
    said = select(Words).where(Words.report_id == report.id, Words.kind.in_(THEIR_WORDS), Words.erased_at.is_(None))
    for words in db.session.scalars(said):
        words.original = "" if content_too else words.public_text or ""
        words.public_text = words.public_at = words.uncovered = None
        if not words.original:
            words.erased_at = now()


def _erase_photos(report: Report, *, content_too: bool) -> Iterator[str]:
    """The keys of what no page may show any more."""
    taken = select(Photo).where(
        Photo.report_id == report.id, Photo.kind.in_(THEIR_PHOTOS), Photo.state != PhotoState.REMOVED
    )
    for photo in db.session.scalars(taken):
        yield from filter(None, (photo.raw, photo.original))
        if content_too or photo.published_at is None:
            yield from (public_key(photo.name, size) for size in SIZES)
            kept_photos.remove(photo)
        else:
            photo.lat = photo.lng = photo.taken_at = None
            photo.raw = photo.original = photo.alt = ""
        photo.published_at = None


def _look_again(report: Report) -> None:
    """What is left of words and photos waits for somebody who checks that it names nobody."""
    if report.publication is Publication.FULL:
        report.publication = Publication.PIN
    left = (Words.report_id == report.id, Words.kind.in_(REPORTERS_WORDS), Words.erased_at.is_(None))
    seen = (Photo.report_id == report.id, Photo.kind.in_(THEIR_PHOTOS), Photo.state != PhotoState.REMOVED)
    if db.session.scalar(select(exists().where(*left) | exists().where(*seen))):
        publication.await_check(store.current(), report, now())
    else:
        report.content_due_at = None


def _erase_contact(report: Report) -> None:
    db.session.execute(delete(ReportContact).where(ReportContact.report_id == report.id))
    db.session.execute(delete(OneTimeCode).where(OneTimeCode.subject == subject_of(report)))
    db.session.execute(update(Draft).where(Draft.report_id == report.id).values(data={}))
    mine = update(Consent).where(Consent.report_id == report.id)
    db.session.execute(mine.where(Consent.withdrawn_at.is_(None)).values(withdrawn_at=now()))
    db.session.execute(mine.values(person_id=None))


def _erase_people(report: Report) -> Iterator[int]:
    """Cut the report from its reporter; a guest with nothing else here is erased altogether. The letters they got."""
    mine = (Participation.report_id == report.id, Participation.part == Part.REPORTER)
    ids = db.session.scalars(select(Participation.person_id).where(*mine)).all()
    db.session.execute(delete(Participation).where(*mine))
    of_report = select(Event.id).where(Event.report_id == report.id)
    letters = delete(Delivery).where(Delivery.person_id.in_(ids), Delivery.event_id.in_(of_report))
    yield from db.session.scalars(letters.returning(Delivery.id)).all()
    for person in _guests_without_reports(ids):
        yield from erase_person(person)


def _guests_without_reports(ids: Sequence[int]) -> Sequence[Person]:
    still = select(Participation.person_id).where(Participation.person_id.in_(ids), Participation.ended_at.is_(None))
    guests = select(Person).where(Person.id.in_(ids), Person.password_hash.is_(None), Person.id.not_in(still))
    return [person for person in db.session.scalars(guests) if not person.memberships]
