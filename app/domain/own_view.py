"""A report as whoever filed it sees it: what the public sees, and every word and photo of their own."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from app.domain import settling
from app.domain.city import store
from app.domain.city.model import Unit
from app.domain.public_view import HANDED_OVER, PublicPhoto, told
from app.domain.reports import following, secret_of
from app.extensions import db
from app.models import Event, Photo, Report, ReportContact, Words, now
from app.models.choices import REPORTERS_WORDS, EventKind, PhotoState, Status, WordsKind

PRIVATE_TO_ME = frozenset(
    {EventKind.CONTACT_CONFIRMED, EventKind.CONTACT_SEEN, EventKind.EDITED, EventKind.NAME_HIDDEN, EventKind.WITHDRAWN}
)


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """One line of the reporter's timeline. `said` are words, `is_mine` whether they are the reporter's."""

    id: int
    kind: EventKind
    at: datetime
    unit: Unit | None
    data: dict[str, Any]
    said: tuple[str, ...]
    is_mine: bool
    photos: tuple[PublicPhoto, ...]
    language: str = "vi"  # of what was said


@dataclass(frozen=True, slots=True)
class OwnView:
    report: Report  # as it is shown: what staff sent stands here once they cannot take it back
    words: str
    wayfinding: str
    is_published: bool  # the words stand on the public page, perhaps masked
    photos: tuple[Photo, ...]
    events: tuple[OwnEvent, ...]
    contact: ReportContact | None
    question: str  # the unit's open question, empty when there is none
    letters_in: str  # the language we write to this guest in; empty for an account and where nobody is written to
    is_muted: bool  # they want no letters about it

    @property
    def is_handed_over(self) -> bool:
        """Did a person choose the unit since? Then the rule that chose the first one explains nothing."""
        return any(event.kind in HANDED_OVER for event in self.events)


def own_view(report: Report) -> OwnView:
    """The whole page of the reporter: five queries. The caller has checked the secret or the account."""
    words = db.session.scalars(select(Words).where(Words.report_id == report.id).order_by(Words.id)).all()
    photos = db.session.scalars(
        select(Photo).where(Photo.report_id == report.id).order_by(Photo.position, Photo.id)
    ).all()
    for_me = or_(Event.public_at.is_not(None), Event.kind.in_(PRIVATE_TO_ME))  # not each of the many who are affected
    events = db.session.scalars(select(Event).where(Event.report_id == report.id, for_me).order_by(Event.id)).all()
    mine = [one for one in words if one.kind in REPORTERS_WORDS and one.erased_at is None]
    if report.status is Status.HELD:  # a unit is chosen, but nothing has been sent to it
        events = [event for event in events if event.kind is not EventKind.ROUTED]
    lines = tuple(_lines(events, words, photos))
    at = now()
    guest = following.guest_of(report)
    report = settling.shown(report, at)
    return OwnView(
        report=report,
        words=_said(mine, WordsKind.DESCRIPTION),
        wayfinding=_said(mine, WordsKind.WAYFINDING),
        is_published=any(one.is_public(at) for one in mine),
        photos=tuple(photo for photo in photos if photo.event_id is None and photo.state in _KEPT),
        events=lines,
        contact=db.session.get(ReportContact, report.id),
        question=_question(report, lines),
        letters_in=guest.language if guest is not None else "",
        is_muted=following.is_muted(report),
    )


_KEPT = (PhotoState.RAW, PhotoState.READY)


def _said(words: Sequence[Words], kind: WordsKind) -> str:
    return "\n\n".join(one.original for one in words if one.kind is kind)


def _lines(events: Sequence[Event], words: Sequence[Words], photos: Sequence[Photo]) -> list[OwnEvent]:
    city, at = store.current(), now()
    lines = []
    for event in events:
        is_public = event.public_at is not None and event.public_at <= at
        if event.undone_at is not None or not (is_public or event.kind in PRIVATE_TO_ME):
            continue
        spoken = [one for one in words if one.event_id == event.id and one.erased_at is None]
        mine = [one.original for one in spoken if one.kind in _MINE]
        theirs = [one.public_text for one in spoken if one.kind not in _MINE and one.public_text and one.is_public(at)]
        shown = [one for one in photos if one.event_id == event.id and one.state is PhotoState.READY]
        lines.append(
            OwnEvent(
                id=event.id,
                kind=event.kind,
                at=event.at,
                unit=city.unit_of(event.unit_id) if event.unit_id else None,
                data=told(event),
                said=tuple(mine or theirs),
                is_mine=bool(mine),
                photos=tuple(
                    PublicPhoto.of(one) for one in shown if one.published_at is not None and one.published_at <= at
                ),
                language=spoken[0].language if spoken else "vi",
            )
        )
    return lines


_MINE = (REPORTERS_WORDS | {WordsKind.REQUEST, WordsKind.FORMER}) - {WordsKind.DESCRIPTION, WordsKind.WAYFINDING}


def _question(report: Report, lines: Sequence[OwnEvent]) -> str:
    if report.waiting_for is None or report.waiting_for.value != "reporter":
        return ""
    asked = [line for line in lines if line.kind is EventKind.ASKED]
    return "\n\n".join(asked[-1].said) if asked else ""


def remembered_reports(links: Sequence[tuple[str, str]]) -> list[Report]:
    """The reports behind secret links, in their order, in one query; wrong links are left out."""
    if not links:
        return []
    found = db.session.scalars(select(Report).where(Report.code.in_([code for code, _ in links])))
    by_code = {report.code: report for report in found}
    return [
        settling.shown(report, now())
        for code, secret in links
        if (report := by_code.get(code)) is not None and _opens(report, secret)
    ]


def _opens(report: Report, secret: str) -> bool:
    return report.erased_at is None and hmac.compare_digest(secret_of(report).encode(), secret.encode())
