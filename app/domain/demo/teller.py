"""Who acts in a made-up life, and how its time goes by: every step in the working time of whoever takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.domain import promises
from app.domain.city.model import City
from app.domain.deadlines import WorkingTime
from app.domain.demo.accounts import Cast
from app.domain.demo.book import Book
from app.domain.demo.life import Happening, Life
from app.domain.permissions import Actor, Grant
from app.domain.workflow import Details
from app.models.choices import ActorKind, Role

_NOTHING_SAID = Details()


class NotYet(Exception):
    """The next step lies in the future: here the story stands today."""


@dataclass(frozen=True, slots=True)
class World:
    """What all stories share."""

    city: City
    cast: Cast
    book: Book
    chance: Random
    until: datetime


class Teller:
    """Moves one life along. Whoever tells more overrides `_catch_up`: what lies beside the course until a moment."""

    def __init__(self, world: World, life: Life, *, with_photos: bool) -> None:
        self.world, self.life, self.with_photos = world, life, with_photos
        self.city, self.book, self.chance = world.city, world.book, world.chance
        self.category = self.city.category_of(life.category_id)
        self.at = life.filed_at

    def _clerk(self) -> Actor:
        return _member(self.world.cast.clerks[self.life.unit_id], Role.CLERK, self.life.unit_id)

    def _lead(self) -> Actor:
        return _member(self.world.cast.leads[self.life.unit_id], Role.LEAD, self.life.unit_id)

    def _dispatcher(self) -> Actor:
        return _member(self.world.cast.dispatcher, Role.DISPATCHER, None)

    def _reporter(self) -> Actor:
        person_id = self.life.reporter.person_id
        return Actor(ActorKind.PERSON, person_id) if person_id else Actor(ActorKind.LINK)

    def _hours(self) -> WorkingTime:
        return promises.working_time(self.city, self.life.unit_id)

    def _day(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self.city.timezone)):%d/%m/%Y}"

    def _worked(self, minutes: float) -> None:
        """So many working minutes go by."""
        self._set(
            self._hours().add_minutes(self.at, max(1, int(minutes))) + timedelta(seconds=self.chance.randrange(60))
        )

    def _later(self, time: timedelta) -> None:
        self._set(self.at + time)

    def _set(self, at: datetime) -> None:
        if at > self.world.until:
            raise NotYet
        self.at = at
        self._catch_up(at)

    def _move(self, code: str, *, by: Actor, details: Details = _NOTHING_SAID, **said: object) -> Happening:
        return self.life.move(code, self.at, self.city, by, details, **said)

    def _today(self) -> date:
        return self.at.astimezone(ZoneInfo(self.city.timezone)).date()

    def _catch_up(self, at: datetime) -> None:
        """Nothing lies beside the course."""


def _member(person_id: int, role: Role, unit_id: int | None) -> Actor:
    return Actor(ActorKind.PERSON, person_id, (Grant(role, unit_id),))
