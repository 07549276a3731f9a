"""What others and the reporter do after filing: the same problem, follow, add, confirm, rate, object."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, select, update

from app.domain import events, publication, search, workflow
from app.domain.accounts import find
from app.domain.city import store
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.permissions import Actor, Permission, may
from app.domain.reports.filing import CONTRACTOR
from app.domain.reports.find import get_for_change
from app.extensions import db
from app.models import AnonymousJoin, Consent, Device, Event, Participation, Person, Report, ReportContact, now
from app.models.choices import (
    EventKind,
    Part,
    Rating,
    RatingReason,
    Status,
    StatusClass,
    WordsKind,
)
from app.models.localized import LANGUAGES

REOPENS = (RatingReason.NOT_HANDLED, RatingReason.RECURRED)
RATING_DAYS = 14
MAX_WORDS = 2000


def join(code: str, *, by: Actor, browser_hash: str = "") -> bool:
    """ "The same problem": counts as affected, and an account follows. True when it counted, False when it had."""
    report = get_for_change(code, by=by)
    if report.status_class not in (StatusClass.OPEN, StatusClass.DONE):
        raise Invalid(_l("This report is no longer open."))
    at = now()
    if by.person_id is not None:
        has = set(
            db.session.scalars(
                select(Participation.part).where(
                    Participation.report_id == report.id,
                    Participation.person_id == by.person_id,
                    Participation.ended_at.is_(None),
                )
            )
        )
        if Part.REPORTER in has or Part.AFFECTED in has:
            return False
        take_part(report, by.person_id, Part.AFFECTED)
    else:
        if not browser_hash:
            raise Invalid(_l("The form has expired. Reload the page; what you typed is kept."))
        known = select(AnonymousJoin.id).where(
            AnonymousJoin.report_id == report.id, AnonymousJoin.browser_hash == browser_hash
        )
        if db.session.scalar(known):
            return False
        db.session.add(AnonymousJoin(report_id=report.id, browser_hash=browser_hash, created_at=at))
    with events.recording(report, EventKind.JOINED, by=by, public=False):
        report.affected += 1
    return True


def follow(code: str, *, by: Actor) -> None:
    """Hear of every answer. Needs an account: somebody must be written to."""
    if by.person_id is None:
        raise Forbidden(_l("Sign in to follow a report, or keep its link."))
    report = get_for_change(code, by=by)
    take_part(report, by.person_id, Part.FOLLOWER)


def unfollow(code: str, *, by: Actor) -> None:
    report = get_for_change(code, by=by)
    mine = select(Participation).where(
        Participation.report_id == report.id,
        Participation.person_id == by.person_id,
        Participation.part.in_((Part.FOLLOWER, Part.AFFECTED)),
        Participation.ended_at.is_(None),
    )
    for participation in db.session.scalars(mine):
        participation.ended_at = now()


def take_part(report: Report, person_id: int, part: Part) -> None:
    """This person is that to the report, again where it had ended. Inside a unit of work."""
    known = db.session.scalar(
        select(Participation).where(
            Participation.report_id == report.id, Participation.person_id == person_id, Participation.part == part
        )
    )
    if known is None:
        db.session.add(Participation(report_id=report.id, person_id=person_id, part=part, created_at=now()))
    else:
        known.ended_at = None


def add(code: str, text: str, *, by: Actor, photo_ids: tuple[int, ...] = (), language: str = "vi") -> Event:
    """The reporter adds words or photos. On a finished report it makes work for somebody: it comes up as news."""
    report = get_for_change(code, by=by)
    check_own(report, by)
    if report.status_class is StatusClass.GONE:
        raise Invalid(_l("This report takes no more additions."))
    if not text.strip() and not photo_ids:
        raise Invalid(_l("Write a few words, or add a photo."), field="words")
    if len(text) > MAX_WORDS:
        raise Invalid(_l("At most %(n)s characters.", n=MAX_WORDS), field="words")
    with events.recording(report, EventKind.ADDED, by=by) as entry:
        entry.say(WordsKind.ADDITION, text, public=False, language=language)
        report.has_news = True
        report.photo_count += len(photo_ids)
        publication.await_check(store.current(), report, entry.at)
    search.refresh(report)
    assert entry.event is not None
    return entry.event


def set_language(code: str, language: str, *, by: Actor) -> None:
    """In which language we write to a guest from now on. Whoever has an account sets it there."""
    report = get_for_change(code, by=by)
    check_own(report, by)
    if language not in LANGUAGES:
        raise Invalid(_l("Choose one of the languages."), field="language")
    guest = guest_of(report)
    if guest is None:
        raise Forbidden(_l("The language of your letters is set on the page of your account."))
    guest.language = language


def hide_name(code: str, *, by: Actor, hidden: bool) -> None:
    """The reporter hides who they are from the unit too, or lets it be seen. Only they can; twice changes nothing.

    A contractor, who would get the contact from the unit, gets it no more.
    """
    report = get_for_change(code, by=by)
    check_own(report, by)
    if report.is_nameless:
        raise Invalid(_l("This report was filed without contact data."))
    if report.is_name_hidden is hidden:
        return
    with events.recording(report, EventKind.NAME_HIDDEN, by=by, public=False) as entry:
        entry.data |= {"is_hidden": hidden}
        report.is_name_hidden = hidden
    if hidden:
        withdraw_consent(code, CONTRACTOR, by=by)


def is_muted(report: Report) -> bool:
    """Does whoever filed it want no letters about it?"""
    return bool(db.session.scalar(select(exists().where(*reporting(report), Participation.muted_at.is_not(None)))))


def hear_again(code: str, *, by: Actor) -> None:
    """The reporter wants letters about it again."""
    report = get_for_change(code, by=by)
    check_own(report, by)
    for participation in db.session.scalars(select(Participation).where(*reporting(report))):
        participation.muted_at = None


def reporting(report: Report) -> tuple[ColumnElement[bool], ...]:
    """Which participation is that of whoever filed it."""
    return (
        Participation.report_id == report.id,
        Participation.part == Part.REPORTER,
        Participation.ended_at.is_(None),
    )


def withdraw_consent(code: str, purpose: str, *, by: Actor) -> None:
    """The reporter no longer agrees to this purpose. Doing it twice changes nothing."""
    report = get_for_change(code, by=by)
    check_own(report, by)
    given = select(Consent).where(
        Consent.report_id == report.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
    )
    for consent in db.session.scalars(given):
        consent.withdrawn_at = now()


def reporter_of(report: Report) -> Person:
    """Whoever filed it; from now on somebody, where nothing was left to write to. Inside a unit of work."""
    filed_it = select(Person).join(Participation, Participation.person_id == Person.id).where(*reporting(report))
    person = db.session.scalar(filed_it.order_by(Participation.id).limit(1))
    if person is None:
        person = Person(name="", language=report.language, created_at=now(), is_demo=report.is_demo)
        db.session.add(person)
        db.session.flush()
        take_part(report, person.id, Part.REPORTER)
    return person


def guest_of(report: Report) -> Person | None:
    """The reporter as far as they are written to without an account; None for an account, or for nobody to write to."""
    return db.session.scalar(
        select(Person)
        .join(Participation, Participation.person_id == Person.id)
        .where(
            Participation.report_id == report.id,
            Participation.part == Part.REPORTER,
            Participation.ended_at.is_(None),
            Person.password_hash.is_(None),
        )
        .order_by(Participation.id)
        .limit(1)
    )


def confirm_contact(code: str, *, by: Actor) -> Person | None:
    """The link in the mail was used: the address is the reporter's. The same confirmed address is the same person."""
    report = get_for_change(code, by=None)
    contact = db.session.get(ReportContact, report.id)
    if contact is None:
        raise Invalid(_l("This report was filed without contact data."))
    participation = db.session.scalars(
        select(Participation).where(Participation.report_id == report.id, Participation.part == Part.REPORTER)
    ).first()
    if contact.confirmed_at is not None:
        return db.session.get(Person, participation.person_id) if participation else None
    contact.confirmed_at = now()
    person = _confirmed_person(contact, participation)
    with events.recording(report, EventKind.CONTACT_CONFIRMED, by=by, public=False):
        report.is_contact_confirmed = True
    return person


def _confirmed_person(contact: ReportContact, participation: Participation | None) -> Person | None:
    if participation is None:
        return None
    mine = db.session.get_one(Person, participation.person_id)
    is_same = Person.email == contact.email.lower() if contact.email else Person.phone == contact.phone
    known: Person | None = db.session.scalar(select(Person).where(is_same))
    if known is None:
        if _takes_address(mine, contact):
            mine.name = mine.name or contact.name
            return mine
        known = db.session.scalars(select(Person).where(is_same)).one()  # confirmed for another report a moment ago
    participation.person_id = known.id
    db.session.execute(update(Device).where(Device.person_id == mine.id).values(person_id=known.id))
    return known


def _takes_address(person: Person, contact: ReportContact) -> bool:
    if contact.email:
        return find.takes_address(person, email=contact.email.lower())
    return find.takes_address(person, phone=contact.phone or None)  # typed addresses that were forgotten are none


def rate(
    code: str, rating: Rating, *, by: Actor, reason: RatingReason | None = None, text: str = "", language: str = "vi"
) -> Event:
    """Once, within two weeks of the answer. "Not handled" and "it came back" reopen; other reasons are work for the
    lead to look at; satisfied closes."""
    report = get_for_change(code, by=by)
    check_own(report, by)
    if report.status is not Status.RESOLVED or report.resolved_at is None:
        raise Stale(_l("There is no finished answer to rate right now."))
    if report.rating is not None:
        raise Stale(_l("You have rated this answer already. Thank you."))
    if now() > report.resolved_at + timedelta(days=RATING_DAYS):
        raise Stale(_l("The time to rate this answer has passed. You can still ask to reopen the report."))
    is_unhappy = rating is Rating.UNSATISFIED
    if is_unhappy and reason is None:
        raise Invalid(_l("Choose what you are not satisfied with."), field="reason")
    if is_unhappy and reason is RatingReason.OTHER and not text.strip():
        raise Invalid(_l("Say in a few words what it is, so that somebody can look at it."), field="words")
    with events.recording(report, EventKind.RATED, by=by) as entry:
        entry.data |= {"rating": rating.value, "reason": reason.value if reason else ""}
        entry.say(WordsKind.RATING, text[:MAX_WORDS], public=False, language=language)
        report.rating = rating
        if is_unhappy and reason not in REOPENS:  # the unit's lead looks at it; the answer stands
            report.has_news = True
            entry.data |= {"asks": True}
        if not is_unhappy:
            report.status = Status.CLOSED
            report.closed_at = entry.at
            report.object_until = None
            entry.data |= {"closes": True}
    search.refresh(report)
    assert entry.event is not None
    if reason in REOPENS and is_unhappy:
        reopen(code, text or str(_REOPENING[reason]), by=by, reason=reason, language=language)
    return entry.event


_REOPENING = {RatingReason.NOT_HANDLED: _l("It has not been handled."), RatingReason.RECURRED: _l("It has come back.")}


def reopen(code: str, text: str, *, by: Actor, reason: RatingReason | None = None, language: str = "vi") -> Event:
    """The reporter's objection within the city's days."""
    details = workflow.Details(words=text, rating_reason=reason, language=language)
    return workflow.take(code, "reopen", by=by, details=details)


def look_at_contact(code: str, *, by: Actor) -> ReportContact | None:
    """The reporter's contact data, for those trusted with it. Each look is written down. Inside a unit of work."""
    report = get_for_change(code, by=by)
    if not may(by, Permission.SEE_CONTACT, report):
        raise Forbidden(_l("The reporter's contact data is not for you to see."))
    events.note(report, EventKind.CONTACT_SEEN, by=by)
    return db.session.get(ReportContact, report.id)


def check_own(report: Report, by: Actor) -> None:
    """Forbidden to anybody but whoever filed it."""
    if not may(by, Permission.FOLLOW_UP, report):
        raise Forbidden(_l("Only whoever filed this report can do that. Use your link."))
