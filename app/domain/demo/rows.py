"""Lives become rows: a few big inserts, ids counted on, figures added once. All inside the caller's unit of work."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Date, column, func, insert, literal_column, select, table, text

from app.domain import codes, figures, remembered
from app.domain.city.model import Category, City, Ward
from app.domain.demo.hanging import Hanging
from app.domain.demo.life import Happening, Life, Picture
from app.domain.folding import fold
from app.domain.public_view import REPORTERS
from app.extensions import db
from app.models import (
    AnonymousJoin,
    Base,
    Event,
    Moment,
    Participation,
    Person,
    Photo,
    Report,
    ReportContact,
    ReportText,
    Words,
)
from app.models.choices import CLASS_OF, Part, PhotoState, Precision, Publication, StatusClass, WordsKind

_Row = dict[str, Any]
_COLUMNS = tuple(one.name for one in Report.__table__.columns)
_MOMENTS = tuple(one.name for one in Report.__table__.columns if isinstance(one.type, Moment))
_values = attrgetter(*_COLUMNS)
_moments = attrgetter(*_MOMENTS)


class Writer:
    """Writes lives in the order they come; ids go on from the highest."""

    def __init__(self, city: City, hanging: Hanging | None) -> None:
        self.city, self.hanging = city, hanging
        self._names: dict[tuple[int, int], tuple[str, str]] = {}

    def number(self, lives: Sequence[Life], first: int) -> None:
        """Give ids and codes. Lives of one call are neighbours."""
        key = remembered.code_key()
        for id, life in enumerate(lives, first):
            life.id, life.code, life.client_id = id, codes.code_of(id, key), f"demo-{id}"

    def write(self, lives: Sequence[Life]) -> None:
        for life in lives:
            self._relate(life)
        contacts, parts = self._people(lives)
        events = sorted((one for life in lives for one in life.events), key=attrgetter("at"))
        for id, event in enumerate(events, next_id(Event)):
            event.id = id
        _insert(Report, [_report(life) for life in lives])
        _insert(Event, [_event(one) for one in events])
        _insert(Words, [row for event in events for row in _words(event)])
        _insert(ReportText, [self._text(life) for life in lives])
        _insert(AnonymousJoin, [row for life in lives for row in _joins(life)])
        _insert(ReportContact, contacts)
        _insert(Participation, parts)
        self._photos(lives)
        totals = figures.Totals(ZoneInfo(self.city.timezone))
        for life in lives:
            totals.add(figures.standing(life.row))
        totals.write()
        for model in (Report, Event, Person):
            _count_on(model)

    def _relate(self, life: Life) -> None:
        if life.earlier is not None:
            life.recurs_of_id = life.earlier.id
        if life.head is not None:
            life.merged_into_id = life.head.id
            merged = life.events[-1]
            merged.data["into"] = life.head.code
            merged.data["was"]["merged_into_id"] = None

    def _people(self, lives: Sequence[Life]) -> tuple[list[_Row], list[_Row]]:
        """Write who filed; answer what points at the reports, to be written after them."""
        people: list[_Row] = []
        contacts: list[_Row] = []
        parts: list[_Row] = []
        next_person = next_id(Person)
        for life in lives:
            who, at = life.reporter, int(life.filed_at.timestamp())
            person_id = who.person_id
            if who.has_address:
                email = f"nguoigui{life.id}@demo.example"
                is_known = life.is_contact_confirmed
                person_id, next_person = next_person, next_person + 1
                people.append(_person(person_id, who.name if is_known else "", email if is_known else None, at, life))
                contacts.append(_contact(life, who.name, email, at))
            if person_id is not None:
                parts.append(
                    {"report_id": life.id, "person_id": person_id, "part": Part.REPORTER.value, "created_at": at}
                )
        _insert(Person, people)
        return contacts, parts

    def _text(self, life: Life) -> _Row:
        """As `search.refresh` says it: the public finds what the page shows."""
        category, ward = self.city.category_of(life.category_id), self.city.ward_of(life.ward_id)
        names, plain = self._folded(category, ward)
        is_exact = category.precision is Precision.EXACT and life.public_lat is not None
        said = list(life.spoken())
        public = [one.public_text for one in said if one.public_text and _is_found(life, one.kind, is_exact)]
        address = [life.nearest_address] if is_exact else []
        return {
            "report_id": life.id,
            "public": f"{names} {fold(' '.join([*address, *public]))}".strip(),
            "staff": fold(" ".join([life.code, plain, life.nearest_address, *(one.original for one in said)])),
        }

    def _folded(self, category: Category, ward: Ward) -> tuple[str, str]:
        key = category.id, ward.id
        if key not in self._names:
            plain = " ".join([category.name.vi, category.name.en, ward.name.vi, ward.name.en])
            self._names[key] = fold(plain), plain
        return self._names[key]

    def _photos(self, lives: Sequence[Life]) -> None:
        if self.hanging is None:
            return
        rows = []
        for life in lives:
            for position, picture in enumerate(life.pictures):
                drawn = self.hanging.hang(self.city.category_of(life.category_id), life.id, picture.kind)
                rows.append(_photo(life, picture, position) | drawn)
        _insert(Photo, rows)


def next_id(model: type[Base]) -> int:
    """One more than the highest id; the write transaction keeps the ids from there on ours."""
    key: Any = model.__table__.c.id
    return int(db.session.scalar(select(func.coalesce(func.max(key), 0))) or 0) + 1


def _count_on(model: type[Base]) -> None:
    """PostgreSQL counts on after ids that were given; SQLite looks for itself."""
    if db.session.get_bind().dialect.name == "postgresql":
        name = model.__tablename__
        db.session.execute(
            select(func.setval(func.pg_get_serial_sequence(name, "id"), func.max(literal_column("id")))).select_from(
                text(f'"{name}"')
            )
        )


def _insert(model: type[Base], rows: list[_Row]) -> None:
    """One statement for many rows of plain values: moments are seconds already, choices their words."""
    if not rows:
        return
    full: Any = model.__table__
    kept = [
        column(name, full.c[name].type) if isinstance(full.c[name].type, JSON | Date) else column(name)
        for name in rows[0]
    ]
    db.session.execute(insert(table(full.name, *kept)), rows)


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def _report(life: Life) -> _Row:
    row = dict(zip(_COLUMNS, _values(life), strict=True))
    for name, at in zip(_MOMENTS, _moments(life), strict=True):
        if at is not None:
            row[name] = int(at.timestamp())
    return row


def _event(one: Happening) -> _Row:
    at = int(one.at.timestamp())
    assert one.life is not None  # set when it was noted
    return {
        "id": one.id,
        "report_id": one.life.id,
        "kind": one.kind,
        "at": at,
        "actor_kind": one.actor.kind,
        "actor_id": one.actor.person_id,
        "unit_id": one.unit_id,
        "public_at": _seconds(one.public_at),
        "data": one.data,
        "announced_at": at,  # nobody is written to about what never happened
    }


def _words(event: Happening) -> Iterable[_Row]:
    assert event.life is not None  # set when it was noted
    for one in event.words:
        yield {
            "report_id": event.life.id,
            "event_id": event.id,
            "kind": one.kind,
            "original": one.original,
            "public_text": one.public_text,
            "language": one.language,
        }


def _joins(life: Life) -> Iterable[_Row]:
    for at in life.joined:
        yield {"report_id": life.id, "browser_hash": secrets.token_hex(16), "created_at": int(at.timestamp())}


def _person(id: int, name: str, email: str | None, at: int, life: Life) -> _Row:
    return {
        "id": id,
        "name": name,
        "email": email,
        "language": life.language,
        "session_epoch": 0,
        "created_at": at,
        "is_demo": True,
    }


def _contact(life: Life, name: str, email: str, at: int) -> _Row:
    return {
        "report_id": life.id,
        "name": name,
        "email": email,
        "phone": "",
        "confirmed_at": at if life.is_contact_confirmed else None,
    }


def _photo(life: Life, picture: Picture, position: int) -> _Row:
    at = int(picture.taken_at.timestamp())
    is_gone = CLASS_OF[life.status] is StatusClass.GONE
    return {
        "report_id": life.id,
        "event_id": picture.event.id if picture.event else None,
        "kind": picture.kind,
        "state": PhotoState.READY,
        "original": "",
        "raw": "",
        "position": position,
        "alt": "",
        "has_location": True,
        "lat": life.lat,
        "lng": life.lng,
        "taken_at": at,
        "boxes": [],
        "reason": "",
        "published_at": None if is_gone else _seconds(picture.published_at),
        "created_at": at,
        "is_demo": True,
    }


def _is_found(life: Life, kind: WordsKind, is_exact: bool) -> bool:
    """What the public page does not show, a public search does not find."""
    if kind is WordsKind.WAYFINDING and not is_exact:
        return False
    return life.publication is Publication.FULL or kind not in REPORTERS
