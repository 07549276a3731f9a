"""A report of the demo on the day it is filed: its place, unit and promises found by the city's own rules."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from app.domain import geo, promises, publication, routing
from app.domain.city.model import Category, City
from app.domain.demo.accounts import Cast
from app.domain.demo.book import Book
from app.domain.demo.hanging import can_be_shown
from app.domain.demo.life import NOBODY, Happening, Life, Picture, Reporter, Said
from app.domain.demo.spots import Spot
from app.domain.permissions import SYSTEM, Actor, Grant
from app.domain.reports.filing import SAME_PLACE_M
from app.models.choices import (
    ActorKind,
    Channel,
    EventKind,
    PhotoKind,
    PlaceSource,
    Publication,
    Role,
    Severity,
    Status,
    WordsKind,
)

_SOURCES = (PlaceSource.DEVICE, PlaceSource.MAP, PlaceSource.SEARCH, PlaceSource.PHOTO)
_KEPT_FOR_RECURRENCE = 4
_DONE = (Status.RESOLVED, Status.CLOSED)


class Desk:
    """Where reports come in. Remembers recent ones by category and place, so that they recur as they really would."""

    def __init__(self, city: City, cast: Cast, book: Book, chance: Random, *, with_photos: bool) -> None:
        self.city, self.cast, self.book, self.chance = city, cast, book, chance
        self.with_photos = with_photos
        self._recent: dict[tuple[int, int], list[Life]] = {}

    def file(self, category: Category, spot: Spot, at: datetime) -> Life:
        """Everything `filing.submit` writes, in memory."""
        chance, city = self.chance, self.city
        answers = self._answers(category)
        severity = routing.severity_of(category, answers)
        if chance.random() < 0.015:
            severity = Severity.URGENT
        routed = routing.route(city, category=category.code, place=spot.place, severity=severity, answers=answers)
        unit_id = city.units[routed.unit].id
        promise = promises.at_filing(city, unit_id, severity, at)
        point, cell = spot.public(category.precision)
        photos = self._photos(category, at)
        reporter = self._reporter(category)
        life = Life(
            category_id=category.id,
            answers=answers,
            severity=severity,
            language="en" if chance.random() < 0.05 else "vi",
            channel=chance.choices((Channel.WEB, Channel.PHONE, Channel.DESK), (90, 6, 4))[0],
            filed_at=at,
            lat=spot.lat,
            lng=spot.lng,
            cell=spot.cell,
            public_lat=point[0] if point else None,
            public_lng=point[1] if point else None,
            public_cell=cell,
            place_source=chance.choices(_SOURCES, (55, 30, 8, 7))[0],
            accuracy_m=chance.randrange(4, 60),
            nearest_address=spot.address,
            ward_id=city.wards[spot.ward].id,
            is_ward_confirmed=spot.is_sure,
            unit_id=unit_id,
            rule_code=routed.rule_code,
            site_code=routed.site or "",
            city_version=city.version,
            needs_routing_check=routed.confirm,
            receive_due_at=promise.receive_by,
            handle_due_at=promise.handle_by,
            first_handle_due_at=promise.handle_by,
            due_at=promise.receive_by,
            is_nameless=not reporter.person_id and not reporter.has_address,
            is_contact_confirmed=reporter.person_id is not None,
            photo_count=len(photos),
            last_public_word_at=at,
            updated_at=at,
            is_content_hidden=chance.random() < 0.02,
            reporter=reporter,
            pictures=photos,
            spot=spot,
        )
        self._link_to_earlier(life, spot)
        life.publication = publication.at_filing(life.row, category)
        if photos or life.publication is not Publication.FULL:
            publication.await_check(city, life.row, at)
        self._happened(life, category, routed)
        return life

    def _answers(self, category: Category) -> dict[str, str]:
        """What the form asked. A choice that would have ended the form was not made."""
        chance, answers = self.chance, {}
        for question in category.questions:
            choices = [choice for choice in question.choices if not choice.stopper]
            mild = [choice for choice in choices if choice.severity is None]
            if choices and (question.required or chance.random() < 0.8):
                answers[question.code] = chance.choice(choices if chance.random() < 0.15 else mild or choices).code
            elif question.kind == "text" and (question.required or chance.random() < 0.5):
                answers[question.code] = f"{chance.randrange(1, 90)}/{chance.randrange(1, 40)}"
        return answers

    def _photos(self, category: Category, at: datetime) -> list[Picture]:
        if not self.with_photos or not can_be_shown(category):
            return []
        count = self.chance.choices((0, 1, 2), (40, 50, 10))[0]
        return [Picture(PhotoKind.BEFORE, at - timedelta(minutes=3), None) for _ in range(count)]

    def _reporter(self, category: Category) -> Reporter:
        chance = self.chance
        draw = chance.random()
        if draw < 0.012:
            return Reporter(person_id=self.cast.resident)
        if draw < 0.3 and category.nameless:
            return Reporter()
        return Reporter(name=self.book.say("names", chance), has_address=True, is_confirmed=chance.random() < 0.75)

    def _link_to_earlier(self, life: Life, spot: Spot) -> None:
        """As filing does: the same category within the city's days and the same few metres, done by then."""
        here = self._recent.setdefault((life.category_id, spot.cell), [])
        since = life.filed_at - timedelta(days=self.city.settings.recurrence_days)
        for earlier in reversed(here):
            is_near = geo.distance_m((earlier.lat, earlier.lng), (life.lat, life.lng)) <= SAME_PLACE_M
            was_done = earlier.status in _DONE and (earlier.resolved_at or life.filed_at) < life.filed_at
            if is_near and was_done and earlier.filed_at >= since:
                life.earlier, life.recurrence = earlier, earlier.recurrence + 1
                break
        here.append(life)
        del here[:-_KEPT_FOR_RECURRENCE]

    def _happened(self, life: Life, category: Category, routed: routing.Routed) -> None:
        at = life.filed_at
        by = self._filer(life)
        is_public = life.publication is Publication.FULL
        words = [
            Said(
                WordsKind.DESCRIPTION, self.book.description(category, self.chance, life.language), None, life.language
            )
        ]
        if self.chance.random() < 0.45:
            words.append(Said(WordsKind.WAYFINDING, self.book.say("where", self.chance), None, "vi"))
        for said in words:
            said.public_text = said.original if is_public else None
        data = {"channel": life.channel.value, "photos": life.photo_count}
        life.note(Happening(EventKind.FILED, at, by, life.unit_id, at, data, words))
        life.note(Happening(EventKind.ROUTED, at, SYSTEM, life.unit_id, at, _routed(life, routed)))

    def _filer(self, life: Life) -> Actor:
        if life.channel is not Channel.WEB:
            clerk = self.cast.clerks[life.unit_id]
            return Actor(ActorKind.PERSON, clerk, (Grant(Role.CLERK, life.unit_id),))
        return Actor(ActorKind.PERSON, life.reporter.person_id) if life.reporter.person_id else NOBODY


def _routed(life: Life, routed: routing.Routed) -> dict[str, object]:
    return {
        "to": routed.unit,
        "rule": routed.rule_code,
        "site": routed.site or "",
        "confirm": list(routed.reasons),
        "runners_up": [other.unit for other in routed.runners_up],
        "receive_by": int(life.receive_due_at.timestamp()),
        "handle_by": int(life.handle_due_at.timestamp()),
    }
