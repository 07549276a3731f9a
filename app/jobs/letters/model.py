"""What a letter is made of, before it becomes text and HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import url_for

from app.domain import codes
from app.domain.city.model import Category, City, Unit
from app.domain.reports import secret_of
from app.models import Delivery, Event, Person, Report


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """All texts stand in the reader's language. `subject` names a report by its code alone: many eyes see subjects."""

    subject: str
    opening: str
    why: str  # why this person gets it
    body: tuple[str, ...] = ()
    said: str = ""  # somebody's words, set apart
    said_by: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    items: tuple[tuple[str, str, str], ...] = ()  # a list: title, note, address
    digits: str = ""
    button: Link | None = None
    closing: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    stop: str = ""  # where one press, or a mail reader by itself, ends such letters (RFC 8058)
    short: str = ""  # for a text message


class Pointless(Exception):
    """Nobody needs this letter any more. The message says why, without a name."""


@dataclass(frozen=True)
class About:
    """What a letter is about, and for whom. `report` and `event` are there for every letter but those of accounts."""

    delivery: Delivery
    person: Person
    city: City
    language: str
    to: str  # address or number
    digits: str = ""
    spoken: str = ""  # the public words of the event
    doubts: tuple[str, ...] = ()  # why a person should confirm the unit: codes of `domain.routing`
    _report: Report | None = None
    _event: Event | None = None
    told_as: str = field(default="reporter")

    @property
    def report(self) -> Report:
        assert self._report is not None
        return self._report

    @property
    def event(self) -> Event:
        assert self._event is not None
        return self._event

    @property
    def report_code(self) -> str:
        """As it is stored; empty where no report is meant."""
        return self._report.code if self._report is not None else ""

    @property
    def code(self) -> str:
        """As it is read aloud: 482-160-358."""
        return codes.shown(self.report.code)

    @property
    def category(self) -> Category:
        return self.city.category_of(self.report.category_id)

    @property
    def unit(self) -> Unit:
        """Who is in charge now."""
        return self.city.unit_of(self.report.unit_id)

    @property
    def unit_name(self) -> str:
        return self.unit.name.in_(self.language)

    @property
    def is_reporter(self) -> bool:
        return self.told_as == "reporter"

    def unit_of(self, code: str) -> str:
        """The name of a unit an event names; empty when the city has none of that code any more."""
        unit = self.city.units.get(code)
        return unit.name.in_(self.language) if unit else ""

    def moment(self, name: str) -> datetime | None:
        """A moment kept in the event's data."""
        kept = self.event.data.get(name)
        return datetime.fromtimestamp(int(kept), UTC) if kept else None

    @property
    def page(self) -> str:
        """Where this reader looks at the report: the reporter's own page, or the public one."""
        if self.is_reporter:
            return url_for("own.page", code=self.report.code, secret=secret_of(self.report), _external=True)
        return url_for("public.report", code=self.report.code, _external=True)

    @property
    def city_page(self) -> str:
        return url_for("public.front", _external=True)

    @property
    def desk(self) -> str:
        return url_for("desk.report", code=self.report.code, _external=True)
