"""A made-up report in memory: how it stands, what happened to it, in whose words. No row is written here.

A `Life` has the fields of a report under the same names, so the city's own rules (`promises`, `publication`,
`figures`, the effects of the moves) read and change it as they do a report.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from app.domain import publication
from app.domain.city.model import City
from app.domain.events import Recording
from app.domain.permissions import Actor
from app.domain.standing import KEPT_OF_REPORT
from app.domain.workflow import Details
from app.domain.workflow.change import PUBLIC_WORDS
from app.domain.workflow.effects import EFFECTS, Step
from app.domain.workflow.moves import BY_CODE
from app.models import Report
from app.models.choices import (
    ActorKind,
    Channel,
    EventKind,
    Outcome,
    PhotoKind,
    PlaceSource,
    Publication,
    Rating,
    Severity,
    Status,
    WaitingFor,
    WordsKind,
)

if TYPE_CHECKING:
    from app.domain.demo.spots import Spot

_stand = attrgetter(*KEPT_OF_REPORT)


@dataclass(slots=True)
class Said:
    kind: WordsKind
    original: str
    public_text: str | None
    language: str


@dataclass(slots=True)
class Picture:
    """A photo to be drawn: `published_at` None is not public."""

    kind: PhotoKind
    taken_at: datetime
    published_at: datetime | None
    event: Happening | None = None


@dataclass(slots=True)
class Happening:
    """One event to be written."""

    kind: EventKind
    at: datetime
    actor: Actor
    unit_id: int
    public_at: datetime | None
    data: dict[str, Any]
    words: list[Said] = field(default_factory=list)
    life: Life | None = None
    id: int = 0


@dataclass(slots=True)
class Reporter:
    """Who filed: an account, a guest with an address, or nobody we know."""

    person_id: int | None = None
    name: str = ""
    has_address: bool = False
    is_confirmed: bool = False


@dataclass(slots=True)
class Life:
    category_id: int
    answers: dict[str, str]
    severity: Severity
    language: str
    channel: Channel
    filed_at: datetime
    lat: float
    lng: float
    cell: int
    public_lat: float | None
    public_lng: float | None
    public_cell: int | None
    place_source: PlaceSource
    accuracy_m: int | None
    nearest_address: str
    ward_id: int
    is_ward_confirmed: bool
    unit_id: int
    rule_code: str
    site_code: str
    city_version: int
    needs_routing_check: bool
    receive_due_at: datetime
    handle_due_at: datetime
    first_handle_due_at: datetime
    due_at: datetime | None
    is_nameless: bool
    is_contact_confirmed: bool
    photo_count: int
    last_public_word_at: datetime
    updated_at: datetime
    id: int = 0
    code: str = ""
    client_id: str = ""
    version: int = 1
    observed_at: datetime | None = None
    status: Status = Status.NEW
    outcome: Outcome | None = None
    waiting_for: WaitingFor | None = None
    planned_on: date | None = None
    assignee_id: int | None = None
    transfers: int = 0
    is_transferred: bool = False
    questions_asked: int = 0
    appealed_at: datetime | None = None
    is_appeal_open: bool = False
    reopened: int = 0
    remaining_minutes: int | None = None
    extension_asked_until: datetime | None = None
    extended_at: datetime | None = None
    received_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    object_until: datetime | None = None
    ask_around_at: datetime | None = None
    is_late: bool = False
    publication: Publication = Publication.NONE
    is_content_hidden: bool = False
    is_name_hidden: bool = False
    content_due_at: datetime | None = None
    withheld_reason: str = ""
    hidden_at: datetime | None = None
    affected: int = 1
    doubts: int = 0
    claimed_at: datetime | None = None
    has_news: bool = False
    rating: Rating | None = None
    merged_into_id: int | None = None
    recurs_of_id: int | None = None
    recurrence: int = 1
    split_from_id: int | None = None
    erased_at: None = None
    settling: None = None
    settles_at: None = None
    is_demo: bool = True
    # beside the row
    reporter: Reporter = field(default_factory=Reporter)
    events: list[Happening] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    joined: list[datetime] = field(default_factory=list)
    earlier: Life | None = None  # the one it recurs of
    head: Life | None = None  # the one it was merged into
    spot: Spot | None = None  # where it was filed

    @property
    def row(self) -> Report:
        """The same thing where the city's rules ask for a report: they read and set fields, nothing else."""
        return cast(Report, self)

    def note(self, happening: Happening) -> None:
        happening.life = self
        self.events.append(happening)

    @contextmanager
    def recording(self, kind: EventKind, at: datetime, actor: Actor, *, public: bool = True) -> Iterator[Recording]:
        """As `events.recording`, in memory. How it stood before is kept for a merge alone: nothing else is undone."""
        was, held_by = _stand(self) if kind is EventKind.MERGED else None, self.unit_id
        entry = Recording(kind, at, at if public else None)
        yield entry
        data = dict(entry.data)
        if was is not None:
            pairs = zip(KEPT_OF_REPORT, was, _stand(self), strict=True)
            data["was"] = {name: _plain(before) for name, before, after in pairs if before != after}
        self.version += 1
        self.updated_at = max(at, self.updated_at)
        if public:
            self.last_public_word_at = max(at, self.last_public_word_at)
        words = [Said(one.kind, one.original, one.public_text, one.language) for one in entry.words]
        self.note(Happening(entry.kind, at, actor, held_by, entry.public_at, data, words))

    def move(self, code: str, at: datetime, city: City, by: Actor, details: Details, **said: Any) -> Happening:
        """Take a move of the table. `said` goes into the event's data."""
        move = BY_CODE[code]
        with self.recording(move.event, at, by, public=move.is_public) as entry:
            entry.data |= {"move": code}
            EFFECTS[code](Step(city, self.row, details, entry, by))
            entry.data |= said
            if move.to is not None:
                self.status = move.to
            if move.words is not None:
                entry.say(move.words, details.words, public=move.is_public and move.words in PUBLIC_WORDS)
            publication.follow_status(self.row)
        return self.events[-1]

    def forget(self) -> None:
        """It is written: what happened is needed no more, only where it stands."""
        self.events, self.pictures, self.joined, self.head = [], [], [], None

    def spoken(self) -> Iterator[Said]:
        for happening in self.events:
            yield from happening.words


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp())
    return value.isoformat() if isinstance(value, date) else value


NOBODY = Actor(ActorKind.ANONYMOUS)
