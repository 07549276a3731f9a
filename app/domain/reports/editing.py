"""In the time to edit the reporter says it anew: everything follows as if filed so, and the old stays theirs.

An edit is an event: who, when, how the report stood. Former words stand beside it and are read by nobody else; a photo
that is taken out is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import events, search, workflow
from app.domain.city import store
from app.domain.city.model import Category
from app.domain.errors import Forbidden, Stale
from app.domain.events import Recording
from app.domain.media import store as kept_photos
from app.domain.permissions import SYSTEM, Actor, Permission, may
from app.domain.reports import filing, held
from app.domain.reports.filing import Filing, Plan
from app.domain.reports.find import get_for_change
from app.domain.suspensions import moving
from app.extensions import db
from app.models import Event, Report, Words, now
from app.models.choices import EventKind, PlaceSource, Severity, WordsKind

SAID = (WordsKind.DESCRIPTION, WordsKind.WAYFINDING)


@dataclass(frozen=True, slots=True)
class Photos:
    """Which of the report's photos go, by name, and which come. Whoever calls drops what was refused."""

    drop: Collection[str] = ()
    add: Sequence[kept_photos.Taken] = ()


@dataclass(frozen=True, slots=True)
class Edited:
    report: Report
    files: tuple[str, ...]  # of photos that no row names any more: to be let go after the commit


def as_filed(report: Report) -> Filing:
    """The report as somebody would hand it in who says the same again: what an edit begins with."""
    city, said = store.current(), _said(report)
    has_point = report.place_source is not PlaceSource.WARD
    return Filing(
        client_id=report.client_id,
        category=city.category_of(report.category_id).code,
        lat=report.lat if has_point else None,
        lng=report.lng if has_point else None,
        place_source=report.place_source,
        ward=city.ward_of(report.ward_id).code,
        accuracy_m=report.accuracy_m,
        nearest_address=report.nearest_address,
        words=_text(said, WordsKind.DESCRIPTION),
        wayfinding=_text(said, WordsKind.WAYFINDING),
        answers=dict(report.answers),
        earlier=_earlier(report),
        is_dangerous=report.severity is Severity.URGENT,
        hide_content=report.is_content_hidden,
        hide_name=report.is_name_hidden,
        shown=tuple(one.original[start:end] for one in said.values() for start, end in one.uncovered or ()),
        language=report.language,
        channel=report.channel,
        observed_at=report.observed_at,
    )


def _earlier(report: Report) -> str:
    """The code of the report that has come back with this one."""
    return db.session.get_one(Report, report.recurs_of_id).code if report.recurs_of_id is not None else ""


class Over(Stale):
    """The time to edit has ended; what was typed can still be added."""


def check(report: Report, *, by: Actor) -> None:
    """Forbidden for anybody but the reporter, Over once the time to edit is."""
    if not may(by, Permission.FOLLOW_UP, report):
        raise Forbidden(_l("Only whoever filed this report can do that. Use your link."))
    if not held.can_edit(report, now()):
        raise Over(_l("The time to edit is over: the report goes to the unit as it was. You can still add to it."))


def edit(code: str, said: Filing, *, by: Actor, version: int, photos: Photos | None = None) -> Edited:
    """The report as it is said now, inside a unit of work. What is urgent from now on goes out at once. Saying the same
    again changes nothing.

    Raises Over when its time is over, Stale when it was edited meanwhile, Invalid naming the field to be mended,
    PhotoRefused for a photo too many.
    """
    report = get_for_change(code, by=by)
    if said == as_filed(report) and photos is None:
        return Edited(report, ())
    check(report, by=by)
    if version != report.version:
        raise Stale(_l("You have changed this report in another window. Check what stands here, then save once more."))
    with events.recording(report, EventKind.EDITED, by=by, public=False) as entry:
        files = _change_photos(report, photos or Photos(), entry)
        left = len(kept_photos.of(report))
        filing.check(said, has_photo=left > 0)
        planned = filing.plan(said, report.filed_at)
        filing.check_contact(planned, is_nameless=report.is_nameless)
        entry.data |= _answered(report)
        former = _former_answers(report)
        for name, value in filing.as_said(said, planned).items():
            setattr(report, name, value)
        report.first_handle_due_at = planned.first.handle_by
        moving.forget(report)
        filing.mark_suspensions(report, planned)
        earlier_id, recurrence = filing.recurs_of(planned, report.filed_at, said.earlier)
        report.recurs_of_id, report.recurrence = earlier_id, recurrence + 1
        filing.publish(report, said, planned, photo_count=left)
        _say_again(report, said, entry)
        entry.say(WordsKind.FORMER, former, public=False, language=report.language)
    _route_again(report, planned, entry.at)
    search.refresh(report)
    if report.severity is Severity.URGENT:
        workflow.take(code, "send_now", by=by)
    return Edited(report, tuple(files))


def _change_photos(report: Report, photos: Photos, entry: Recording) -> list[str]:
    """Answers with the keys of what is gone."""
    files: list[str] = []
    gone = [one for one in kept_photos.of(report) if one.name in photos.drop and one.event_id is None]
    for photo in gone:
        files += kept_photos.files_of(photo)
        kept_photos.remove(photo)
    db.session.flush()
    come = [kept_photos.add(one, report) for one in photos.add]
    if gone or come:
        entry.data |= {"photos_gone": [one.id for one in gone], "photos_come": [one.id for one in come]}
    return files


def _say_again(report: Report, said: Filing, entry: Recording) -> None:
    """New words stand where the old ones stood; the old ones move beside the edit."""
    stood, fresh = _said(report), filing.spoken(said)
    filed = select(Event.id).where(Event.report_id == report.id, Event.kind == EventKind.FILED)
    for kind in SAID:
        before, text = stood.get(kind), fresh.get(kind, "")
        if before is not None and before.original == text:
            continue
        if before is not None:
            entry.say(WordsKind.FORMER, before.original, public=False, language=before.language)
            db.session.delete(before)
        if text:
            event_id = db.session.scalars(filed).one()
            db.session.add(filing.words_of(report, kind, text, said, event_id=event_id))


def _said(report: Report) -> dict[WordsKind, Words]:
    mine = select(Words).where(Words.report_id == report.id, Words.kind.in_(SAID), Words.erased_at.is_(None))
    return {one.kind: one for one in db.session.scalars(mine)}


def _text(said: dict[WordsKind, Words], kind: WordsKind) -> str:
    return said[kind].original if kind in said else ""


def _answered(report: Report) -> dict[str, Any]:
    """The choices that stood; what somebody wrote themselves is no matter for an event."""
    category = store.current().category_of(report.category_id)
    chosen = {code: answer for code, answer in report.answers.items() if _is_choice(category, code)}
    return {"answers_was": chosen} if chosen else {}


def _former_answers(report: Report) -> str:
    category = store.current().category_of(report.category_id)
    return "\n".join(str(answer) for code, answer in report.answers.items() if not _is_choice(category, code))


def _is_choice(category: Category, code: str) -> bool:
    question = category.question(code)
    return question is not None and question.kind == "choice"


def _route_again(report: Report, planned: Plan, at: datetime) -> None:
    """Where the rules lead from here. The routing before is nobody's any more: it was told to nobody."""
    stands = select(Event).where(
        Event.report_id == report.id, Event.kind == EventKind.ROUTED, Event.undone_at.is_(None)
    )
    before = db.session.scalars(stands).one()
    fresh = filing.routing_of(planned, is_held=True)
    if before.data == fresh:
        return
    before.undone_at, before.public_at = at, None
    db.session.add(
        Event(
            report_id=report.id,
            kind=EventKind.ROUTED,
            at=at,
            actor_kind=SYSTEM.kind,
            unit_id=report.unit_id,
            public_at=at,
            data=fresh,
        )
    )


__all__ = ["Edited", "Over", "Photos", "as_filed", "check", "edit"]
