"""Lives become rows of plain values: moments are seconds, choices their words, JSON is text already."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Enum

from app.domain import codes, figures
from app.domain.city.model import Category, City, Ward
from app.domain.demo.hanging import Hanging
from app.domain.demo.life import Happening, Life, Picture
from app.domain.folding import fold
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
from app.models.choices import (
    CLASS_OF,
    OPEN,
    REPORTERS_WORDS,
    Part,
    PhotoState,
    Precision,
    Publication,
    StatusClass,
    WordsKind,
)

_Row = dict[str, Any]
_COLUMNS = tuple(one.name for one in Report.__table__.columns)
_MOMENTS = tuple(one.name for one in Report.__table__.columns if isinstance(one.type, Moment))
_CHOICES = tuple(one.name for one in Report.__table__.columns if isinstance(one.type, Enum))
_values = attrgetter(*_COLUMNS)
_moments = attrgetter(*_MOMENTS)


@dataclass(slots=True)
class Ids:
    """The next free ids of what is numbered here."""

    report: int
    event: int
    person: int


@dataclass(slots=True)
class Sheet:
    """A batch ready to be written: for each table its columns and rows, in the order in which they may be inserted."""

    first: Ids
    tables: list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]
    standings: list[figures.Standing]  # what the figures are made of; whoever writes the sheet adds them up
    count: int

    def put(self, model: type[Base], rows: list[_Row]) -> None:
        if rows:
            self.tables.append((model.__tablename__, tuple(rows[0]), [tuple(row.values()) for row in rows]))


class Builder:
    """Makes rows of lives, in the order they come; ids go on from those given. Asks the database for nothing."""

    def __init__(self, city: City, ids: Ids, code_key: bytes, hanging: Hanging | None) -> None:
        self.city, self.ids, self.hanging = city, ids, hanging
        self._code_key = code_key
        self._names: dict[tuple[int, int], str] = {}

    def number(self, lives: Sequence[Life], first: int) -> None:
        """Give ids and codes. Lives of one call are neighbours."""
        for id, life in enumerate(lives, first):
            life.id, life.code, life.client_id = id, codes.code_of(id, self._code_key), f"demo-{id}"

    def build(self, lives: Sequence[Life]) -> Sheet:
        sheet = Sheet(replace(self.ids), [], [figures.standing(life.row) for life in lives], len(lives))
        self.number(lives, self.ids.report)
        events = sorted((one for life in lives for one in life.events), key=attrgetter("at"))
        for id, event in enumerate(events, self.ids.event):
            event.id = id
        for life in lives:
            self._relate(life)
        people, contacts, parts = self._people(lives)
        sheet.put(Person, people)
        sheet.put(Report, [_report(life) for life in lives])
        sheet.put(Event, [_event(one) for one in events])
        sheet.put(Words, [row for event in events for row in _words(event)])
        sheet.put(ReportText, [self._text(life) for life in lives])
        sheet.put(AnonymousJoin, [row for life in lives for row in _joins(life)])
        sheet.put(ReportContact, contacts)
        sheet.put(Participation, parts)
        sheet.put(Photo, self._photos(lives))
        self.ids.report += len(lives)
        self.ids.event += len(events)
        self.ids.person += len(people)
        return sheet

    def _relate(self, life: Life) -> None:
        if life.earlier is not None:
            life.recurs_of_id = life.earlier.id
        if life.head is not None:
            life.merged_into_id = life.head.id
            merged = life.events[-1]
            merged.data["into"] = life.head.code
            merged.data["was"]["merged_into_id"] = None

    def _people(self, lives: Sequence[Life]) -> tuple[list[_Row], list[_Row], list[_Row]]:
        """Who filed: persons, their contact data, and what they are to the reports."""
        people: list[_Row] = []
        contacts: list[_Row] = []
        parts: list[_Row] = []
        next_person = self.ids.person
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
        return people, contacts, parts

    def _text(self, life: Life) -> _Row:
        """As `search.refresh` says it: the public finds what the page shows."""
        category, ward = self.city.category_of(life.category_id), self.city.ward_of(life.ward_id)
        names = self._folded(category, ward)
        is_exact = category.precision is Precision.EXACT and life.public_lat is not None
        said = list(life.spoken())
        public = [one.public_text for one in said if one.public_text and _is_found(life, one.kind, is_exact)]
        address = [life.nearest_address] if is_exact else []
        return {
            "report_id": life.id,
            "public": _joined(names, *address, *public),
            "staff": _joined(life.code, names, life.nearest_address, *(one.original for one in said)),
            "unit_id": life.unit_id,
            "is_open": life.status in OPEN,
        }

    def _folded(self, category: Category, ward: Ward) -> str:
        key = category.id, ward.id
        if key not in self._names:
            plain = " ".join([category.name.vi, category.name.en, ward.name.vi, ward.name.en])
            self._names[key] = fold(plain)
        return self._names[key]

    def _photos(self, lives: Sequence[Life]) -> list[_Row]:
        rows: list[_Row] = []
        if self.hanging is None:
            return rows
        for life in lives:
            for position, picture in enumerate(life.pictures):
                drawn = self.hanging.hang(self.city.category_of(life.category_id), life.id, picture.kind)
                rows.append(_photo(life, picture, position) | drawn)
        return rows


def _joined(*texts: str) -> str:
    return " ".join(folded for text in texts if (folded := _folded_words(text)))


@lru_cache(maxsize=16_384)
def _folded_words(words: str) -> str:
    return fold(words)


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


def _report(life: Life) -> _Row:
    row = dict(zip(_COLUMNS, _values(life), strict=True))
    for name, at in zip(_MOMENTS, _moments(life), strict=True):
        if at is not None:
            row[name] = int(at.timestamp())
    for name in _CHOICES:
        choice = row[name]
        row[name] = None if choice is None else choice.value
    row["answers"] = _json(life.answers)
    row["planned_on"] = life.planned_on.isoformat() if life.planned_on else None
    return row


def _event(one: Happening) -> _Row:
    at = int(one.at.timestamp())
    assert one.life is not None  # set when it was noted
    return {
        "id": one.id,
        "report_id": one.life.id,
        "kind": one.kind.value,
        "at": at,
        "actor_kind": one.actor.kind.value,
        "actor_id": one.actor.person_id,
        "unit_id": one.unit_id,
        "public_at": _seconds(one.public_at),
        "data": _json(one.data),
        "announced_at": at,  # nobody is written to about what never happened
    }


def _words(event: Happening) -> Iterable[_Row]:
    assert event.life is not None  # set when it was noted
    for one in event.words:
        yield {
            "report_id": event.life.id,
            "event_id": event.id,
            "kind": one.kind.value,
            "original": one.original,
            "public_text": one.public_text,
            "language": one.language,
        }


def _joins(life: Life) -> Iterable[_Row]:
    for number, at in enumerate(life.joined):
        yield {"report_id": life.id, "browser_hash": f"demo-{number}", "created_at": int(at.timestamp())}


def _person(id: int, name: str, email: str | None, at: int, life: Life) -> _Row:
    return {
        "id": id,
        "name": name,
        "email": email,
        "folded": fold(f"{name} {email or ''}"),
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
        "kind": picture.kind.value,
        "state": PhotoState.READY.value,
        "original": "",
        "raw": "",
        "position": position,
        "alt": "",
        "has_location": True,
        "lat": life.lat,
        "lng": life.lng,
        "taken_at": at,
        "boxes": "[]",
        "reason": "",
        "published_at": None if is_gone else _seconds(picture.published_at),
        "created_at": at,
        "is_demo": True,
    }


def _is_found(life: Life, kind: WordsKind, is_exact: bool) -> bool:
    """What the public page does not show, a public search does not find."""
    if kind is WordsKind.WAYFINDING and not is_exact:
        return False
    return life.publication is Publication.FULL or kind not in REPORTERS_WORDS
