"""What the public may learn of a report. The only thing a public page, tile, feed, card, mail or print may show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from app.domain import settling
from app.domain.city import store
from app.domain.city.model import Category, City, Unit, Ward
from app.extensions import db
from app.models import Event, Photo, Report, Words, now
from app.models.choices import (
    REPORTERS_WORDS,
    EventKind,
    Outcome,
    PhotoKind,
    PhotoState,
    Precision,
    Publication,
    Severity,
    Status,
    StatusClass,
    WaitingFor,
    WordsKind,
)

HANDED_OVER = (EventKind.TRANSFERRED, EventKind.RETURNED)  # another unit than the rule chose
_NOT_TOLD = frozenset({"was", "pin_was", "assignee", "asker", "undoes", "asks"})  # of an event's data


@dataclass(frozen=True, slots=True)
class PublicPhoto:
    name: str
    kind: PhotoKind
    width: int
    height: int
    alt: str
    has_location: bool
    reason: str
    taken_at: datetime | None

    @classmethod
    def of(cls, photo: Photo) -> PublicPhoto:
        """Whether it may be shown, the caller has asked."""
        return cls(
            name=photo.name,
            kind=photo.kind,
            width=photo.width,
            height=photo.height,
            alt=photo.alt,
            has_location=photo.has_location,
            reason=photo.reason,
            taken_at=photo.taken_at,
        )


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """One line of the timeline. `data` holds codes only; `said` the public words beside it."""

    kind: EventKind
    at: datetime
    unit: Unit | None
    data: dict[str, Any]
    said: tuple[str, ...]
    photos: tuple[PublicPhoto, ...] = ()
    language: str = "vi"  # of what was said


@dataclass(frozen=True, slots=True)
class PublicView:
    """A report without anybody in it. Position, address and words follow the category's rules."""

    code: str
    category: Category
    ward: Ward
    unit: Unit
    status: Status
    status_class: StatusClass
    outcome: Outcome | None
    waiting_for: WaitingFor | None
    planned_on: date | None
    severity: Severity
    filed_at: datetime
    received_at: datetime | None
    resolved_at: datetime | None
    receive_due_at: datetime
    handle_due_at: datetime
    first_handle_due_at: datetime
    due_at: datetime | None
    is_overdue: bool
    is_late: bool
    is_transferred: bool
    transfers: int
    publication: Publication
    point: tuple[float, float] | None  # lat, lng; None: the ward is all the public learns
    precision: Precision
    address: str  # only where the point is exact
    answers: tuple[tuple[str, str], ...]  # question code, answer code; only questions that are public
    language: str  # of the reporter's words
    words: str  # the description; empty while not published
    wayfinding: str
    photos: tuple[PublicPhoto, ...]
    after: PublicPhoto | None  # the newest photo of the work done
    answer: str  # what was said with it
    awaits_check: bool  # words or photos wait for a person to look
    is_content_hidden: bool
    withheld_reason: str
    affected: int
    doubts: int
    is_claimed: bool  # somebody says that it is fixed; the unit has not confirmed it
    recurrence: int
    reopened: int
    is_appeal_open: bool
    last_public_word_at: datetime
    updated_at: datetime
    is_demo: bool
    events: tuple[PublicEvent, ...] = ()

    @classmethod
    def of(
        cls, report: Report, *, words: Iterable[Words] = (), photos: Sequence[Photo] = (), events: Iterable[Event] = ()
    ) -> PublicView:
        """From rows the caller has loaded: no query in here, so that lists stay cheap."""
        city, at = store.current(), now()
        report = settling.shown(report, at)
        category = city.category_of(report.category_id)
        full = report.publication is Publication.FULL
        spoken = [one for one in words if _is_public(one, full, at)]
        shown = [photo for photo in photos if _is_shown(photo, full, at)]
        by_event: dict[int | None, list[Photo]] = {}
        for photo in shown:
            by_event.setdefault(photo.event_id, []).append(photo)
        after = next((photo for photo in reversed(shown) if photo.kind is PhotoKind.AFTER), None)
        exact = category.precision is Precision.EXACT and report.public_lat is not None
        return cls(
            code=report.code,
            category=category,
            ward=city.ward_of(report.ward_id),
            unit=city.unit_of(report.unit_id),
            status=report.status,
            status_class=report.status_class,
            outcome=report.outcome,
            waiting_for=report.waiting_for,
            planned_on=report.planned_on,
            severity=report.severity,
            filed_at=report.filed_at,
            received_at=report.received_at,
            resolved_at=report.resolved_at,
            receive_due_at=report.receive_due_at,
            handle_due_at=report.handle_due_at,
            first_handle_due_at=report.first_handle_due_at,
            due_at=report.due_at,
            is_overdue=report.is_overdue(at),
            is_late=report.is_late,
            is_transferred=report.is_transferred,
            transfers=report.transfers,
            publication=report.publication,
            point=_point(report),
            precision=category.precision,
            address=report.nearest_address if exact else "",
            answers=_answers(report, category),
            language=report.language,
            words=_said(spoken, WordsKind.DESCRIPTION),
            wayfinding=_said(spoken, WordsKind.WAYFINDING) if exact else "",
            photos=tuple(PublicPhoto.of(photo) for photo in by_event.get(None, [])),
            after=PublicPhoto.of(after) if after else None,
            answer=_answer(spoken, after),
            awaits_check=report.content_due_at is not None,
            is_content_hidden=report.is_content_hidden,
            withheld_reason=report.withheld_reason,
            affected=report.affected,
            doubts=report.doubts,
            is_claimed=report.claimed_at is not None,
            recurrence=report.recurrence if exact else 1,  # it tells that an earlier one lay within some metres
            reopened=report.reopened,
            is_appeal_open=report.is_appeal_open,
            last_public_word_at=report.last_public_word_at,
            updated_at=report.updated_at,
            is_demo=report.is_demo,
            events=tuple(_events(events, spoken, by_event, city, at)),
        )


def whole(report: Report) -> PublicView:
    """The view of one report with its timeline: three queries, for what is or becomes public.

    The thousands who said "the same problem" are rows too, and the page names none of them.
    """
    words = select(Words).where(Words.report_id == report.id, Words.public_text.is_not(None))
    photos = select(Photo).where(Photo.report_id == report.id, Photo.published_at.is_not(None))
    events = select(Event).where(Event.report_id == report.id, Event.public_at.is_not(None))
    return PublicView.of(
        report,
        words=db.session.scalars(words.order_by(Words.id)).all(),
        photos=db.session.scalars(photos.order_by(Photo.position, Photo.id)).all(),
        events=db.session.scalars(events.order_by(Event.id)).all(),
    )


def several(reports: Sequence[Report]) -> list[PublicView]:
    """Views for a list: two more queries, however long it is."""
    ids = [report.id for report in reports]
    if not ids:
        return []
    words: dict[int, list[Words]] = {}
    for one in db.session.scalars(_WORDS, {"ids": ids}):
        words.setdefault(one.report_id, []).append(one)
    photos: dict[int | None, list[Photo]] = {}
    for photo in db.session.scalars(_PHOTOS, {"ids": ids}):
        photos.setdefault(photo.report_id, []).append(photo)
    return [
        PublicView.of(report, words=words.get(report.id, ()), photos=photos.get(report.id, ())) for report in reports
    ]


_IDS: BindParameter[Sequence[int]] = bindparam("ids", expanding=True)
_WORDS = select(Words).where(Words.report_id.in_(_IDS), Words.public_text.is_not(None)).order_by(Words.id)
_PHOTOS = (
    select(Photo).where(Photo.report_id.in_(_IDS), Photo.published_at.is_not(None)).order_by(Photo.position, Photo.id)
)


def _is_public(words: Words, full: bool, at: datetime) -> bool:
    """Staff's public words once they cannot be taken back; the reporter's only once the content is published."""
    return words.is_public(at) and (full or words.kind not in REPORTERS_WORDS)


def _is_shown(photo: Photo, full: bool, at: datetime) -> bool:
    if photo.state is not PhotoState.READY or photo.published_at is None or photo.published_at > at:
        return False
    return full or photo.event_id is not None


def _point(report: Report) -> tuple[float, float] | None:
    if report.public_lat is None or report.public_lng is None:
        return None
    return report.public_lat, report.public_lng


def _answers(report: Report, category: Category) -> tuple[tuple[str, str], ...]:
    public = {question.code for question in category.questions if question.public and question.kind == "choice"}
    return tuple((code, str(answer)) for code, answer in report.answers.items() if code in public)


def _said(words: Iterable[Words], kind: WordsKind) -> str:
    return "\n\n".join(one.public_text or "" for one in words if one.kind is kind)


def _answer(words: Iterable[Words], after: Photo | None) -> str:
    """The words sent together with that photo: public since the photo is."""
    if after is None:
        return ""
    return "\n\n".join(
        one.public_text or "" for one in words if one.kind is WordsKind.ANSWER and one.event_id == after.event_id
    )


def _events(
    events: Iterable[Event],
    words: Iterable[Words],
    photos: dict[int | None, list[Photo]],
    city: City,
    at: datetime,
) -> Iterable[PublicEvent]:
    said: dict[int | None, list[str]] = {}
    spoken_in: dict[int | None, str] = {}
    for one in words:
        if one.kind not in (WordsKind.DESCRIPTION, WordsKind.WAYFINDING):
            said.setdefault(one.event_id, []).append(one.public_text or "")
            spoken_in.setdefault(one.event_id, one.language)
    for event in events:
        if event.public_at is None or event.public_at > at or event.undone_at is not None:
            continue
        yield PublicEvent(
            kind=event.kind,
            at=event.at,
            unit=city.unit_of(event.unit_id) if event.unit_id else None,
            data=told(event),
            said=tuple(said.get(event.id, ())),
            photos=tuple(PublicPhoto.of(photo) for photo in photos.get(event.id, ())),
            language=spoken_in.get(event.id, "vi"),
        )


def told(event: Event) -> dict[str, Any]:
    """What an event's data say to those outside, its reporter too."""
    return {key: value for key, value in event.data.items() if key not in _NOT_TOLD}
