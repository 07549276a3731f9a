"""What happens beside the main course of a made-up life: words are checked, people join, somebody adds something."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from app.domain import masking, publication
from app.domain.demo.life import Life
from app.domain.demo.teller import Teller, World
from app.domain.permissions import Actor
from app.models.choices import (
    CLASS_OF,
    REPORTERS_WORDS,
    ActorKind,
    EventKind,
    PhotoKind,
    Precision,
    Publication,
    PublishWhen,
    StatusClass,
    WordsKind,
)


@dataclass(order=True, slots=True)
class Side:
    """Something beside the main course: a publication, an addition, somebody who has the same problem."""

    at: datetime
    kind: str = field(compare=False)


class Beside(Teller):
    """A teller who knows what lies beside the course, and tells it in its time."""

    def __init__(self, world: World, life: Life, *, with_photos: bool) -> None:
        super().__init__(world, life, with_photos=with_photos)
        self.sides = sorted(self._sides())

    def _sides(self) -> list[Side]:
        life, chance = self.life, self.chance
        found = []
        if life.content_due_at is not None:
            found.append(self._check_after(life.filed_at))
        if life.reporter.has_address and life.reporter.is_confirmed:
            found.append(Side(life.filed_at + timedelta(minutes=chance.randrange(2, 300)), "confirm"))
        if self.category.publish is not PublishWhen.SENSITIVE:
            count = min(25, int(chance.expovariate(1 / 0.7)) * (3 if chance.random() < 0.06 else 1))
            found += [
                Side(life.filed_at + timedelta(hours=chance.expovariate(1 / 50) + 0.2), "join") for _ in range(count)
            ]
        if chance.random() < 0.05:
            found.append(Side(life.filed_at + timedelta(hours=chance.uniform(10, 90)), "add"))
        return found

    def _check_after(self, at: datetime) -> Side:
        """When somebody looks at new words and photos."""
        minutes = self.chance.expovariate(1 / 240) * (5 if self.chance.random() < 0.05 else 1) + 10
        return Side(self._hours().add_minutes(at, int(minutes)), "publish")

    def _check_again(self, at: datetime) -> None:
        self.sides = sorted([*self.sides, self._check_after(at)])

    def _catch_up(self, at: datetime) -> None:
        while self.sides and self.sides[0].at <= at:
            side = self.sides.pop(0)
            if CLASS_OF[self.life.status] is not StatusClass.GONE:
                _SIDES[side.kind](self, side.at)

    def _publish(self, at: datetime) -> None:
        life, chance = self.life, self.chance
        if life.content_due_at is None:
            return
        if self._is_private or chance.random() < 0.02:
            self._withhold(at)
            return
        with life.recording(EventKind.PUBLISHED, at, self._clerk(), public=False) as entry:
            masked = 0
            for said in life.spoken():
                if said.kind in REPORTERS_WORDS:
                    said.public_text = _masked(said.original)
                    masked += said.public_text != said.original
            for picture in life.pictures:
                if picture.kind is PhotoKind.BEFORE:
                    picture.published_at = at
            shown = sum(picture.kind is PhotoKind.BEFORE for picture in life.pictures)
            entry.data |= {"photos": shown, "masked": masked}
            life.publication, life.content_due_at, life.withheld_reason = Publication.FULL, None, ""

    @property
    def _is_private(self) -> bool:
        """Matters of a home or a person: nobody would publish these words."""
        return self.category.publish is PublishWhen.SENSITIVE and self.category.precision is Precision.WARD

    def _withhold(self, at: datetime) -> None:
        life = self.life
        with life.recording(EventKind.WITHHELD, at, self._clerk()):
            sensitive = self.category.publish is PublishWhen.SENSITIVE
            life.publication = Publication.NONE if sensitive else Publication.PIN
            life.content_due_at = None
            kind = "private" if self._is_private else "withheld"
            life.withheld_reason = self.book.say(f"answers.{kind}", self.chance)

    def _confirm(self, at: datetime) -> None:
        with self.life.recording(EventKind.CONTACT_CONFIRMED, at, Actor(ActorKind.LINK), public=False):
            self.life.is_contact_confirmed = True

    def _join(self, at: datetime) -> None:
        if CLASS_OF[self.life.status] not in (StatusClass.OPEN, StatusClass.DONE):
            return
        with self.life.recording(EventKind.JOINED, at, Actor(ActorKind.ANONYMOUS), public=False):
            self.life.affected += 1
        self.life.joined.append(at)

    def _add(self, at: datetime) -> None:
        life = self.life
        if CLASS_OF[life.status] is not StatusClass.OPEN:
            return
        with life.recording(EventKind.ADDED, at, self._reporter()) as entry:
            entry.say(WordsKind.ADDITION, self.book.say("added", self.chance), public=False)
            life.has_news = True
            publication.await_check(self.city, life.row, at)
        self._check_again(at)


_SIDES = {"publish": Beside._publish, "confirm": Beside._confirm, "join": Beside._join, "add": Beside._add}


@lru_cache(maxsize=8192)
def _masked(words: str) -> str:
    return masking.masked(words)
