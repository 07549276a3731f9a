"""Everything the desk sees of one report, gathered in a fixed number of queries. Never for the public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from app.domain import events, queue, routing
from app.domain.city import store
from app.domain.errors import Forbidden
from app.domain.media import alike
from app.domain.media.store import KEPT
from app.domain.permissions import Actor, Permission, may
from app.domain.public_view import HANDED_OVER
from app.domain.reports import nearby
from app.domain.reports.find import get, get_for_change
from app.extensions import db
from app.models import Event, Photo, Report, Words
from app.models.choices import EventKind, WordsKind

MOST_EARLIER = 10
_NOT_TOLD = (EventKind.JOINED, EventKind.EDITED)  # told by a number; the reporter's alone, before it came here
_STANDS = (Event.kind != EventKind.ROUTED, Event.undone_at.is_(None))  # a routing that an edit took back is nobody's
_PLACED = (EventKind.RELOCATED, EventKind.TRANSFERRED, EventKind.RETURNED)


@dataclass(frozen=True, slots=True)
class Dossier:
    """One report from inside. `events` are oldest first, each with its words; `photos` are all that still stand.

    Of those who said that they are affected, who may be thousands, only the number stands here: `joined`.
    """

    report: Report
    events: Sequence[Event]
    joined: int
    photos: Sequence[Photo]
    near: Sequence[nearby.Near]
    earlier: Sequence[Report]  # what this one recurs of, the latest first
    people: queue.Colleagues
    alike: Sequence[alike.Alike]  # photos of the reporter that look like those of other reports

    def words(self, kind: WordsKind) -> list[Words]:
        return [one for event in self.events for one in event.words if one.kind is kind]

    @property
    def reporters_photos(self) -> list[Photo]:
        return [photo for photo in self.photos if photo.event_id is None]

    def photos_of(self, event: Event) -> list[Photo]:
        return [photo for photo in self.photos if photo.event_id == event.id]

    @property
    def routed(self) -> Event | None:
        """How it was routed when it was filed."""
        return next((event for event in self.events if event.kind is EventKind.ROUTED), None)

    @property
    def runners_up(self) -> list[str]:
        """Codes of the units that were next in line; the likeliest first."""
        routed = self.routed
        city, here = store.current(), store.current().unit_of(self.report.unit_id).code
        proposed = [event.data["proposed"] for event in reversed(self.events) if event.data.get("proposed")]
        others = [*proposed, *(routed.data.get("runners_up", []) if routed else [])]
        return [code for code in dict.fromkeys(others) if code in city.units and code != here]

    @property
    def usual(self) -> list[str]:
        """Codes of the units such reports usually go to here, without the runners-up and whoever has it."""
        city, report = store.current(), self.report
        here, category = city.unit_of(report.unit_id).code, city.category_of(report.category_id).code
        found = routing.usual(city, category, city.ward_of(report.ward_id).code)
        return [code for code in found if code not in (here, *self.runners_up)]

    @property
    def former(self) -> set[int]:
        """Ids of the units that had this report and passed it on: back to them goes only through the dispatcher."""
        handed = (event for event in self.events if event.kind in HANDED_OVER and not event.undone_at)
        return {event.unit_id for event in handed if event.unit_id} - {self.report.unit_id}

    @property
    def proposed(self) -> str:
        """Code of the unit the rules choose from where the pin was moved to; empty when the report is there."""
        moved = next((event for event in reversed(self.events) if event.kind in _PLACED and not event.undone_at), None)
        code = str(moved.data.get("proposed", "")) if moved and moved.kind is EventKind.RELOCATED else ""
        city = store.current()
        return code if code in city.units and city.units[code].id != self.report.unit_id else ""

    @property
    def doubts(self) -> list[str]:
        """Why a person should confirm the unit (codes of `domain.routing`); empty once somebody has."""
        routed = self.routed
        return list(routed.data.get("confirm", [])) if routed and self.report.needs_routing_check else []


def of(code: str, *, seen_by: Actor) -> Dossier:
    """The dossier, for those who handle the report. NotFound, Gone for others: at most eight queries."""
    report = get(code, seen_by=seen_by, permission=Permission.HANDLE)
    happened = (
        db.session.scalars(
            select(Event)
            .where(Event.report_id == report.id, Event.kind.not_in(_NOT_TOLD), or_(*_STANDS))
            .options(joinedload(Event.words))
            .order_by(Event.id)
        )
        .unique()
        .all()
    )
    joined = select(func.count()).where(Event.report_id == report.id, Event.kind == EventKind.JOINED)
    photos = db.session.scalars(
        select(Photo).where(Photo.report_id == report.id, Photo.state.in_(KEPT)).order_by(Photo.position, Photo.id)
    ).all()
    named = {event.actor_id for event in happened} | {event.data.get("assignee") for event in happened}
    return Dossier(
        report=report,
        events=happened,
        joined=int(db.session.scalar(joined) or 0),
        photos=photos,
        near=nearby.around(report, seen_by=seen_by),
        earlier=_earlier(report, seen_by),
        people=queue.colleagues([report.unit_id], also=[*named, report.assignee_id], report=report),
        alike=alike.sent_before([photo for photo in photos if photo.event_id is None], seen_by=seen_by),
    )


def _earlier(report: Report, seen_by: Actor) -> Sequence[Report]:
    """Up the chain of recurrences, as far as this desk may know; no query for what happened for the first time."""
    if report.recurs_of_id is None:
        return ()
    chain = select(Report.id, Report.recurs_of_id).where(Report.id == report.recurs_of_id).cte("chain", recursive=True)
    chain = chain.union(select(Report.id, Report.recurs_of_id).where(Report.id == chain.c.recurs_of_id))
    up = select(Report).join(chain, chain.c.id == Report.id).where(nearby.known_to(seen_by))
    return db.session.scalars(up.order_by(Report.id.desc()).limit(MOST_EARLIER)).all()


def _first_ward(dossier: Dossier) -> str:
    """The ward it was filed in, wherever the pin was moved to since."""
    moved = (event for event in dossier.events if event.kind is EventKind.RELOCATED and not event.undone_at)
    first = next(moved, None)
    return str(first.data["ward_was"]) if first else store.current().ward_of(dossier.report.ward_id).code


def why_this_unit(dossier: Dossier, language: str) -> str:
    """The sentence that explains the first routing, from the version of the city that decided; empty without one."""
    routed = dossier.routed
    if routed is None:
        return ""
    city = store.snapshot(dossier.report.city_version)
    return routing.explain(
        city,
        str(routed.data.get("rule", "")),
        unit=str(routed.data.get("to", "")),
        ward=_first_ward(dossier),
        site=str(routed.data.get("site", "")) or None,
        language=language,
    )


def mark_seen(code: str, *, by: Actor) -> None:
    """Somebody looked at what the reporter added: the report leaves the heap of news. Inside a unit of work.

    Opening the page is no look that counts: a page may be opened by mistake, so it is a press of its own, written
    into the history of the desk.
    """
    report = get_for_change(code, by=by)
    if not may(by, Permission.NOTE, report):
        raise Forbidden(_l("This step is not yours to take, or the report has moved on."))
    if report.has_news:
        with events.recording(report, EventKind.NOTED, by=by, public=False) as entry:
            entry.data |= {"seen": True}
            report.has_news = False
